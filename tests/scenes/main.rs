//! Scenes: the real program, in a folder of its own, against real components. A module a command.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test ends where something is not as it must be, and is itself an edge"
)]

mod scene;
