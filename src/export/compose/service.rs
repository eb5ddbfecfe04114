//! A service of the app: one process, in a container that is read-only and has nothing to become.

use super::Composed;
use crate::app::{ProcessType, Restart};
use crate::export::Error;
use crate::export::container::{Purpose, ROOT, USER};
use crate::export::yaml::{Yaml, map};

/// The address that ports are opened at: a laptop's own.
const LOOPBACK: &str = "127.0.0.1";

impl Composed<'_> {
    /// A process of the formation.
    pub(super) fn process(&self, process: &ProcessType, name: &str, port: u16) -> Result<Yaml, Error> {
        let published = process.port.as_ref().map(|_| Yaml::list([format!("{LOOPBACK}:{port}:{port}")]));
        let restart = match process.restart {
            Restart::Never => "no",
            Restart::OnFailure => "on-failure",
            Restart::Always => "always",
        };
        let last = map([
            ("ports", published),
            ("restart", Some(restart.into())),
            ("stop_signal", Some(process.stop_signal.name().into())),
            // In seconds: not every reader knows smaller units (podman-compose takes `2500ms` for minutes).
            ("stop_grace_period", Some(format!("{}s", process.stop_timeout.div_ceil(1000)).into())),
            ("profiles", (process.count == 0).then(|| Yaml::list([process.name.as_str()]))),
        ]);
        Ok(self.service(Purpose::Process(process), name, port)?.and(last))
    }

    /// An admin process.
    pub(super) fn admin(&self, purpose: Purpose<'_>) -> Result<Yaml, Error> {
        let last = map([("restart", Some("no".into())), ("profiles", Some(Yaml::list(["admin"])))]);
        Ok(self.service(purpose, &purpose.component(), 0)?.and(last))
    }

    fn service(&self, purpose: Purpose<'_>, name: &str, port: u16) -> Result<Yaml, Error> {
        let command = purpose.command();
        let told = self.contained.told(purpose, port, name);
        let config = self.contained.config;
        if let Some(secret) = config.secrets.iter().find(|secret| command.names(secret.name)) {
            return Err(Error::SecretInCommand { process: name.to_owned(), variable: secret.name.to_owned() });
        }
        let value = |name: &str| {
            let own = told.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            own.or_else(|| config.value(name)).map(str::to_owned)
        };
        // What is lacking was refused before.
        let arguments = command.expand(value).unwrap_or_default();
        let own = |name: &str| told.iter().any(|(known, _)| known == name);
        let plain = config.plain.iter().filter(|(name, _)| !own(name)).map(|(name, value)| (*name, *value));
        let environment = Yaml::texts(told.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(plain));
        let absent = config.secrets.iter().filter(|secret| self.written.get(secret.name).is_none());
        let secrets = absent.map(|secret| (secret.name.to_owned(), Yaml::Null));
        let waits = self.attachments.iter().map(|one| {
            let condition = if one.is_asked() { "service_healthy" } else { "service_started" };
            (one.service.clone(), map([("condition", Some(condition.into()))]))
        });
        let waits: Vec<(String, Yaml)> = waits.collect();
        Ok(map([
            ("image", Some(self.image.to_string().into())),
            ("entrypoint", Some(Yaml::list([self.contained.program(command)]))),
            ("command", Some(Yaml::list(arguments.into_iter().skip(1)))),
            ("working_dir", Some(ROOT.into())),
            ("environment", Some(environment.and(Yaml::Map(secrets.collect())))),
            ("user", Some(format!("{USER}:{USER}").into())),
            ("read_only", Some(true.into())),
            ("tmpfs", Some(Yaml::list(self.contained.writable()))),
            ("cap_drop", Some(Yaml::list(["ALL"]))),
            ("security_opt", Some(Yaml::list(["no-new-privileges:true"]))),
            ("depends_on", (!waits.is_empty()).then_some(Yaml::Map(waits))),
        ]))
    }
}
