//! What to do when a declaration is malformed.

use super::{Advice, ExitCode};
use crate::app::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Unreadable { path, cause } => super::machine::advice(cause, Some(path)),
        Error::Malformed { hint, .. } => mend(hint.as_ref()),
        Error::Rule(rule) => mend(rule.hint.as_ref()),
    }
}

/// What to write instead; where the rule says it all, where the keys are explained.
pub(super) fn mend(hint: Option<&String>) -> Advice {
    let book = "mend it there; docs/reference/twelve-toml.md explains every key, with an example";
    Advice::hint(ExitCode::Data, hint.map_or(book, String::as_str))
}
