//! The records of releases that have run here. `vN` is asked of the cache first: a record never changes, so a copy
//! whose digest fits is as good as the store's. Every store has numbers of its own, so each has a folder of its own here.

use super::{Cache, make_folder};
use crate::app::AppName;
use crate::artifact::{Digest, ReleaseId, ReleaseRecord};
use crate::run::Error;
use crate::store::Store;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// The largest record that is read, in bytes.
const LARGEST_RECORD: u64 = 1 << 20;

impl Cache {
    /// The record of a store's release, where it is known here.
    ///
    /// # Errors
    /// Where it is damaged or cannot be read.
    pub fn record(&self, store: &Store, app: &AppName, id: ReleaseId) -> Result<Option<ReleaseRecord>, Error> {
        let path = self.records(store, app).join(format!("{id}.json"));
        let unreadable = |cause| Error::machine(&path, "read", cause);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(unreadable(cause)),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_RECORD).read_to_end(&mut bytes).map_err(unreadable)?;
        let damaged = |cause| Error::RecordDamaged { path: path.clone(), cause };
        let record = ReleaseRecord::from_bytes(id, &bytes).map_err(damaged)?;
        if record.app != *app {
            let why = format!("it is a record of `{}`", record.app);
            return Err(damaged(crate::artifact::Error::damaged(format!("release record {id}"), why)));
        }
        Ok(Some(record))
    }

    /// Keeps the bytes of a verified record, so that its release starts with the store out of reach.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_record(&self, store: &Store, app: &AppName, id: ReleaseId, bytes: &[u8]) -> Result<(), Error> {
        let path = self.records(store, app).join(format!("{id}.json"));
        if path.exists() {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        make_folder(folder)?;
        let unwritable = |cause| Error::machine(&path, "written", cause);
        let mut unfinished = tempfile::Builder::new()
            .prefix(".unfinished-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .tempfile_in(folder)
            .map_err(unwritable)?;
        unfinished.write_all(bytes).and_then(|()| unfinished.as_file().sync_all()).map_err(unwritable)?;
        match unfinished.persist_noclobber(&path) {
            Ok(_) => File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritable),
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(failed) => Err(unwritable(failed.error)),
        }
    }

    /// The apps of a store that have records here.
    pub(in crate::run) fn apps(&self, store: &Store) -> Vec<AppName> {
        let entries = std::fs::read_dir(&self.root).into_iter().flatten().flatten();
        let apps = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        apps.filter(|app| self.records(store, app).is_dir()).collect()
    }

    /// Where the records of a store's app are kept.
    fn records(&self, store: &Store, app: &AppName) -> PathBuf {
        let store = Digest::of(store.location().as_bytes()).short();
        self.root.join(app.as_str()).join("releases").join(store)
    }
}
