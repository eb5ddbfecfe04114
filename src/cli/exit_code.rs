//! The exit codes, in one place. They follow `sysexits.h` where it has a word for the case, so that a CI job or a
//! process manager can tell a refusal from an accident.

/// What a command's end means. `run` and `admin` pass on their process's own code instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// It is done.
    Done = 0,
    /// Findings, conflicts, a failed compile, a failed release phase.
    Findings = 1,
    /// The command line is wrong, or answers are missing.
    Usage = 2,
    /// Data is malformed or failed its verification.
    Data = 65,
    /// A thing that was named is not there.
    NotFound = 66,
    /// The store or a backing service cannot be reached.
    Unavailable = 69,
    /// A fault in this program.
    Internal = 70,
    /// Something stands where the output would go.
    WouldOverwrite = 73,
    /// The machine failed: full, read-only, forbidden.
    Machine = 74,
    /// Somebody else is at it; try again.
    Busy = 75,
    /// A stage's rule forbids it: dirty tree, lockfile mismatch, unsigned release.
    Refused = 77,
    /// The config does not meet the contract.
    Config = 78,
    /// `run` and `admin`: a program cannot be executed.
    NotExecutable = 126,
    /// `run` and `admin`: a program is not there.
    NoProgram = 127,
    /// Stopped by SIGHUP: 128 and the signal's number, as shells write it.
    HungUp = 129,
    /// Stopped by SIGINT.
    Interrupted = 130,
    /// Stopped by SIGTERM.
    Terminated = 143,
}

#[cfg(all(target_os = "linux", any(feature = "check", all(feature = "scaffold", feature = "build"))))]
impl ExitCode {
    /// What a command of ours that refused to go on meant by its code.
    pub(crate) fn of_refusal(code: u8) -> Self {
        let all = [
            Self::Findings,
            Self::Usage,
            Self::Data,
            Self::NotFound,
            Self::Unavailable,
            Self::WouldOverwrite,
            Self::Machine,
            Self::Busy,
            Self::Refused,
            Self::Config,
        ];
        all.into_iter().find(|one| u8::from(*one) == code).unwrap_or(Self::Internal)
    }
}

impl From<ExitCode> for u8 {
    fn from(code: ExitCode) -> Self {
        code as Self
    }
}
