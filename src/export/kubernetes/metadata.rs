//! What every object says of itself: its name, the app, and the release that it is of.

use super::ObjectName;
use super::name::LONGEST;
use crate::export::Exported;
use crate::export::container::Purpose;
use crate::export::yaml::{Yaml, map};

/// The app and the release, as labels and annotations say them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metadata<'a> {
    pub(super) exported: &'a Exported,
    pub(super) namespace: Option<&'a ObjectName>,
}

impl Metadata<'_> {
    /// The metadata of an object; `purpose` is what of the app it is for, where it is for a part.
    pub(super) fn object(&self, name: &ObjectName, purpose: Option<Purpose<'_>>) -> Yaml {
        map([
            ("name", Some(name.as_str().into())),
            ("namespace", self.namespace.map(|namespace| namespace.as_str().into())),
        ])
        .and(self.marks(purpose))
    }

    /// The metadata of pods, whose names are made from their owner's.
    pub(super) fn template(&self, purpose: Purpose<'_>) -> Yaml {
        self.marks(Some(purpose))
    }

    /// The labels that pods have whatever their release: what selectors select.
    pub(super) fn selected(&self, purpose: Purpose<'_>) -> Yaml {
        Yaml::texts([
            ("app.kubernetes.io/name", ObjectName::of(&[self.exported.app().as_str()]).to_string()),
            ("app.kubernetes.io/component", component(purpose)),
        ])
    }

    /// A selector of those pods.
    pub(super) fn selector(&self, purpose: Purpose<'_>) -> Yaml {
        map([("matchLabels", Some(self.selected(purpose)))])
    }

    fn marks(&self, purpose: Option<Purpose<'_>>) -> Yaml {
        let record = &self.exported.record;
        let app = ObjectName::of(&[self.exported.app().as_str()]).to_string();
        let parts = match purpose {
            Some(purpose) => self.selected(purpose),
            None => Yaml::texts([("app.kubernetes.io/name", app)]),
        };
        let labels = Yaml::texts([
            ("app.kubernetes.io/version", version(&record.version.to_string())),
            ("app.kubernetes.io/managed-by", "cargo-twelve".to_owned()),
            ("cargo-twelve/release", record.release.to_string()),
        ]);
        let annotations = Yaml::texts([
            ("cargo-twelve/version", record.version.to_string()),
            ("cargo-twelve/commit", record.commit.clone()),
        ]);
        map([("labels", Some(parts.and(labels))), ("annotations", Some(annotations))])
    }
}

/// What of the app it is, where a process type and an admin process may share their name.
fn component(purpose: Purpose<'_>) -> String {
    match purpose {
        Purpose::Process(process) => ObjectName::of(&[&process.name]).to_string(),
        Purpose::Admin(admin) => format!("admin.{}", ObjectName::of(&[&admin.name])),
    }
}

/// A version as a label holds it: `+` is none of its characters, and its ends are letters or digits.
fn version(version: &str) -> String {
    let version = version.replace('+', "_");
    version[..version.len().min(LONGEST)].trim_end_matches(['.', '-', '_']).to_owned()
}
