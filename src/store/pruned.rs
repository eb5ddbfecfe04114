//! What was pruned. The record of a release stays for ever, and so does its `build.json`; its tarball goes, and a
//! create-only note beside the record says so.

use super::{Created, Error, Store, layout};
use crate::app::AppName;
use crate::artifact::{Digest, Error as ArtifactError, FORMAT, ReleaseId, ReleasedBuild, UtcTime, canonical_json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The largest note that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Says that the tarballs of a release were removed, or are about to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruned {
    /// The version of this format.
    pub format: u64,
    /// The app.
    pub app: AppName,
    /// The release.
    pub release: ReleaseId,
    /// When.
    pub at: UtcTime,
    /// By whom.
    pub by: String,
}

impl Store {
    /// What is noted of a release that was pruned.
    ///
    /// # Errors
    /// Where the store cannot be read, or the note is damaged.
    pub fn pruned(&self, app: &AppName, id: ReleaseId) -> Result<Option<Pruned>, Error> {
        let key = layout::pruned(app, id);
        let Some(bytes) = self.place.get(&key, LARGEST)? else { return Ok(None) };
        let pruned: Pruned = serde_json::from_slice(&bytes)
            .map_err(|cause| ArtifactError::damaged(format!("`{key}`"), cause.to_string()))?;
        if pruned.format != FORMAT {
            return Err(ArtifactError::UnknownFormat { what: format!("`{key}`"), found: pruned.format }.into());
        }
        Ok(Some(pruned))
    }

    /// Notes that a release is pruned. It is noted once.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn note_pruned(&self, pruned: &Pruned) -> Result<Created, Error> {
        self.place.create(&layout::pruned(&pruned.app, pruned.release), &canonical_json(pruned)?)
    }

    /// The releases of an app that are noted as pruned.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn listed_pruned(&self, app: &AppName) -> Result<BTreeSet<ReleaseId>, Error> {
        let names = self.place.list(&layout::releases(app))?;
        Ok(names.iter().filter_map(|name| name.strip_suffix(".pruned.json")?.parse().ok()).collect())
    }

    /// Which of these releases are noted as pruned. Each is asked for, but where a listing takes fewer ways over the network.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn pruned_among(&self, app: &AppName, ids: &[ReleaseId]) -> Result<BTreeSet<ReleaseId>, Error> {
        // An answer to a listing has a thousand names, and a release has its record, its signatures and its note.
        let answers = ids.iter().max().map_or(0, |newest| newest.number() / 300 + 1);
        if self.place.is_remote() && answers < ids.len() as u64 {
            return self.listed_pruned(app);
        }
        let mut pruned = BTreeSet::new();
        for id in ids {
            if self.place.has(&layout::pruned(app, *id))? {
                pruned.insert(*id);
            }
        }
        Ok(pruned)
    }

    /// Removes the tarball of a build, where it stands.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn remove_tarball(&self, app: &AppName, build: &ReleasedBuild) -> Result<(), Error> {
        self.place.remove(&layout::tarball(app, &build.id, &build.gz_sha256))
    }

    /// Whether the tarball of a build stands.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn has_tarball(&self, app: &AppName, build: &ReleasedBuild) -> Result<bool, Error> {
        self.place.has(&layout::tarball(app, &build.id, &build.gz_sha256))
    }

    /// The builds of an app, sorted: also those that no release names.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn builds(&self, app: &AppName) -> Result<Vec<Digest>, Error> {
        let names = self.place.list(&layout::builds(app))?;
        let mut builds: Vec<Digest> = names.iter().filter_map(|name| name.parse().ok()).collect();
        builds.sort();
        Ok(builds)
    }

    /// The numbers of an app's releases as a listing shows them, sorted: also those behind a gap.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn listed_releases(&self, app: &AppName) -> Result<Vec<ReleaseId>, Error> {
        let names = self.place.list(&layout::releases(app))?;
        let ids = names.iter().filter_map(|name| name.strip_suffix(".json")?.parse::<ReleaseId>().ok());
        let mut ids: Vec<ReleaseId> = ids.collect();
        ids.sort();
        ids.dedup();
        Ok(ids)
    }
}
