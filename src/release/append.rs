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
    /// It is the answer also where its builds are others whose files, all but `build.json`, are the same.
    IfChanged,
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
            if is_answer(store, record, proposal, repeat)? {
                return Ok(Appended { record: record.clone(), bytes: bytes.clone(), created: Created::Stands });
            }
            refuse_ancestor(record, &proposal.commit, direction, &is_ancestor)?;
        }
        let record =
            proposal.record(newest.as_ref().map(|(record, bytes)| (record.release, Digest::of(bytes))), &nonce);
        let bytes = record.to_bytes()?;
        if store.create_record(&proposal.app, record.release, &bytes)? == Created::New {
            return Ok(Appended { record, bytes, created: Created::New });
        }
    }
}

/// Refuses a commit that [`append`] would refuse for its direction. To be asked before minutes are spent on compiling it.
///
/// # Errors
/// Where the commit is older and that is not wanted, or the store cannot be read.
pub fn refuse_older(
    store: &Store,
    app: &AppName,
    commit: &str,
    direction: Direction,
    is_ancestor: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    if direction == Direction::Any {
        return Ok(());
    }
    newest(store, app)?.map_or(Ok(()), |(record, _)| refuse_ancestor(&record, commit, direction, is_ancestor))
}

fn refuse_ancestor(
    newest: &ReleaseRecord,
    commit: &str,
    direction: Direction,
    is_ancestor: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    if direction == Direction::Forward && newest.commit != commit && is_ancestor(&newest.commit) {
        let (app, commit) = (newest.app.clone(), commit.to_owned());
        return Err(Error::Older { app, commit, newest: newest.release });
    }
    Ok(())
}

/// Refuses a release whose build is gone: somebody pruned it while it was released again. Asked last: whoever prunes looks
/// for new releases after removing, so that one of both sees it.
///
/// # Errors
/// Where that is so, or the store cannot be read.
pub fn refuse_pruned_meanwhile(store: &Store, record: &ReleaseRecord) -> Result<(), Error> {
    for build in &record.builds {
        if !store.has_tarball(&record.app, build)? {
            let (app, release, commit) = (record.app.clone(), record.release, record.commit.clone());
            return Err(Error::PrunedMeanwhile { app, release, commit });
        }
    }
    Ok(())
}

fn newest(store: &Store, app: &AppName) -> Result<Option<(ReleaseRecord, Vec<u8>)>, Error> {
    let newest = store.newest(app)?;
    store.refuse_gap(app, newest)?;
    let Some(id) = newest else { return Ok(None) };
    let bytes = store.record_bytes(app, id)?.unwrap_or_default();
    Ok(Some((ReleaseRecord::from_bytes(id, &bytes)?, bytes)))
}

/// Whether the newest release is what the proposal would become.
fn is_answer(store: &Store, newest: &ReleaseRecord, proposal: &Proposal, repeat: Repeat) -> Result<bool, Error> {
    match repeat {
        Repeat::Again => Ok(false),
        Repeat::Answer => Ok(same_builds(&newest.builds, &proposal.builds)),
        Repeat::IfChanged => same_files(store, &proposal.app, &newest.builds, &proposal.builds),
    }
}

/// Whether two lists of builds are for the same targets and hold the same files. `build.json` is not in its own list.
fn same_files(store: &Store, app: &AppName, one: &[ReleasedBuild], other: &[ReleasedBuild]) -> Result<bool, Error> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for build in one {
        let Some(twin) = other.iter().find(|twin| twin.target == build.target) else { return Ok(false) };
        if store.manifest(app, build)?.files != store.manifest(app, twin)?.files {
            return Ok(false);
        }
    }
    Ok(true)
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

/// 32 hex digits that no other record or entry has.
pub(super) fn nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|cause| Error::NoRandomness(cause.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::{Direction, Proposal, Repeat, append};
    use crate::artifact::{Digest, ReleasedBuild};
    use crate::release::Error;
    use crate::store::{Created, Location, Store};
    use std::path::Path;

    fn store(folder: &Path) -> Store {
        Store::at(&Location::parse(Path::new("store"), folder).expect("a location"))
    }

    fn proposal(commit: &str) -> Proposal {
        Proposal {
            app: "shop".parse().expect("a name"),
            version: semver::Version::new(1, 0, 0),
            commit: commit.to_owned(),
            branch: None,
            remote: None,
            roots: vec!["root".to_owned()],
            builds: vec![ReleasedBuild {
                target: "x86_64-unknown-linux-gnu".to_owned(),
                id: Digest::of(commit.as_bytes()),
                gz_sha256: Digest::of(b"gz"),
                gz_size: 2,
                manifest_sha256: Digest::of(b"manifest"),
            }],
            created: "2026-11-22T17:00:00Z".parse().expect("a time"),
            created_by: "ada".to_owned(),
            message: None,
        }
    }

    #[test]
    fn of_many_writers_each_takes_a_number_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let (writers, rounds) = (8, 5);
        std::thread::scope(|scope| {
            for writer in 0..writers {
                let store = store(folder.path());
                scope.spawn(move || {
                    for round in 0..rounds {
                        let one = proposal(&format!("{writer} {round}"));
                        let appended =
                            append(&store, &one, Repeat::Again, Direction::Forward, |_| false).expect("appended");
                        assert_eq!(appended.created, Created::New);
                    }
                });
            }
        });
        let store = store(folder.path());
        let app = "shop".parse().expect("a name");
        assert_eq!(store.newest(&app).expect("readable").map(|id| id.number()), Some(writers * rounds));
        let mut before = None;
        for number in 1..=writers * rounds {
            let id = crate::artifact::ReleaseId::from_number(number).expect("a number");
            let bytes = store.record_bytes(&app, id).expect("readable").expect("no gap");
            assert_eq!(store.record(&app, id).expect("a record").previous, before, "{id} names the one before");
            before = Some(Digest::of(&bytes));
        }
    }

    #[test]
    fn the_newest_builds_released_again_are_the_same_release() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        let release = |commit: &str, repeat| {
            append(&store, &proposal(commit), repeat, Direction::Forward, |_| false).expect("appended")
        };
        assert_eq!(release("a", Repeat::Answer).record.release.number(), 1);
        let again = release("a", Repeat::Answer);
        assert_eq!((again.record.release.number(), again.created), (1, Created::Stands));
        assert_eq!(release("a", Repeat::Again).record.release.number(), 2);
        assert_eq!(release("b", Repeat::Answer).record.release.number(), 3);
    }

    #[test]
    fn refuses_a_commit_that_is_an_ancestor_of_the_newest_releases() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        let release = |commit: &str, direction| {
            append(&store, &proposal(commit), Repeat::Answer, direction, |newest| newest == "b")
        };
        release("b", Direction::Forward).expect("appended");
        assert!(matches!(release("a", Direction::Forward), Err(Error::Older { newest, .. }) if newest.number() == 1));
        assert_eq!(release("a", Direction::Any).expect("appended").record.release.number(), 2);
    }

    #[test]
    fn refuses_an_app_of_another_codebase() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        append(&store, &proposal("a"), Repeat::Answer, Direction::Forward, |_| false).expect("appended");
        let mut other = proposal("b");
        other.roots = vec!["another root".to_owned()];
        let refused = append(&store, &other, Repeat::Answer, Direction::Forward, |_| false);
        assert!(matches!(refused, Err(Error::Store(crate::store::Error::OtherCodebase { .. }))));
        other.roots.push("root".to_owned());
        append(&store, &other, Repeat::Answer, Direction::Forward, |_| false).expect("one common root is enough");
    }
}
