//! Appending to the ledger. Creating the record takes the number: whoever loses the race reads the winner's record and
//! takes the next.

use super::Error;
use crate::app::AppName;
use crate::artifact::{Digest, FORMAT, ReleaseId, ReleaseRecord, ReleasedBuild, UtcTime};
use crate::store::{Created, Store};

/// What is to be released.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The app.
    pub app: AppName,
    /// The package's version.
    pub version: semver::Version,
    /// The full id of the commit.
    pub commit: String,
    /// The branch that was checked out, where one was.
    pub branch: Option<String>,
    /// The remote of the codebase, without credentials.
    pub remote: Option<String>,
    /// The root commits of the codebase.
    pub roots: Vec<String>,
    /// The builds, one a target; the store holds them.
    pub builds: Vec<ReleasedBuild>,
    /// When.
    pub created: UtcTime,
    /// Who.
    pub created_by: String,
    /// Why, where that was said.
    pub message: Option<String>,
}

/// What happens where the newest release already names these builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It is the answer: a CI job may try again.
    Answer,
    /// They are released again, under a new number.
    Again,
}

/// Which commits may follow the newest release's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Any but its ancestors.
    Forward,
    /// Also its ancestors.
    Any,
}

/// A release that stands in the ledger.
#[derive(Debug, Clone)]
pub struct Appended {
    /// Its record.
    pub record: ReleaseRecord,
    /// The record as it lies in the store.
    pub bytes: Vec<u8>,
    /// Whether it was appended now.
    pub created: Created,
}

/// Appends a release. `is_ancestor` says whether the proposal's commit is an ancestor of the given one.
///
/// # Errors
/// Where the store holds another codebase's app of this name, the commit is older and that is not wanted, or the
/// store fails.
pub fn append(
    store: &Store,
    proposal: &Proposal,
    repeat: Repeat,
    direction: Direction,
    is_ancestor: impl Fn(&str) -> bool,
) -> Result<Appended, Error> {
    store.keep_codebase(&proposal.app, &proposal.roots)?;
    let nonce = nonce()?;
    loop {
        let newest = newest(store, &proposal.app)?;
        if let Some((record, bytes)) = &newest {
            if repeat == Repeat::Answer && same_builds(&record.builds, &proposal.builds) {
                return Ok(Appended { record: record.clone(), bytes: bytes.clone(), created: Created::Stands });
            }
            if direction == Direction::Forward && record.commit != proposal.commit && is_ancestor(&record.commit) {
                let (app, commit) = (proposal.app.clone(), proposal.commit.clone());
                return Err(Error::Older { app, commit, newest: record.release });
            }
        }
        let record =
            proposal.record(newest.as_ref().map(|(record, bytes)| (record.release, Digest::of(bytes))), &nonce);
        let bytes = record.to_bytes()?;
        if store.create_record(&proposal.app, record.release, &bytes)? == Created::New {
            return Ok(Appended { record, bytes, created: Created::New });
        }
    }
}

fn newest(store: &Store, app: &AppName) -> Result<Option<(ReleaseRecord, Vec<u8>)>, Error> {
    let Some(id) = store.newest(app)? else { return Ok(None) };
    let bytes = store.record_bytes(app, id)?.unwrap_or_default();
    Ok(Some((ReleaseRecord::from_bytes(id, &bytes)?, bytes)))
}

fn same_builds(one: &[ReleasedBuild], other: &[ReleasedBuild]) -> bool {
    let names = |builds: &[ReleasedBuild]| {
        let mut names: Vec<_> = builds.iter().map(|build| (build.target.clone(), build.id)).collect();
        names.sort();
        names
    };
    names(one) == names(other)
}

impl Proposal {
    fn record(&self, previous: Option<(ReleaseId, Digest)>, nonce: &str) -> ReleaseRecord {
        let mut roots = self.roots.clone();
        roots.sort();
        let mut builds = self.builds.clone();
        builds.sort_by(|one, other| one.target.cmp(&other.target));
        ReleaseRecord {
            format: FORMAT,
            app: self.app.clone(),
            release: previous.map_or(ReleaseId::FIRST, |(id, _)| id.next()),
            version: self.version.clone(),
            commit: self.commit.clone(),
            branch: self.branch.clone(),
            remote: self.remote.clone(),
            roots,
            builds,
            previous: previous.map(|(_, digest)| digest),
            created: self.created,
            created_by: self.created_by.clone(),
            message: self.message.clone(),
            nonce: nonce.to_owned(),
        }
    }
}

/// 32 hex digits that no other record has.
fn nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|cause| Error::NoRandomness(cause.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
