//! Verification of a release: its record, the chain of records before it, and every byte of its builds.

use super::Error;
use crate::app::AppName;
use crate::artifact::{Digest, Endorsement, ExpectedBuild, ReleaseId, ReleaseRecord, Trust, read_archive};
use crate::store::Store;

/// A release of which everything was verified.
#[derive(Debug, Clone)]
pub struct VerifiedRelease {
    /// Its record.
    pub record: ReleaseRecord,
    /// How many records the chain has, its own among them.
    pub records: u64,
    /// The trusted keys that signed it; none where none were asked for.
    pub endorsements: Vec<Endorsement>,
    /// Its builds.
    pub builds: Vec<VerifiedBuild>,
}

/// A build of which every byte was verified.
#[derive(Debug, Clone)]
pub struct VerifiedBuild {
    /// The target triple.
    pub target: String,
    /// Its id.
    pub id: Digest,
    /// How many files it has, its manifest among them.
    pub files: usize,
    /// The size of its files in bytes, without the manifest's.
    pub bytes: u64,
}

/// Verifies a release in the order of trust: the signatures, the record, the chain, the tarball, the manifest, each file.
///
/// # Errors
/// Where one byte is not what it should be, with its place.
pub fn verify(store: &Store, app: &AppName, id: ReleaseId, trust: Option<&Trust>) -> Result<VerifiedRelease, Error> {
    let (record, endorsements) = store.trusted_record(app, id, trust)?;
    verify_chain(store, &record)?;
    let recorded = store.roots(app)?;
    if !record.roots.iter().any(|root| recorded.contains(root)) {
        return Err(broken(&record, "none of its root commits is one that `codebase.json` records"));
    }
    let builds = record.builds.iter().map(|build| {
        let kept = store.manifest(app, build)?;
        let expected = ExpectedBuild { id: build.id, manifest_sha256: build.manifest_sha256 };
        let packed = store.tarball(app, build)?.read(|tarball| read_archive(tarball, expected, None))?;
        let same = (&packed.app, &packed.commit, &packed.version, &packed.target);
        if kept != packed || same != (&record.app, &record.commit, &record.version, &build.target) {
            return Err(broken(&record, "its build for another app, commit, version or target lies under its name"));
        }
        let bytes = packed.files.iter().map(|file| file.size).sum();
        Ok(VerifiedBuild { target: build.target.clone(), id: build.id, files: packed.files.len() + 1, bytes })
    });
    let builds = builds.collect::<Result<_, Error>>()?;
    Ok(VerifiedRelease { records: record.release.number(), record, endorsements, builds })
}

/// Walks back to `v1`: each record names the digest of the one before.
fn verify_chain(store: &Store, newest: &ReleaseRecord) -> Result<(), Error> {
    let mut later = newest.clone();
    while let Some(id) = later.release.previous() {
        let bytes = store.record_bytes(&later.app, id)?;
        let bytes = bytes.ok_or_else(|| broken(&later, &format!("{id} is missing before it")))?;
        if later.previous != Some(Digest::of(&bytes)) {
            return Err(broken(&later, &format!("the {id} that it names is not the one that the store holds")));
        }
        let record = ReleaseRecord::from_bytes(id, &bytes)?;
        if record.app != later.app {
            return Err(broken(&later, &format!("the {id} before it is one of `{}`", record.app)));
        }
        later = record;
    }
    if later.previous.is_some() {
        return Err(broken(&later, "it names a release before the first"));
    }
    Ok(())
}

fn broken(record: &ReleaseRecord, why: &str) -> Error {
    Error::Broken { app: record.app.clone(), at: record.release, why: why.to_owned() }
}
