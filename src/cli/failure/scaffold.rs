//! What to do when there is no new project.

use super::{Advice, ExitCode, listed};
use crate::scaffold::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::UnknownTemplate { known, .. } => {
            Advice::hint(ExitCode::NotFound, format!("the templates are {}", listed(known)))
        }
        Error::Template { .. } => Advice::code(ExitCode::Data),
        Error::UnknownVariable { nearest: Some(nearest), .. } => {
            Advice::hint(ExitCode::Usage, format!("did you mean `{nearest}`?"))
        }
        Error::UnknownVariable { nearest: None, known, .. } => {
            Advice::hint(ExitCode::Usage, format!("its variables are {}", listed(known)))
        }
        Error::InvalidValue { variable, nearest: Some(nearest), .. } => {
            Advice::hint(ExitCode::Usage, format!("add `--set {variable}={nearest}`"))
        }
        Error::Missing { variables } => {
            let flags: Vec<_> = variables.iter().map(|name| format!("--set {name}=VALUE")).collect();
            Advice::hint(ExitCode::Usage, format!("add `{}`", flags.join(" ")))
        }
        Error::InvalidValue { nearest: None, .. } | Error::SetTwice { .. } | Error::Unanswered { .. } => {
            Advice::code(ExitCode::Usage)
        }
        Error::Exists { .. } => {
            Advice::hint(ExitCode::WouldOverwrite, "name a folder that is not there yet, or an empty one")
        }
        Error::Machine { .. } | Error::FirstCommit(_) => Advice::code(ExitCode::Machine),
    }
}
