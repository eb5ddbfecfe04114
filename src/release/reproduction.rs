//! The reproduction of a release: a build of it made again, held against the one that was released. The same id means
//! that every byte is the same; where it is another, the files and the fields of `build.json` say what differs.

use super::{Changes, Error};
use crate::artifact::{BuildManifest, Digest, Error as ArtifactError, TreeFile};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A build that was made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reproduction {
    /// The target triple.
    pub target: String,
    /// The id of the build that was released.
    pub released: Digest,
    /// The id of the build that was made again.
    pub made: Digest,
    /// What differs in `build.json`, without its list of files: the cause is most often among these.
    pub manifest: Vec<FieldChange>,
    /// The files that differ.
    pub files: Changes<TreeFile>,
}

/// A field of a document that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field, `toolchain.cc`.
    pub field: String,
    /// What was released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What was made again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

impl Reproduction {
    /// Holds a build that was made again against the one that was released.
    ///
    /// # Errors
    /// Where a manifest cannot be written as JSON.
    pub fn between(released: (Digest, &BuildManifest), made: (Digest, &BuildManifest)) -> Result<Self, Error> {
        let without_files = |manifest: &BuildManifest| BuildManifest { files: Vec::new(), ..manifest.clone() };
        Ok(Self {
            target: released.1.target.clone(),
            released: released.0,
            made: made.0,
            manifest: FieldChange::between(&without_files(released.1), &without_files(made.1))?,
            files: Changes::between(&released.1.files, &made.1.files, |file| file.path.clone()),
        })
    }

    /// Whether it is the same build.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.released == self.made
    }
}

impl FieldChange {
    /// The fields that differ between two documents of one kind.
    ///
    /// # Errors
    /// Where one cannot be written as JSON.
    pub fn between<T: Serialize>(from: &T, to: &T) -> Result<Vec<Self>, Error> {
        let value = |one: &T| {
            serde_json::to_value(one).map_err(|cause| ArtifactError::damaged("build manifest", cause.to_string()))
        };
        let mut found = Vec::new();
        collect("", Some(&value(from)?), Some(&value(to)?), &mut found);
        Ok(found)
    }

    /// The values as people read them: of two lists only what the other does not have.
    #[must_use]
    pub fn sides(&self) -> [String; 2] {
        [words(self.from.as_ref(), self.to.as_ref()), words(self.to.as_ref(), self.from.as_ref())]
    }
}

fn collect(field: &str, from: Option<&Value>, to: Option<&Value>, found: &mut Vec<FieldChange>) {
    if from == to {
        return;
    }
    let (Some(Value::Object(before)), Some(Value::Object(after))) = (from, to) else {
        found.push(FieldChange { field: field.to_owned(), from: from.cloned(), to: to.cloned() });
        return;
    };
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let below = if field.is_empty() { key.clone() } else { format!("{field}.{key}") };
        collect(&below, before.get(key), after.get(key), found);
    }
}

fn words(one: Option<&Value>, other: Option<&Value>) -> String {
    match (one, other) {
        (None | Some(Value::Null), _) => "nothing".to_owned(),
        (Some(Value::Array(own)), Some(Value::Array(others))) => {
            let own: Vec<_> = own.iter().filter(|value| !others.contains(value)).map(plain).collect();
            if own.is_empty() { "none of these".to_owned() } else { own.join(", ") }
        }
        (Some(value), _) => plain(value),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| format!("`{text}`"))
}

#[cfg(test)]
mod tests {
    use super::FieldChange;
    use serde_json::json;

    #[test]
    fn fields_that_differ_are_named_by_their_path() {
        let from = json!({ "toolchain": { "cc": "cc 12", "rustc": ["rustc 1", "host: a"] }, "app": "shop" });
        let to = json!({ "toolchain": { "rustc": ["rustc 2", "host: a"] }, "app": "shop" });
        let found = FieldChange::between(&from, &to).expect("JSON");
        let told: Vec<_> = found.iter().map(|change| (change.field.as_str(), change.sides())).collect();
        let words = |one: &str, other: &str| [one.to_owned(), other.to_owned()];
        assert_eq!(
            told,
            [("toolchain.cc", words("`cc 12`", "nothing")), ("toolchain.rustc", words("`rustc 1`", "`rustc 2`")),]
        );
        assert_eq!(FieldChange::between(&from, &from).expect("JSON"), []);
    }
}
