//! The signal that asks a process to stop.

use super::Rule;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The signals that can ask a process to stop. SIGKILL asks nothing and so is not among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum StopSignal {
    /// SIGTERM, which the twelve-factor text names.
    #[default]
    Term,
    /// SIGINT.
    Int,
    /// SIGQUIT.
    Quit,
    /// SIGHUP.
    Hangup,
    /// SIGUSR1.
    User1,
    /// SIGUSR2.
    User2,
}

impl StopSignal {
    const ALL: [Self; 6] = [Self::Term, Self::Int, Self::Quit, Self::Hangup, Self::User1, Self::User2];

    /// Its name, `SIGTERM`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Term => "SIGTERM",
            Self::Int => "SIGINT",
            Self::Quit => "SIGQUIT",
            Self::Hangup => "SIGHUP",
            Self::User1 => "SIGUSR1",
            Self::User2 => "SIGUSR2",
        }
    }
}

impl fmt::Display for StopSignal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for StopSignal {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        Self::ALL.into_iter().find(|signal| signal.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(|signal| format!("`{signal}`")).join(", ");
            Rule::with_hint(
                format!("`{}` is no signal that asks a process to stop", text.escape_debug()),
                format!("write one of {names}"),
            )
        })
    }
}

impl TryFrom<String> for StopSignal {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        text.parse()
    }
}

impl From<StopSignal> for String {
    fn from(signal: StopSignal) -> Self {
        signal.name().to_owned()
    }
}
