//! The releases that deploys still need: those of open entries, the current one, and the one before it.

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
}

#[derive(Deserialize)]
struct Closed {
    outcome: String,
}

impl Store {
    /// The releases that an app's deploys need: of each, that of its newest entry, the current one, and the last one that
    /// was current before it, to which a rollback would go.
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
            let mut current = None;
            for entry in entries.into_iter().rev() {
                let release = self.read::<Entry>(&format!("{folder}/{entry}.json"))?.map(|entry| entry.release);
                let closed = self.read::<Closed>(&format!("{folder}/{entry}.done.json"))?;
                let done = closed.as_ref().is_some_and(|closed| closed.outcome == "done");
                if done || needed.is_empty() || closed.is_none() {
                    needed.extend(release);
                }
                if done && current.is_some() && current != release {
                    break;
                }
                current = if done { release } else { current };
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
