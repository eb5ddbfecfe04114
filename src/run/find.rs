//! Finding the release that is to run. `vN` is asked of the cache first, so that what has run here once starts again
//! with the store out of reach; what names a release by what is newest is asked of the store alone.

use super::follow::current;
use super::{Cache, Error};
use crate::app::AppName;
use crate::artifact::{ReleaseId, ReleaseName, ReleaseRecord, ReleaseRef, Trust};
use crate::store::{self, Store};

impl Cache {
    /// The record that a reference names, kept here from now on.
    ///
    /// # Errors
    /// Where there is none, it is not trusted, or it is damaged.
    pub fn find(
        &self,
        store: &Store,
        reference: &ReleaseRef,
        at_hand: Option<&AppName>,
        trust: Option<&Trust>,
    ) -> Result<ReleaseRecord, Error> {
        if let ReleaseName::Id(id) = reference.name {
            return self.record(store, &self.app(store, reference, at_hand)?, id, trust);
        }
        let (app, id) = store.locate(reference, at_hand)?;
        if let ReleaseName::Deploy(deploy) = &reference.name {
            // So that the deploy's name is known here too, once the store is out of reach.
            let _ = self.keep_entry(store, &app, deploy, &current(store, &app, deploy)?);
        }
        self.record_of_store(store, &app, id, trust)
    }

    /// The record of a release, from here where it is known, else from the store.
    ///
    /// # Errors
    /// Where there is none, it is not trusted, or it is damaged.
    pub fn record(
        &self,
        store: &Store,
        app: &AppName,
        id: ReleaseId,
        trust: Option<&Trust>,
    ) -> Result<ReleaseRecord, Error> {
        let Some(kept) = self.kept_record(store, app, id)? else {
            return self.record_of_store(store, app, id, trust);
        };
        let Some(trust) = trust else { return kept.verified(app, id) };
        let Err(doubt) = trust.believe_release(app, id, &kept.bytes, &kept.signatures) else {
            return kept.verified(app, id);
        };
        // It may have been signed anew since: a key is changed by adding a signature.
        let Ok(signatures) = store.release_signatures(app, id) else { return Err(doubt.into()) };
        if signatures == kept.signatures {
            return Err(doubt.into());
        }
        trust.believe_release(app, id, &kept.bytes, &signatures)?;
        let record = kept.verified(app, id)?;
        let _ = self.keep_record(store, &record, &kept.bytes, &signatures);
        Ok(record)
    }

    fn record_of_store(
        &self,
        store: &Store,
        app: &AppName,
        id: ReleaseId,
        trust: Option<&Trust>,
    ) -> Result<ReleaseRecord, Error> {
        let (record, _) = store.trusted_record(app, id, trust)?;
        if let Some(bytes) = store.record_bytes(app, id)? {
            // A cache that cannot be written keeps nothing; the release runs all the same.
            let _ = self.keep_record(store, &record, &bytes, &store.release_signatures(app, id)?);
        }
        Ok(record)
    }

    /// The app that a reference means.
    ///
    /// # Errors
    /// Where none is named and there is not exactly one.
    pub fn app(&self, store: &Store, reference: &ReleaseRef, at_hand: Option<&AppName>) -> Result<AppName, Error> {
        reference.app.as_ref().or(at_hand).cloned().map_or_else(|| self.only_app(store), Ok)
    }

    /// The only app of the store, or of this cache where the store is out of reach or empty.
    fn only_app(&self, store: &Store) -> Result<AppName, Error> {
        store.app(None, None).or_else(|cause| match (cause, self.apps(store).as_slice()) {
            (store::Error::WhichApp { held, .. }, [only]) if held.is_empty() => Ok(only.clone()),
            (cause, [only]) if cause.is_out_of_reach() => Ok(only.clone()),
            (cause, _) => Err(cause.into()),
        })
    }
}
