//! Scenes: the real program, in a folder of its own, against real components. A module a command.

mod scene;
