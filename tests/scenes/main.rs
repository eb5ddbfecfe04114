//! Scenes: the real program, in a folder of its own, against real components. A module a command.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test ends where something is not as it must be, and is itself an edge"
)]

#[cfg(feature = "build")]
mod build;
#[cfg(feature = "build")]
mod build_refusals;
#[cfg(feature = "build")]
mod build_tampering;
#[cfg(feature = "scaffold")]
mod new;
#[cfg(feature = "scaffold")]
mod new_at_a_terminal;
#[cfg(feature = "scaffold")]
mod new_compiles;
#[cfg(feature = "build")]
mod release;
mod scene;
#[cfg(feature = "build")]
mod shop;
