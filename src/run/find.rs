//! Finding the release that is to run. `vN` is asked of the cache first, so that what has run here once starts again
//! with the store out of reach; what names a release by what is newest is asked of the store alone.

use super::{Cache, Error};
use crate::app::AppName;
use crate::artifact::{ReleaseName, ReleaseRecord, ReleaseRef};
use crate::store::{self, Store};

impl Cache {
    /// The record that a reference names, kept here from now on.
    ///
    /// # Errors
    /// Where there is none, or it is damaged.
    pub fn find(
        &self,
        store: &Store,
        reference: &ReleaseRef,
        at_hand: Option<&AppName>,
    ) -> Result<ReleaseRecord, Error> {
        if let ReleaseName::Id(id) = reference.name {
            let app = reference.app.as_ref().or(at_hand).cloned().map_or_else(|| self.only_app(store), Ok)?;
            if let Some(record) = self.record(store, &app, id)? {
                return Ok(record);
            }
        }
        let record = store.find(reference, at_hand)?;
        if let Some(bytes) = store.record_bytes(&record.app, record.release)? {
            // A cache that cannot be written keeps nothing; the release runs all the same.
            let _ = self.keep_record(store, &record.app, record.release, &bytes);
        }
        Ok(record)
    }

    /// The only app of the store, or of this cache where the store is out of reach or empty.
    fn only_app(&self, store: &Store) -> Result<AppName, Error> {
        store.app(None, None).or_else(|cause| match (cause, self.apps(store).as_slice()) {
            (store::Error::WhichApp { held, .. }, [only]) if held.is_empty() => Ok(only.clone()),
            (store::Error::Unreachable { .. }, [only]) => Ok(only.clone()),
            (cause, _) => Err(cause.into()),
        })
    }
}
