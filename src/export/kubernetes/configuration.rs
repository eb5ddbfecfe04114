//! The config in the cluster: what all may see stands in a ConfigMap, and what is or may be secret is in a Secret, which
//! is referred to name by name.

use super::{KubernetesExport, Metadata, ObjectName};
use crate::artifact::Digest;
use crate::config::{Form, Target};
use crate::export::disclosure::Disclosure;
use crate::export::yaml::{Yaml, map};
use crate::export::{Error, Exported, GeneratedFiles};

/// The config as pods get it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Configuration<'a> {
    pub(super) exported: &'a Exported,
    pub(super) config: &'a Disclosure<'a>,
}

impl Configuration<'_> {
    /// The ConfigMap, where there is anything to hold.
    pub(super) fn config_map(&self, metadata: &Metadata<'_>) -> Option<Yaml> {
        Some(map([
            ("apiVersion", Some("v1".into())),
            ("kind", Some("ConfigMap".into())),
            ("metadata", Some(metadata.object(&self.config_map_name()?, None))),
            ("immutable", Some(true.into())),
            ("data", Some(self.content())),
        ]))
    }

    /// Adds the Secret, where there is anything to hold.
    pub(super) fn add_secret(&self, files: &mut GeneratedFiles, export: &KubernetesExport<'_>) -> Result<(), Error> {
        let secrets = self.config.secret_part(export.config);
        if !secrets.settings().is_empty() {
            let namespace = export.namespace.map(ObjectName::as_str);
            let name = self.secret();
            let form = Form { name: name.as_str(), namespace, services: &[] };
            files.add_private_text("secret.yaml", &secrets.exported(Target::KubernetesSecret, &form)?);
        }
        Ok(())
    }

    /// Where the variables that all may see come from.
    pub(super) fn sources(&self) -> Option<Yaml> {
        let name = self.config_map_name()?;
        Some(Yaml::list([map([("configMapRef", Some(map([("name", Some(name.as_str().into()))])))])]))
    }

    /// The entries of a container's environment that refer to the Secret.
    pub(super) fn references(&self) -> impl Iterator<Item = Yaml> {
        self.config.secrets.iter().map(|secret| {
            let key = map([
                ("name", Some(self.secret().as_str().into())),
                ("key", Some(secret.name.into())),
                ("optional", secret.optional.then(|| true.into())),
            ]);
            map([("name", Some(secret.name.into())), ("valueFrom", Some(map([("secretKeyRef", Some(key))])))])
        })
    }

    fn secret(&self) -> ObjectName {
        super::secret_name(self.exported.app())
    }

    fn content(&self) -> Yaml {
        Yaml::texts(self.config.plain.iter().copied())
    }

    /// The ConfigMap's name; another content has another one.
    fn config_map_name(&self) -> Option<ObjectName> {
        let digest = Digest::of(self.content().to_string().as_bytes()).to_string();
        let name = ObjectName::of(&[self.exported.app().as_str(), "config", &digest[..10]]);
        (!self.config.plain.is_empty()).then_some(name)
    }
}
