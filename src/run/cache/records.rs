//! The records of releases that have run here, with their signatures. `vN` is asked of the cache first: a record never
//! changes, so a copy whose digest fits is as good as the store's. Every store has numbers of its own, so each has a
//! folder of its own here.

use super::{Cache, kept};
use crate::app::AppName;
use crate::artifact::{Digest, LARGEST_SIGNATURE, MOST_SIGNATURES, ReleaseId, ReleaseRecord, signature_name};
use crate::run::Error;
use crate::store::Store;
use std::path::PathBuf;

/// The largest record that is read, in bytes.
const LARGEST_RECORD: u64 = 1 << 20;

/// A record as it is kept here, unverified.
pub(in crate::run) struct KeptRecord {
    path: PathBuf,
    /// Its bytes.
    pub(in crate::run) bytes: Vec<u8>,
    /// Its signatures.
    pub(in crate::run) signatures: Vec<Vec<u8>>,
}

impl KeptRecord {
    /// The record, verified against its own digest, its number and its app.
    pub(in crate::run) fn verified(&self, app: &AppName, id: ReleaseId) -> Result<ReleaseRecord, Error> {
        let damaged = |cause| Error::RecordDamaged { path: self.path.clone(), cause };
        let record = ReleaseRecord::from_bytes(id, &self.bytes).map_err(damaged)?;
        if record.app != *app {
            let why = format!("it is a record of `{}`", record.app);
            return Err(damaged(crate::artifact::Error::damaged(format!("release record {id}"), why)));
        }
        Ok(record)
    }
}

impl Cache {
    /// The record of a store's release, where it is known here.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(in crate::run) fn kept_record(
        &self,
        store: &Store,
        app: &AppName,
        id: ReleaseId,
    ) -> Result<Option<KeptRecord>, Error> {
        let folder = self.records(store, app);
        let path = folder.join(format!("{id}.json"));
        let Some(bytes) = kept::read(&path, LARGEST_RECORD)? else { return Ok(None) };
        let mut signatures = Vec::new();
        for place in 1..=MOST_SIGNATURES {
            match kept::read(&folder.join(signature_name(&format!("{id}.json"), place)), LARGEST_SIGNATURE)? {
                Some(signature) => signatures.push(signature),
                None => break,
            }
        }
        Ok(Some(KeptRecord { path, bytes, signatures }))
    }

    /// Keeps a verified record and its signatures, so that its release starts with the store out of reach.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub(in crate::run) fn keep_record(
        &self,
        store: &Store,
        record: &ReleaseRecord,
        bytes: &[u8],
        signatures: &[Vec<u8>],
    ) -> Result<(), Error> {
        let (folder, name) = (self.records(store, &record.app), format!("{}.json", record.release));
        kept::create(&folder.join(&name), bytes)?;
        for (index, signature) in signatures.iter().enumerate() {
            kept::replace(&folder.join(signature_name(&name, index + 1)), signature)?;
        }
        Ok(())
    }

    /// The apps of a store that have records here.
    pub(in crate::run) fn apps(&self, store: &Store) -> Vec<AppName> {
        let entries = std::fs::read_dir(&self.root).into_iter().flatten().flatten();
        let apps = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        apps.filter(|app| self.records(store, app).is_dir()).collect()
    }

    /// Where the records of a store's app are kept.
    fn records(&self, store: &Store, app: &AppName) -> PathBuf {
        self.root.join(app.as_str()).join("releases").join(store_key(store))
    }
}

/// The name of a store's own folder: its location could be no file name.
pub(in crate::run) fn store_key(store: &Store) -> String {
    Digest::of(store.location().as_bytes()).short()
}
