//! A config as its user meets it: what `run`, `admin` and `dev` say and ask of it alike.

use super::failure::UsageError;
use crate::app::BasePort;
use crate::config::{self, Config, EnvFile, Typed};
use crate::report::Event;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// What the user should know of a config.
pub(crate) fn notices(config: &Config) -> impl Iterator<Item = Event> {
    let told = |notice: &config::Notice| (notice.to_string(), notice.hint().map(str::to_owned));
    config.notices().iter().map(told).map(|(text, hint)| Event::Warning { text, hint })
}

/// The port of the first process, where the command line does not say: PORT of the environment or of an env file,
/// else the usual one.
pub(crate) fn base_port(
    typed: &Typed,
    environment: &BTreeMap<OsString, OsString>,
    files: &[EnvFile],
) -> anyhow::Result<BasePort> {
    let Some(given) = config::find("PORT", typed, environment, files) else {
        return Ok(BasePort::default());
    };
    match given.value.expose_text().and_then(|text| text.parse().ok()).filter(|port| *port > 0) {
        Some(port) => Ok(BasePort(port)),
        None => Err(UsageError {
            message: format!("PORT ({}) is no port", given.source),
            hint: "a port is a number from 1 to 65535; `--port` takes precedence".to_owned(),
        }
        .into()),
    }
}
