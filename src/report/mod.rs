//! What the program says while it works. All wording of what happened lives in this room; causes are worded by
//! their own folder's error type, advice by `cli/failure.rs`.
//!
//! A stage tells an [`Event`] with plain fields. The [`Reporter`] decides how it sounds: for people, a line on stderr
//! with a verb in a twelve-column field as cargo prints it; for programs, one JSON object a line on stdout.

mod age;
mod bar;
mod calling;
mod counted;
pub mod data;
mod event;
mod human;
mod interruption;
mod json;
mod nearest;
pub mod palette;
mod printable;
mod progress;
mod shell_word;
mod size;
mod table;
mod work;

pub use age::Age;
pub use calling::{OPTIONAL, PROGRAM, as_called, is_elsewhere};
pub use counted::Counted;
pub use event::{BuildEvent, DevEvent, Event, ExportEvent, ReleaseEvent, RunEvent, ScaffoldEvent, Standing, Stream};
pub use interruption::Interruption;
pub use nearest::nearest;
pub use printable::Printable;
pub use progress::{Measured, Progress};
pub use shell_word::shell_word;
pub use size::Size;
pub use table::Table;
pub use work::Work;

use anstream::AutoStream;
use jiff::Timestamp;
use progress::Bars;
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

/// Says events to whoever listens, and shows people at a terminal how far long work is.
#[derive(Debug, Clone)]
pub struct Reporter {
    audience: Audience,
    verbosity: Verbosity,
    bars: Option<Bars>,
}

impl Reporter {
    /// A reporter for this audience.
    #[must_use]
    pub fn new(audience: Audience, verbosity: Verbosity) -> Self {
        Self { audience, verbosity, bars: None }
    }

    /// The same, where stderr is a terminal that bars may be drawn on: people see them, unless they asked for silence.
    #[must_use]
    pub fn on_a_terminal(mut self) -> Self {
        let wanted = self.audience == Audience::Human && self.verbosity > Verbosity::Quiet;
        self.bars = wanted.then(Bars::on_stderr);
        self
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
        let Some((stream, bytes)) = self.rendered(event, None) else { return };
        let write = || match stream {
            Stream::Stderr => io::stderr().write_all(&bytes),
            Stream::Stdout => io::stdout().write_all(&bytes),
        };
        let _ = match &self.bars {
            Some(bars) => bars.aside(write),
            None => write(),
        };
    }

    /// Shows how far a piece of work is, until the answer is dropped.
    pub fn progress(&self, work: &Work) -> Progress {
        self.bars.as_ref().map_or_else(Progress::unseen, |bars| bars.progress(work))
    }

    /// An event as the bytes of one of our streams, where it is loud enough to be said: for those who may not wait
    /// until it is written. `time` stands in JSON only.
    #[must_use]
    pub fn rendered(&self, event: &Event, time: Option<Timestamp>) -> Option<(Stream, Vec<u8>)> {
        if event.least_verbosity() > self.verbosity {
            return None;
        }
        match self.audience {
            Audience::Human => {
                let choice = AutoStream::choice(&io::stderr());
                let mut out = AutoStream::new(Vec::new(), choice);
                // Writing to memory does not fail.
                let _ = human::write(&mut out, event);
                Some((Stream::Stderr, out.into_inner()))
            }
            Audience::Json => Some((Stream::Stdout, json::line(event, time))),
        }
    }
}
