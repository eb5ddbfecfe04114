//! What to do when an app cannot be checked. None of these codes is the one of findings.

use super::{Advice, ExitCode};
use crate::check::Error;
use crate::report::shell_word;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Codebase(error) => super::codebase::advice(error),
        Error::App(error) => super::app::advice(error),
        Error::Untracked { manifest } => {
            let folder = manifest.rsplit_once('/').map_or(".", |(folder, _)| folder);
            Advice::hint(ExitCode::NotFound, format!("at the top of the codebase: `git add {}`", shell_word(folder)))
        }
        Error::Allow { hint, .. } => Advice::hint(ExitCode::Data, hint.clone()),
        Error::NoRule { nearest: Some(near), .. } => {
            Advice::hint(ExitCode::NotFound, format!("did you mean `{near}`?"))
        }
        Error::NoRule { nearest: None, .. } => Advice::hint(ExitCode::NotFound, "cargo twelve check --rules"),
        Error::Baseline { .. } => Advice::hint(ExitCode::Data, "cargo twelve check --write-baseline FILE"),
        Error::File { path, act: "written", cause } if cause.kind() == std::io::ErrorKind::NotFound => {
            let folder = std::path::Path::new(path).parent().unwrap_or(std::path::Path::new(".")).display();
            Advice::hint(ExitCode::NotFound, format!("its folder is not there: `mkdir -p {folder}`"))
        }
        Error::File { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => Advice::hint(
            ExitCode::NotFound,
            "paths start at the working directory; `cargo twelve check --write-baseline FILE` makes a baseline",
        ),
        Error::File { path, cause, .. } => super::machine::advice(cause, Some(path.as_ref())),
    }
}

/// What `run` itself said when it was to be watched.
#[cfg(target_os = "linux")]
pub(super) fn refusal(refusal: &crate::cli::check::Refusal) -> Advice {
    Advice::told(ExitCode::of_refusal(refusal.code), refusal.hint.clone())
}
