//! Verification of a release: its record, the chain of records before it, and every byte of its builds.

use super::{Error, broken};
use crate::app::AppName;
use crate::artifact::{
    Digest, Endorsement, ExpectedBuild, ReleaseId, ReleaseRecord, ReleasedBuild, Trust, read_archive,
};
use crate::report::Work;
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
    refuse_foreign(&record, &store.roots(app)?)?;
    let builds = record.builds.iter().map(|build| verify_build(store, &record, build)).collect::<Result<_, Error>>()?;
    Ok(VerifiedRelease { records: record.release.number(), record, endorsements, builds })
}

/// Verifies every byte of a release's build, and that it is of the release's app, commit, version and target.
pub(super) fn verify_build(
    store: &Store,
    record: &ReleaseRecord,
    build: &ReleasedBuild,
) -> Result<VerifiedBuild, Error> {
    let kept = store.manifest(&record.app, build)?;
    let expected = ExpectedBuild { id: build.id, manifest_sha256: build.manifest_sha256 };
    let packed = store.released_tarball(record, build)?.read(|tarball| read_archive(tarball, expected, None))?;
    if kept != packed || !record.names(build, &packed) {
        return Err(broken(record, "its build for another app, commit, version or target lies under its name"));
    }
    let bytes = packed.size();
    Ok(VerifiedBuild { target: build.target.clone(), id: build.id, files: packed.files.len() + 1, bytes })
}

/// Walks back to `v1`: each record names the digest of the one before.
fn verify_chain(store: &Store, newest: &ReleaseRecord) -> Result<(), Error> {
    let progress = store.progress(&Work::VerifyingRecords { records: newest.release.number() });
    let mut later = newest.clone();
    while let Some(id) = later.release.previous() {
        later = verify_link(store, &later, id)?;
        progress.advance(1);
    }
    refuse_before_first(&later)
}

/// The record before another, which must be the one that it names.
fn verify_link(store: &Store, later: &ReleaseRecord, id: ReleaseId) -> Result<ReleaseRecord, Error> {
    let bytes = store.record_bytes(&later.app, id)?;
    let bytes = bytes.ok_or_else(|| broken(later, &format!("{id} is missing before it")))?;
    if later.previous != Some(Digest::of(&bytes)) {
        return Err(broken(later, &format!("the {id} that it names is not the one that the store holds")));
    }
    let record = ReleaseRecord::from_bytes(id, &bytes)?;
    if record.app != later.app {
        return Err(broken(later, &format!("the {id} before it is one of `{}`", record.app)));
    }
    Ok(record)
}

pub(super) fn refuse_before_first(first: &ReleaseRecord) -> Result<(), Error> {
    if first.previous.is_some() {
        return Err(broken(first, "it names a release before the first"));
    }
    Ok(())
}

/// Refuses a release that is of none of these root commits.
pub(super) fn refuse_foreign(record: &ReleaseRecord, roots: &[String]) -> Result<(), Error> {
    if record.roots.iter().any(|root| roots.contains(root)) {
        return Ok(());
    }
    Err(broken(record, "none of its root commits is one that `codebase.json` records"))
}
