//! What a rule says of an app.

use serde::{Deserialize, Serialize};

/// The six things that a rule can say, from the least to the most urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is nothing in this app that the rule speaks of. Never counts.
    NotApplicable,
    /// It cannot be told from what was looked at. Never counts.
    Unknown,
    /// The promise is kept, as far as the rule looks.
    Pass,
    /// A fact worth knowing that breaks no promise; it counts as passed.
    Note,
    /// Very likely a promise is broken.
    Warn,
    /// A promise is broken.
    Fail,
}

impl Verdict {
    /// Whether it counts among the applicable checks.
    #[must_use]
    pub fn counts(self) -> bool {
        self > Self::Unknown
    }

    /// Whether it counts as passed.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Pass | Self::Note)
    }

    /// As it is written for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::Unknown => "unknown",
            Self::Pass => "pass",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}
