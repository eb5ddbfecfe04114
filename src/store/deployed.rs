//! The releases that deploys still need: those of open entries, the current one, and the one before it.

use super::way_back::{Step, way_back};
use super::{Error, Store, layout};
use crate::app::AppName;
use crate::artifact::{Error as ArtifactError, ReleaseId};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The largest entry that is read, in bytes.
const LARGEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct Entry {
    release: ReleaseId,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Closed {
    outcome: String,
}

impl Store {
    /// The releases that an app's deploys need: of each, that of its newest entry, the current one, the last one that was
    /// current before it, and the one that a rollback would go to.
    ///
    /// # Errors
    /// Where an entry cannot be read or understood.
    pub fn deployed(&self, app: &AppName) -> Result<BTreeSet<ReleaseId>, Error> {
        let mut needed = BTreeSet::new();
        let deploys = layout::deploys(app);
        for deploy in self.place.list(&deploys)? {
            let folder = format!("{deploys}/{deploy}");
            let names = self.place.list(&folder)?;
            let mut entries: Vec<u64> =
                names.iter().filter_map(|name| name.strip_suffix(".json")?.parse().ok()).collect();
            entries.sort_unstable();
            let mut done: Vec<Step> = Vec::new();
            for (index, entry) in entries.into_iter().rev().enumerate() {
                let Some(read) = self.read::<Entry>(&format!("{folder}/{entry}.json"))? else { continue };
                let closed = self.read::<Closed>(&format!("{folder}/{entry}.done.json"))?;
                if index == 0 || closed.is_none() {
                    needed.insert(read.release);
                }
                if closed.is_some_and(|closed| closed.outcome == "done") {
                    done.push(Step { release: read.release, is_rollback: read.reason == "rollback" });
                }
                let before = done.last().zip(done.first());
                if before.is_some_and(|(last, current)| last.release != current.release && !current.is_rollback) {
                    break;
                }
            }
            if let Some((current, earlier)) = done.split_first() {
                needed.insert(current.release);
                needed.extend(earlier.iter().find(|one| one.release != current.release).map(|one| one.release));
                needed.extend(way_back(*current, earlier.iter().map(|one| Ok(*one)))?);
            }
        }
        Ok(needed)
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, key: &str) -> Result<Option<T>, Error> {
        let bytes = self.place.get(key, LARGEST)?;
        let read = bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        Ok(read.map_err(|cause| ArtifactError::damaged(format!("`{key}`"), cause.to_string()))?)
    }
}
