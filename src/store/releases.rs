//! Releases in a store: the ledger. Creating a record takes its number; numbers have no gaps, so the newest is found
//! without listing.

use super::{Created, Error, Store, layout, numbers};
use crate::app::AppName;
use crate::artifact::{Error as ArtifactError, ReleaseId, ReleaseRecord};

/// The largest record that is read, in bytes.
const LARGEST_RECORD: u64 = 1 << 20;

impl Store {
    /// The newest release of an app.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn newest(&self, app: &AppName) -> Result<Option<ReleaseId>, Error> {
        Ok(ReleaseId::from_number(numbers::newest(&*self.place, |number| layout::release(app, number))?))
    }

    /// Refuses a ledger of which a release stands, or once stood, beyond the newest that is found.
    ///
    /// # Errors
    /// Where that is so, or the store cannot be read.
    pub fn refuse_gap(&self, app: &AppName, newest: Option<ReleaseId>) -> Result<(), Error> {
        let newest = newest.map_or(0, ReleaseId::number);
        match numbers::beyond(&*self.place, |number| layout::release(app, number), newest)? {
            None => Ok(()),
            Some(known) => Err(Error::Gap {
                ledger: format!("the ledger of `{app}`"),
                missing: format!("v{}", newest + 1),
                beyond: format!("v{known}"),
            }),
        }
    }

    /// The newest release of an app that must have one.
    ///
    /// # Errors
    /// Where it has none.
    pub fn newest_or_refuse(&self, app: &AppName) -> Result<ReleaseId, Error> {
        match self.newest(app)? {
            Some(id) => Ok(id),
            None => Err(self.no_app(app)?),
        }
    }

    /// The bytes of a record, unverified; none where the number is not taken.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn record_bytes(&self, app: &AppName, id: ReleaseId) -> Result<Option<Vec<u8>>, Error> {
        self.place.get(&layout::release(app, id.number()), LARGEST_RECORD)
    }

    /// A record, verified against its own digest, its number and its app.
    ///
    /// # Errors
    /// Where there is none, or it is damaged.
    pub fn record(&self, app: &AppName, id: ReleaseId) -> Result<ReleaseRecord, Error> {
        let bytes = match self.record_bytes(app, id)? {
            Some(bytes) => bytes,
            None => return Err(self.no_release(app, &id.to_string())?),
        };
        let record = ReleaseRecord::from_bytes(id, &bytes)?;
        if record.app != *app {
            let why = format!("it is one of `{}`, and lies among those of `{app}`", record.app);
            return Err(ArtifactError::damaged(format!("release record {id}"), why).into());
        }
        Ok(record)
    }

    /// Takes a number by creating its record. Where somebody else has it, nothing is changed.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn create_record(&self, app: &AppName, id: ReleaseId, bytes: &[u8]) -> Result<Created, Error> {
        let key = layout::release(app, id.number());
        let created = self.place.create(&key, bytes)?;
        if created == Created::New {
            numbers::mark(&*self.place, &key, id.number());
        }
        Ok(created)
    }

    /// The error that names the newest releases, or the apps where there is no such app.
    pub(super) fn no_release(&self, app: &AppName, name: &str) -> Result<Error, Error> {
        let Some(newest) = self.newest(app)? else { return self.no_app(app) };
        let newest = std::iter::successors(Some(newest), |id| id.previous()).take(5).collect();
        Ok(Error::NoRelease { app: app.clone(), name: name.to_owned(), newest })
    }

    /// The error that names the apps of the store.
    pub(super) fn no_app(&self, app: &AppName) -> Result<Error, Error> {
        self.refuse_gap(app, None)?;
        let (store, app, held) = (self.location(), app.clone(), self.apps()?);
        Ok(if held.contains(&app) { Error::NoReleaseYet { store, app } } else { Error::NoApp { store, app, held } })
    }
}
