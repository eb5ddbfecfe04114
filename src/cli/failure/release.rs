//! What to do when a build cannot become a release.

use super::{Advice, ExitCode, listed};
use crate::release::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Older { .. } => Advice::hint(
            ExitCode::Refused,
            "to release it all the same, add `--older`; to go back, run the older release",
        ),
        Error::Several { .. } => Advice::hint(ExitCode::Refused, "build them again: one app, from one commit"),
        Error::TargetTwice { .. } => Advice::hint(ExitCode::Refused, "name one of them"),
        Error::NoBuild { .. } => Advice::hint(ExitCode::Data, "copy it again from where `cargo twelve build` left it"),
        Error::Unreadable { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => Advice::hint(
            ExitCode::NotFound,
            "`cargo twelve build` leaves it in target/twelve, named after app, version and target",
        ),
        Error::Unreadable { .. } => Advice::code(ExitCode::Machine),
        Error::NoTarget { known, .. } => {
            Advice::hint(ExitCode::NotFound, format!("it has builds for {}", listed(known)))
        }
        Error::Broken { .. } => Advice::hint(ExitCode::Data, "restore the record from a copy of the store"),
        Error::NoRandomness(_) => Advice::code(ExitCode::Internal),
        Error::Unwritable { .. } => Advice::code(ExitCode::Machine),
        Error::Store(error) => super::store::advice(error),
        Error::Artifact(error) => super::artifact::advice(error),
    }
}
