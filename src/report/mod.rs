//! What the program says while it works. All wording of what happened lives in this room; causes are worded by
//! their own folder's error type, advice by `cli/failure.rs`.
//!
//! A stage tells an [`Event`] with plain fields. The [`Reporter`] decides how it sounds: for people, a line on stderr
//! with a verb in a twelve-column field as cargo prints it; for programs, one JSON object a line on stdout.

pub mod data;
mod event;
mod human;
mod json;
mod nearest;
mod printable;
mod size;
mod table;

pub use event::{Event, Stream};
pub use nearest::nearest;
pub use printable::Printable;
pub use size::Size;
pub use table::Table;

use std::io::{self, Write};

/// Who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// People read stderr; stdout carries only data that was asked for.
    Human,
    /// A program reads stdout: one JSON object a line, or one document.
    Json,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Only warnings and failures (`-q`).
    Quiet,
    /// What happens.
    Normal,
    /// Also what was looked at and found in order (`-v`).
    Verbose,
}

/// Says events to whoever listens.
#[derive(Debug, Clone, Copy)]
pub struct Reporter {
    audience: Audience,
    verbosity: Verbosity,
}

impl Reporter {
    /// A reporter for this audience.
    #[must_use]
    pub fn new(audience: Audience, verbosity: Verbosity) -> Self {
        Self { audience, verbosity }
    }

    /// Who listens.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// How much is said.
    #[must_use]
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Says one event. That nobody listens any more is no reason to stop working, so a failed write is not an error.
    pub fn tell(&self, event: &Event) {
        if event.least_verbosity() > self.verbosity {
            return;
        }
        let _ = match self.audience {
            Audience::Human => human::write(&mut anstream::stderr().lock(), event),
            Audience::Json => io::stdout().write_all(&json::line(event)),
        };
    }
}
