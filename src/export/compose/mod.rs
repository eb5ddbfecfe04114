//! Compose: a release on a laptop, with the backing services that its contract names, at the versions that were asked
//! for. Each process is a service of the name and with the port that `run` gives it; admin processes stand in the
//! profile `admin`, so that nothing runs them but `compose run`.
//!
//! What a service needs of credentials is made up here and opens nothing but a container of the same file. Secrets of the
//! app are in no file, unless they are asked for: without a value, Compose takes them from the environment.

mod attached;
mod service;

pub use attached::{Attachment, Attachments};

use super::container::{Contained, Purpose};
use super::disclosure::Disclosure;
use super::yaml::{Yaml, map};
use super::{Error, Exported, GeneratedFiles, ImageReference, SecretValues};
use crate::config::{Config, Form, Target};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct ComposeExport<'a> {
    /// The image that holds the release's tree at `/app`.
    pub image: &'a ImageReference,
    /// The config. Secrets may be absent; a variable whose service is made has its URL.
    pub config: &'a Config,
    /// The services that are made.
    pub attachments: &'a Attachments,
    /// Whether a second file with the values of secrets is made, which Compose reads by itself.
    pub secrets: SecretValues,
}

/// The Compose file of a release, and a second one where secrets are asked for.
///
/// # Errors
/// Where a command names a variable that nobody sets or that is a secret, or a file cannot hold a value.
pub fn compose(
    exported: &Exported,
    export: &ComposeExport<'_>,
    mut files: GeneratedFiles,
) -> Result<GeneratedFiles, Error> {
    // The URL of a service that is made here is no secret, whatever the contract says of the variable.
    let others = export.config.only(|one| !export.attachments.has(&one.name));
    let mut disclosure = Disclosure::of(&others, exported);
    disclosure.secrets.retain(|secret| !export.attachments.has(secret.name));
    disclosure.plain.extend(export.attachments.iter().map(|one| (one.variable.as_str(), one.url.as_str())));
    let contained = Contained { exported, config: &disclosure };
    contained.refuse_lacking(contained.purposes())?;
    let written = match export.secrets {
        SecretValues::Written => disclosure.secret_part(&others),
        SecretValues::LeftOut => Config::default(),
    };
    let composed = Composed { contained, image: export.image, attachments: export.attachments, written: &written };
    let services = composed.services()?;
    let names: Vec<&str> = services.iter().map(|(name, _)| name.as_str()).collect();
    if !written.settings().is_empty() {
        let form = Form { name: exported.app().as_str(), namespace: None, services: &names };
        files.add_private_text("compose.override.yaml", &written.exported(Target::Compose, &form)?);
    }
    let attached = export.attachments.iter().map(|one| (one.service.clone(), one.yaml()));
    let all = attached.chain(services).map(|(name, service)| (name, service.without_interpolation()));
    let document = map([("name", Some(exported.app().as_str().into())), ("services", Some(Yaml::Map(all.collect())))]);
    files.add_text("compose.yaml", &document.to_string());
    Ok(files)
}

/// What every service of the app is made from.
#[derive(Debug, Clone, Copy)]
struct Composed<'a> {
    contained: Contained<'a>,
    image: &'a ImageReference,
    attachments: &'a Attachments,
    /// The secrets that the second file holds.
    written: &'a Config,
}

impl Composed<'_> {
    /// The services of the app: every process of the formation, then the admin processes.
    fn services(&self) -> Result<Vec<(String, Yaml)>, Error> {
        let mut services = Vec::new();
        for process in self.contained.exported.processes() {
            // Nobody starts a type whose count is 0, unless its profile is asked for.
            for instance in 0..process.declared.count.max(1) {
                let name = format!("{}.{}", process.declared.name, instance + 1);
                let port = process.port.saturating_add(u16::try_from(instance).unwrap_or(u16::MAX));
                services.push((name.clone(), self.process(process.declared, &name, port)?));
            }
        }
        for admin in &self.contained.exported.declaration().admin {
            let purpose = Purpose::Admin(admin);
            services.push((purpose.component(), self.admin(purpose)?));
        }
        Ok(services)
    }
}
