//! What to do when a declaration is malformed.

use super::{Advice, ExitCode};
use crate::app::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Unreadable { .. } => Advice::code(ExitCode::Machine),
        Error::Malformed { hint, .. } => Advice { code: ExitCode::Data, hint: hint.clone() },
        Error::Rule(rule) => Advice { code: ExitCode::Data, hint: rule.hint.clone() },
    }
}
