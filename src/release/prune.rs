//! Pruning: the tarballs of old releases go, their records stay. What a deploy runs or would go back to stays whole, and so
//! does every build that a kept release names. Noted first, removed then: a prune that is cut short is ended by the next.

use super::Error;
use crate::app::AppName;
use crate::artifact::{Digest, FORMAT, ReleaseId, ReleaseRecord, ReleasedBuild, UtcTime};
use crate::store::{Pruned, Store};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be pruned of an app.
#[derive(Debug, Clone, Serialize)]
pub struct Pruning {
    /// The app.
    pub app: AppName,
    /// The releases that stay whole, newest first.
    pub kept: Vec<ReleaseId>,
    /// The releases that go, oldest first.
    pub releases: Vec<Prunable>,
    #[serde(skip)]
    newest: Option<ReleaseId>,
}

/// A release that goes.
#[derive(Debug, Clone, Serialize)]
pub struct Prunable {
    /// The release.
    pub release: ReleaseId,
    /// Its version.
    pub version: semver::Version,
    /// The full id of its commit.
    pub commit: String,
    /// Its tarballs that no kept release names and that still stand.
    pub builds: Vec<ReleasedBuild>,
}

/// Who prunes, and when.
#[derive(Debug, Clone)]
pub struct Pruner {
    /// When.
    pub at: UtcTime,
    /// Who.
    pub by: String,
}

/// How a tarball is told: one build has one, but another version of this program may pack it otherwise.
type Tarball = (Digest, Digest);

impl Pruning {
    /// Plans to keep the newest `keep` releases of an app, and what its deploys need.
    ///
    /// # Errors
    /// Where the ledger cannot be read: in doubt nothing goes.
    pub fn plan(store: &Store, app: &AppName, keep: u64) -> Result<Self, Error> {
        let newest = store.newest_or_refuse(app)?;
        let deployed = store.deployed(app)?;
        let stays = |id: ReleaseId| newest.number() - id.number() < keep || deployed.contains(&id);
        let ids = std::iter::successors(Some(newest), |id| id.previous());
        let records = ids.map(|id| store.record(app, id)).collect::<Result<Vec<_>, _>>()?;
        let (kept, old): (Vec<ReleaseRecord>, Vec<ReleaseRecord>) =
            records.into_iter().partition(|record| stays(record.release));
        let needed: BTreeSet<Tarball> = kept.iter().flat_map(tarballs).collect();
        let noted = store.listed_pruned(app)?;
        let mut releases = Vec::new();
        for record in old.into_iter().rev() {
            let ReleaseRecord { release, version, commit, builds, .. } = record;
            let gone: Vec<ReleasedBuild> = builds.into_iter().filter(|build| !needed.contains(&name(build))).collect();
            let mut builds = Vec::new();
            for build in &gone {
                if store.has_tarball(app, build)? {
                    builds.push(build.clone());
                }
            }
            if !builds.is_empty() || (!gone.is_empty() && !noted.contains(&release)) {
                releases.push(Prunable { release, version, commit, builds });
            }
        }
        let kept = kept.iter().map(|record| record.release).collect();
        Ok(Self { app: app.clone(), kept, releases, newest: Some(newest) })
    }

    /// How many bytes go.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        // Two old releases may name one tarball; it goes once.
        let builds = self.releases.iter().flat_map(|one| &one.builds).map(|build| (name(build), build.gz_size));
        builds.collect::<BTreeMap<_, _>>().values().sum()
    }

    /// Prunes. What is needed since the plan stays: a release names it that has come, or a deploy has moved.
    ///
    /// # Errors
    /// Where the store cannot be written, or a build was needed in the very moment in which it went.
    pub fn act(&self, store: &Store, pruner: &Pruner) -> Result<(), Error> {
        for one in &self.releases {
            let Pruner { at, by } = pruner.clone();
            store.note_pruned(&Pruned { format: FORMAT, app: self.app.clone(), release: one.release, at, by })?;
            let needed = self.needed_since(store)?;
            let gone: Vec<&ReleasedBuild> =
                one.builds.iter().filter(|build| !needed.contains_key(&name(build))).collect();
            for build in &gone {
                store.remove_tarball(&self.app, build)?;
            }
            // Whoever needs one looks whether it stands after saying so, and we look after removing it: one of us sees it.
            let needed = if gone.is_empty() { needed } else { self.needed_since(store)? };
            if let Some((release, commit)) = gone.iter().find_map(|build| needed.get(&name(build))) {
                let (app, release, commit) = (self.app.clone(), *release, commit.clone());
                return Err(Error::PrunedMeanwhile { app, release, commit });
            }
        }
        Ok(())
    }

    /// The tarballs that are needed now and were not when it was planned, each with a release that names it.
    fn needed_since(&self, store: &Store) -> Result<BTreeMap<Tarball, (ReleaseId, String)>, Error> {
        let newest = store.newest(&self.app)?;
        let come = std::iter::successors(newest, |id| id.previous()).take_while(|id| Some(*id) > self.newest);
        let deployed = store.deployed(&self.app)?.into_iter().filter(|id| !self.kept.contains(id));
        let mut needed = BTreeMap::new();
        for id in come.chain(deployed) {
            let record = store.record(&self.app, id)?;
            needed.extend(tarballs(&record).into_iter().map(|one| (one, (id, record.commit.clone()))));
        }
        Ok(needed)
    }
}

fn name(build: &ReleasedBuild) -> Tarball {
    (build.id, build.gz_sha256)
}

fn tarballs(record: &ReleaseRecord) -> Vec<Tarball> {
    record.builds.iter().map(name).collect()
}
