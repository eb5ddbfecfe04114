//! How a process ended.

use super::supervisor::name;
use rustix::process::WaitStatus;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this code.
    Code(u8),
    /// By this signal.
    Signal(i32),
}

impl End {
    /// What waitpid(2) said; none where the process has not ended.
    pub(super) fn from_status(status: WaitStatus) -> Option<Self> {
        let code = status.exit_status().and_then(|code| u8::try_from(code).ok()).map(Self::Code);
        code.or_else(|| status.terminating_signal().map(Self::Signal))
    }

    /// The exit code that says so: 128 + n for a signal, as shells have it.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
        }
    }

    /// How it ended, as a fragment: `code 3`, `SIGKILL`.
    pub(super) fn text(self) -> String {
        match self {
            Self::Code(code) => format!("code {code}"),
            Self::Signal(signal) => name(signal),
        }
    }

    /// The name of the signal that ended it.
    pub(super) fn signal_name(self) -> Option<String> {
        match self {
            Self::Code(_) => None,
            Self::Signal(signal) => Some(name(signal)),
        }
    }
}
