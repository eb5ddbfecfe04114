//! One thing that happened, as plain fields: an enum a stage, and what every stage may say. What it sounds like is `human.rs`
//! and `json.rs`.

mod build;
mod dev;
mod export;
mod release;
mod run;
mod scaffold;

pub use build::BuildEvent;
pub use dev::DevEvent;
pub use export::ExportEvent;
pub use release::ReleaseEvent;
pub use run::{RunEvent, Standing};
pub use scaffold::ScaffoldEvent;

use super::Verbosity;
use serde::Serialize;

/// One of a process's two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Something that happened. In JSON the variant is the field `event`, whatever stage it is of, and times are milliseconds,
/// sizes bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Something that is allowed, and that its user should know.
    Warning {
        /// The fact, as a fragment.
        text: String,
        /// What to type or change.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
    /// A fact that explains what was done.
    Note {
        /// The fact, as a fragment.
        text: String,
    },
    /// A process type is about to be run, to measure what it does.
    Watching {
        /// The process type.
        process: String,
        /// The release id, `v42`.
        release: String,
    },
    /// A step of the tour is done.
    TourStep {
        /// What was done.
        step: String,
        /// What was seen.
        seen: String,
        /// How long it took.
        milliseconds: u64,
    },
    /// Something that happened while a project was made, adopted or brought up to date.
    #[serde(untagged)]
    Scaffold(ScaffoldEvent),
    /// Something that happened between a commit and its build.
    #[serde(untagged)]
    Build(BuildEvent),
    /// Something that happened to a ledger: of releases, or of a deploy.
    #[serde(untagged)]
    Release(ReleaseEvent),
    /// Something that happened to a release on this machine, or to its processes.
    #[serde(untagged)]
    Run(RunEvent),
    /// Something that happened to a release that is handed to another engine.
    #[serde(untagged)]
    Export(ExportEvent),
    /// Something that `dev` saw or decided.
    #[serde(untagged)]
    Dev(DevEvent),
}

impl Event {
    /// The least verbosity at which this is said.
    pub(super) fn least_verbosity(&self) -> Verbosity {
        match self {
            // Somebody has asked for a status.
            Self::Warning { .. } | Self::Run(RunEvent::Status { .. }) => Verbosity::Quiet,
            Self::Run(RunEvent::Unpacked { .. }) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }

    /// A warning without advice.
    #[must_use]
    pub fn warning(text: impl Into<String>) -> Self {
        Self::Warning { text: text.into(), hint: None }
    }

    /// A warning with what to type or change.
    #[must_use]
    pub fn warning_with_hint(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Warning { text: text.into(), hint: Some(hint.into()) }
    }

    /// A fact that explains what was done.
    #[must_use]
    pub fn note(text: impl Into<String>) -> Self {
        Self::Note { text: text.into() }
    }
}
