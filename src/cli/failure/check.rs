//! What to do when an app cannot be checked. None of these codes is the one of findings.

use super::{Advice, ExitCode};
use crate::check::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Codebase(error) => super::codebase::advice(error),
        Error::App(error) => super::app::advice(error),
        Error::Allow { hint, .. } => Advice::hint(ExitCode::Data, hint.clone()),
        Error::NoRule { nearest: Some(near), .. } => {
            Advice::hint(ExitCode::NotFound, format!("did you mean `{near}`?"))
        }
        Error::NoRule { nearest: None, .. } => Advice::hint(ExitCode::NotFound, "cargo twelve check --rules"),
        Error::Baseline { .. } => Advice::hint(ExitCode::Data, "cargo twelve check --write-baseline FILE"),
        Error::File { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => Advice::code(ExitCode::NotFound),
        Error::File { .. } => Advice::code(ExitCode::Machine),
    }
}

/// What `run` itself said when it was to be watched.
#[cfg(target_os = "linux")]
pub(super) fn refusal(refusal: &crate::cli::check::Refusal) -> Advice {
    let code = match refusal.code {
        66 => ExitCode::NotFound,
        69 => ExitCode::Unavailable,
        74 => ExitCode::Machine,
        77 => ExitCode::Refused,
        78 => ExitCode::Config,
        65 => ExitCode::Data,
        _ => ExitCode::Internal,
    };
    Advice { code, hint: refusal.hint.clone() }
}
