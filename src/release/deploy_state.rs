//! How a deploy stands: its release, and how far that is behind. The gap is the age of the oldest work that is not
//! there yet: how long somebody has been waiting (factor ten's time gap).

use super::Error;
use crate::app::{AppName, DeployName};
use crate::artifact::{DeployEntry, DeployReason, ReleaseId, ReleaseRecord, UtcTime};
use crate::store::Store;
use serde::Serialize;

/// How a deploy stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeployState {
    /// The app.
    pub app: AppName,
    /// The deploy.
    pub deploy: DeployName,
    /// What is current; none where no entry is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<CurrentRelease>,
    /// The entry that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<DeployEntry>,
}

/// The release that is current in a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CurrentRelease {
    /// The release.
    pub release: ReleaseId,
    /// Its version.
    pub version: semver::Version,
    /// Its commit.
    pub commit: String,
    /// The branch that it was made on, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The entry that made it current.
    pub entry: u64,
    /// Why.
    pub reason: DeployReason,
    /// Since when.
    pub at: UtcTime,
    /// By whom.
    pub by: String,
    /// How long ago that is, in milliseconds.
    pub age: u64,
    /// How far it is behind the ledger.
    pub behind: Behind,
    /// How far it is behind its branch, where the repository at hand tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_branch: Option<BehindBranch>,
}

/// How far a release is behind the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// The newest release.
    pub newest: ReleaseId,
    /// How many releases came since.
    pub releases: u64,
    /// The age of the first of them, in milliseconds; 0 where none came.
    pub gap: u64,
}

/// How far a release is behind a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BehindBranch {
    /// The branch, or `HEAD`.
    pub branch: String,
    /// How many commits came since.
    pub commits: usize,
    /// The age of the oldest of them, in milliseconds; 0 where none came.
    pub gap: u64,
}

impl DeployState {
    /// How a deploy stands now.
    ///
    /// # Errors
    /// Where the store cannot be read, or a record is damaged.
    pub fn read(store: &Store, app: &AppName, deploy: &DeployName, now: UtcTime) -> Result<Self, Error> {
        let newest = store.newest_entry(app, deploy)?;
        let open = if newest == 0 { None } else { Some(store.entry(app, deploy, newest)?) };
        let open = open.filter(|entry| entry.outcome.is_none()).map(|entry| entry.entry);
        let current = match store.current_entry(app, deploy)? {
            Some(standing) => Some(CurrentRelease::read(store, standing.entry, now)?),
            None => None,
        };
        Ok(Self { app: app.clone(), deploy: deploy.clone(), current, open })
    }
}

impl CurrentRelease {
    fn read(store: &Store, entry: DeployEntry, now: UtcTime) -> Result<Self, Error> {
        let ReleaseRecord { release, version, commit, branch, .. } = store.record(&entry.app, entry.release)?;
        let newest = store.newest(&entry.app)?.unwrap_or(release);
        let releases = newest.number().saturating_sub(release.number());
        let gap = if releases == 0 { 0 } else { age(store.record(&entry.app, release.next())?.created, now) };
        Ok(Self {
            release,
            version,
            commit,
            branch,
            entry: entry.seq,
            reason: entry.reason,
            at: entry.at,
            age: age(entry.at, now),
            by: entry.by,
            behind: Behind { newest, releases, gap },
            behind_branch: None,
        })
    }
}

/// How long ago a moment is, in milliseconds; a clock that is ahead of ours makes it 0.
#[must_use]
pub fn age(moment: UtcTime, now: UtcTime) -> u64 {
    u64::try_from(now.seconds() - moment.seconds()).unwrap_or(0).saturating_mul(1000)
}
