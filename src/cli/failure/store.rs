//! What to do when a store fails.

use super::{Advice, ExitCode, listed};
use crate::report::nearest;
use crate::store::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Machine { .. } => Advice::code(ExitCode::Machine),
        Error::Unreachable { .. } => {
            Advice::hint(ExitCode::Unavailable, "name another with `--store` or TWELVE_STORE, or mend its permissions")
        }
        Error::Unsupported { .. } => Advice::hint(ExitCode::Usage, "name a folder: `--store /srv/releases`"),
        Error::NoApp { app, held, .. } => {
            let near = nearest(app.as_str(), held.iter().map(crate::app::AppName::as_str));
            Advice::hint(
                ExitCode::NotFound,
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if held.is_empty() => {
                        "make its first release with `cargo twelve release`, or name another store with `--store`"
                            .to_owned()
                    }
                    None => format!("it holds {}", listed(held)),
                },
            )
        }
        Error::NoReleaseYet { .. } => {
            Advice::hint(ExitCode::NotFound, "make its first release with `cargo twelve release`")
        }
        Error::WhichApp { held, .. } if held.is_empty() => Advice::hint(
            ExitCode::NotFound,
            "make a first release with `cargo twelve release`, or name another store with `--store`",
        ),
        Error::WhichApp { held, .. } => {
            Advice::hint(ExitCode::Usage, format!("write `APP@RELEASE`; it holds {}", listed(held)))
        }
        Error::NoRelease { newest, .. } => {
            Advice::hint(ExitCode::NotFound, format!("the newest are {}", listed(newest)))
        }
        Error::Lost { .. } => {
            Advice::hint(ExitCode::Data, "restore it from a copy of the store; a newer release works meanwhile")
        }
        Error::DamagedTarball { name, .. } => Advice::hint(
            ExitCode::Data,
            format!("restore it from a copy of the store, or compile it again: rm {name} && cargo twelve release"),
        ),
        Error::OtherCodebase { .. } => Advice::hint(
            ExitCode::Refused,
            "give one of the apps another name: `[app] name = \"...\"` in twelve.toml, or use another store",
        ),
        Error::Artifact(error) => super::artifact::advice(error),
    }
}
