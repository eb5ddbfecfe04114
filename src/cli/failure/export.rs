//! What to do when there is no export.

use super::{Advice, ExitCode};
use crate::export::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::NoProcessTypes { .. } => Advice::hint(
            ExitCode::NotFound,
            "declare one: `[processes.web]` with `command = \"...\"` in twelve.toml, and release again",
        ),
        Error::Schedule { .. } => Advice::hint(
            ExitCode::Data,
            "write one that every cron reads alike, such as `0 3 * * *`, and release again",
        ),
        Error::NoSuchPort { .. } => Advice::hint(ExitCode::Usage, "choose a lower base with `--port`"),
        Error::NotPinned { image } => Advice::hint(
            ExitCode::Usage,
            format!(
                "what a tag means may be another image tomorrow: `skopeo inspect --format '{{{{.Name}}}}@{{{{.Digest}}}}' docker://{image}`"
            ),
        ),
        Error::NoImage { .. } => Advice::hint(ExitCode::Usage, "--image registry.example.org/shop@sha256:..."),
        Error::NoObjectName { .. } => Advice::hint(ExitCode::Usage, "give it a shorter name of a to z, 0 to 9 and -"),
        Error::NoAttachment { .. } => Advice::hint(ExitCode::Usage, "--service DATABASE_URL=postgres:16"),
        Error::NoSuchService { declared, .. } if declared.is_empty() => Advice::hint(
            ExitCode::Usage,
            "declare it: `[config.vars.DATABASE_URL]` with `type = \"service-url\"` in twelve.toml",
        ),
        Error::NoSuchService { declared, .. } => {
            Advice::hint(ExitCode::Usage, format!("those are: {}", declared.join(", ")))
        }
        Error::UnknownService { variable, .. } => {
            Advice::hint(ExitCode::Usage, format!("name one that is running: `{variable}=...` in an env file"))
        }
        Error::NoVersion { variable, image } => Advice::hint(
            ExitCode::Usage,
            format!("`--service {variable}={image}:VERSION`, or `version = \"...\"` beside its `type` in twelve.toml"),
        ),
        Error::SecretInCommand { variable, .. } => {
            Advice::hint(ExitCode::Usage, format!("let the program read `{variable}` from its environment"))
        }
        Error::CannotStart(_) => Advice::hint(ExitCode::Config, "set them in a file named with `--env-file`"),
        Error::Config(error) => super::config::advice(error),
        Error::NotOurs { .. } => {
            Advice::hint(ExitCode::WouldOverwrite, "name a folder of its own: one that is not there yet, or is empty")
        }
        Error::Changed { path } => Advice::hint(
            ExitCode::WouldOverwrite,
            format!("keep the change elsewhere and `rm '{}'`, or name another folder", path.display()),
        ),
        Error::NoFolder { .. } => Advice::hint(ExitCode::WouldOverwrite, "name a folder that is not there yet"),
        Error::Machine { path, cause, .. } => super::machine::advice(cause, Some(path)),
    }
}
