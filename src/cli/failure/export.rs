//! What to do when there is no export.

use super::{Advice, ExitCode};
use crate::export::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::NoProcessTypes { .. } => Advice::hint(
            ExitCode::NotFound,
            "declare one: `[processes.web]` with `command = \"...\"` in twelve.toml, and release again",
        ),
        Error::NoSuchPort { .. } => Advice::hint(ExitCode::Usage, "choose a lower base with `--port`"),
        Error::NotOurs { .. } => {
            Advice::hint(ExitCode::WouldOverwrite, "name a folder of its own: one that is not there yet, or is empty")
        }
        Error::Changed { path } => Advice::hint(
            ExitCode::WouldOverwrite,
            format!("keep the change elsewhere and `rm '{}'`, or name another folder", path.display()),
        ),
        Error::NoFolder { .. } => Advice::hint(ExitCode::WouldOverwrite, "name a folder that is not there yet"),
        Error::Machine { .. } => Advice::code(ExitCode::Machine),
    }
}
