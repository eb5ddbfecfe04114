//! Kubernetes: a release as manifests. Beside the config stand two folders, to be applied one after the other:
//! `release-phase/` with a Job for each admin process that runs before a deploy, and `processes/` with what runs then.
//!
//! The law: nothing that a manifest names can change under a release. The image is named by its digest; the ConfigMap's
//! name holds a digest of its content, so that pods of the earlier config keep theirs. Secrets are referred to name by
//! name, so that nothing undeclared comes in with them.

mod configuration;
mod container;
mod job;
mod metadata;
mod name;
mod pod;
mod workload;

pub use name::ObjectName;

use super::container::{Contained, Purpose};
use super::disclosure::Disclosure;
use super::yaml::{Yaml, map};
use super::{Error, Exported, GeneratedFiles, ImageReference, SecretValues};
use crate::app::AppName;
use crate::config::Config;
use configuration::Configuration;
use metadata::Metadata;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct KubernetesExport<'a> {
    /// The image that holds the release's tree at `/app`, by its digest.
    pub image: &'a ImageReference,
    /// The namespace of all objects, where it is to be named.
    pub namespace: Option<&'a ObjectName>,
    /// The config. Secrets may be absent: the cluster holds them.
    pub config: &'a Config,
    /// Whether the Secret itself is made.
    pub secrets: SecretValues,
}

/// The name of the Secret that holds the values of an app's secrets: the one that `env export` gives it.
#[must_use]
pub fn secret_name(app: &AppName) -> ObjectName {
    ObjectName::of(&[app.as_str(), "config"])
}

/// The names of the secrets that the manifests refer to.
#[must_use]
pub fn secret_names(exported: &Exported, export: &KubernetesExport<'_>) -> Vec<String> {
    Disclosure::of(export.config, exported).secrets.iter().map(|secret| secret.name.to_owned()).collect()
}

/// The manifests of a release.
///
/// # Errors
/// Where the image has no digest, a command names a variable that nobody sets, or a Secret cannot hold a value.
pub fn kubernetes(
    exported: &Exported,
    export: &KubernetesExport<'_>,
    mut files: GeneratedFiles,
) -> Result<GeneratedFiles, Error> {
    export.image.pinned()?;
    let disclosure = Disclosure::of(export.config, exported);
    let contained = Contained { exported, config: &disclosure };
    let metadata = Metadata { exported, namespace: export.namespace };
    let configuration = Configuration { exported, config: &disclosure };
    let release = Release { contained, image: export.image, metadata, configuration };
    contained.refuse_lacking(contained.purposes().filter(|one| release.runs(*one)))?;
    if let Some(config_map) = configuration.config_map(&metadata) {
        files.add_text("configmap.yaml", &config_map.to_string());
    }
    if export.secrets == SecretValues::Written {
        configuration.add_secret(&mut files, export)?;
    }
    let declaration = exported.declaration();
    for (number, admin) in (1..).zip(declaration.admin.iter().filter(|one| one.before_deploy)) {
        files.add_text(format!("release-phase/{number}-{}.job.yaml", admin.name), &release.job(admin).to_string());
    }
    for process in &declaration.processes {
        for (kind, object) in release.workload(process) {
            files.add_text(format!("processes/{}.{kind}.yaml", process.name), &object.to_string());
        }
    }
    for admin in &declaration.admin {
        if let Some(schedule) = &admin.schedule {
            let text = release.cron_job(admin, schedule)?.to_string();
            files.add_text(format!("processes/{}.cronjob.yaml", admin.name), &text);
        }
    }
    Ok(files)
}

/// What every object is made from.
#[derive(Debug, Clone, Copy)]
struct Release<'a> {
    contained: Contained<'a>,
    image: &'a ImageReference,
    metadata: Metadata<'a>,
    configuration: Configuration<'a>,
}

impl Release<'_> {
    /// Whether anything is made for it: an admin process that is neither scheduled nor before a deploy is for people.
    fn runs(&self, purpose: Purpose<'_>) -> bool {
        match purpose {
            Purpose::Process(_) => true,
            Purpose::Admin(admin) => admin.before_deploy || admin.schedule.is_some(),
        }
    }
}

/// An object.
fn object(version: &str, kind: &str, metadata: Yaml, spec: Yaml) -> Yaml {
    map([
        ("apiVersion", Some(version.into())),
        ("kind", Some(kind.into())),
        ("metadata", Some(metadata)),
        ("spec", Some(spec)),
    ])
}
