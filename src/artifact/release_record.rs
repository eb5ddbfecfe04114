//! The record of a release: `v42.json`. It names a build a target, the commit they were made from, and the record
//! before it. Once written it is never changed.

use super::sealed::{seal, unseal};
use super::{BuildManifest, Digest, Error, FORMAT, ReleaseId, UtcTime};
use crate::app::AppName;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The record of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRecord {
    /// The version of this format.
    pub format: u64,
    /// The app.
    pub app: AppName,
    /// Its id.
    pub release: ReleaseId,
    /// The package's version.
    pub version: semver::Version,
    /// The full id of the commit.
    pub commit: String,
    /// The branch that was checked out, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The remote of the codebase, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The root commits of the codebase, sorted.
    pub roots: Vec<String>,
    /// The builds, one a target, sorted by target.
    pub builds: Vec<ReleasedBuild>,
    /// The digest of the record before, as it lies in the store; `v1` has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// When it was made.
    pub created: UtcTime,
    /// Who made it.
    pub created_by: String,
    /// Why, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// 32 hex digits that no other record has: they tell one's own record from another's after a lost answer.
    pub nonce: String,
}

/// A build that a release names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedBuild {
    /// The target triple.
    pub target: String,
    /// The build's id: the digest of its uncompressed tar.
    pub id: Digest,
    /// The digest of its tarball.
    pub gz_sha256: Digest,
    /// The size of its tarball in bytes.
    pub gz_size: u64,
    /// The digest of its `build.json`.
    pub manifest_sha256: Digest,
}

impl ReleaseRecord {
    /// The record's one text, with its digest.
    ///
    /// # Errors
    /// Where it holds what canonical JSON cannot.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        seal("release record", self)
    }

    /// Reads the record that a store keeps under `id`. Its own digest is verified before anything of it is believed;
    /// keys that this version does not know are covered by the digest and otherwise ignored.
    ///
    /// # Errors
    /// Where the bytes are not canonical, the digest differs, the format is another, or it is another release's.
    pub fn from_bytes(id: ReleaseId, bytes: &[u8]) -> Result<Self, Error> {
        let what = format!("release record {id}");
        let damaged = |why: &str| Error::damaged(what.clone(), why);
        let record: Self = unseal(&what, bytes)?;
        if record.release != id {
            return Err(damaged(&format!("it says that it is {}", record.release)));
        }
        if record.builds.is_empty() {
            return Err(damaged("it names no build"));
        }
        Ok(record)
    }

    /// The build for a target triple.
    #[must_use]
    pub fn build_for(&self, target: &str) -> Option<&ReleasedBuild> {
        self.builds.iter().find(|build| build.target == target)
    }

    /// Whether a build that it names is of its own app, commit and version, and for the target that it is named for.
    #[must_use]
    pub fn names(&self, build: &ReleasedBuild, manifest: &BuildManifest) -> bool {
        let found = (&manifest.app, &manifest.commit, &manifest.version, &manifest.target);
        found == (&self.app, &self.commit, &self.version, &build.target)
    }
}

/// Reads a document whose `format` is ours.
pub(super) fn from_json<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, Error> {
    #[derive(Deserialize)]
    struct Versioned {
        format: u64,
    }
    let damaged = |cause: serde_json::Error| Error::damaged(what, cause.to_string());
    let found = serde_json::from_slice::<Versioned>(bytes).map_err(damaged)?.format;
    if found != FORMAT {
        return Err(Error::UnknownFormat { what: what.to_owned(), found });
    }
    serde_json::from_slice(bytes).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::{ReleaseRecord, ReleasedBuild};
    use crate::artifact::{Digest, Error, ReleaseId, canonical_json};
    use serde_json::Value;

    fn record() -> ReleaseRecord {
        ReleaseRecord {
            format: 1,
            app: "shop".parse().expect("a name"),
            release: ReleaseId::FIRST,
            version: semver::Version::new(1, 4, 0),
            commit: "c".repeat(40),
            branch: Some("main".to_owned()),
            remote: None,
            roots: vec!["a".repeat(40)],
            builds: vec![ReleasedBuild {
                target: "x86_64-unknown-linux-gnu".to_owned(),
                id: Digest::of(b"tar"),
                gz_sha256: Digest::of(b"gz"),
                gz_size: 2,
                manifest_sha256: Digest::of(b"manifest"),
            }],
            previous: None,
            created: "2026-11-22T17:00:00Z".parse().expect("a time"),
            created_by: "ada".to_owned(),
            message: None,
            nonce: "0".repeat(32),
        }
    }

    #[test]
    fn a_record_reads_what_it_writes() {
        let bytes = record().to_bytes().expect("bytes");
        assert_eq!(ReleaseRecord::from_bytes(ReleaseId::FIRST, &bytes).expect("a record"), record());
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.starts_with("{\"app\":\"shop\",\"branch\":\"main\",\"builds\":[{\"gz_sha256\":"), "{text}");
        assert!(text.ends_with("}\n") && !text.contains("null"));
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let bytes = record().to_bytes().expect("bytes");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert!(ReleaseRecord::from_bytes(ReleaseId::FIRST, &flipped).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_record_moved_to_another_number_is_found() {
        let bytes = record().to_bytes().expect("bytes");
        let error = ReleaseRecord::from_bytes(ReleaseId::FIRST.next(), &bytes).expect_err("moved");
        assert_eq!(error.to_string(), "release record v2 is damaged: it says that it is v1");
    }

    #[test]
    fn unknown_keys_are_ignored_and_still_covered() {
        let mut value = serde_json::to_value(record()).expect("a value");
        value["later"] = Value::from("x");
        value["digest"] = Value::from(Digest::of(&canonical_json(&value).expect("canonical")).to_string());
        let bytes = canonical_json(&value).expect("canonical");
        assert_eq!(ReleaseRecord::from_bytes(ReleaseId::FIRST, &bytes).expect("a record"), record());
        let changed = String::from_utf8(bytes).expect("UTF-8").replace("\"later\":\"x\"", "\"later\":\"y\"");
        assert!(ReleaseRecord::from_bytes(ReleaseId::FIRST, changed.as_bytes()).is_err());
    }

    #[test]
    fn another_format_is_named() {
        let mut later = record();
        later.format = 2;
        let bytes = later.to_bytes().expect("bytes");
        let error = ReleaseRecord::from_bytes(ReleaseId::FIRST, &bytes).expect_err("another format");
        assert!(matches!(error, Error::UnknownFormat { found: 2, .. }), "{error}");
    }
}
