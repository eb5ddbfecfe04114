//! Finding the release that a reference names. Only a version makes more than a handful of look-ups, and those are
//! bounded.

use super::{Error, Store};
use crate::app::AppName;
use crate::artifact::{ReleaseId, ReleaseName, ReleaseRecord, ReleaseRef};

/// How many of the newest releases are searched for a version.
const SEARCHED: usize = 200;

impl Store {
    /// The app that a reference means: the one it names, else the one at hand, else the store's only one.
    ///
    /// # Errors
    /// Where none is named and the store does not hold exactly one.
    pub fn app(&self, named: Option<&AppName>, at_hand: Option<&AppName>) -> Result<AppName, Error> {
        if let Some(app) = named.or(at_hand) {
            return Ok(app.clone());
        }
        let mut held = self.apps()?;
        match (held.pop(), held.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => {
                held.extend(last);
                Err(Error::WhichApp { store: self.location(), held })
            }
        }
    }

    /// The record that a reference names.
    ///
    /// # Errors
    /// Where there is none, or it is damaged.
    pub fn find(&self, reference: &ReleaseRef, at_hand: Option<&AppName>) -> Result<ReleaseRecord, Error> {
        let (app, id) = self.locate(reference, at_hand)?;
        self.record(&app, id)
    }

    /// Which release a reference names. Its record is not read, but where a version is looked for.
    ///
    /// # Errors
    /// Where there is none.
    pub fn locate(&self, reference: &ReleaseRef, at_hand: Option<&AppName>) -> Result<(AppName, ReleaseId), Error> {
        let app = self.app(reference.app.as_ref(), at_hand)?;
        match &reference.name {
            ReleaseName::Id(id) => Ok((app, *id)),
            ReleaseName::Latest => self.newest_or_refuse(&app).map(|id| (app, id)),
            ReleaseName::Version(version) => {
                let newest = self.newest(&app)?;
                for id in std::iter::successors(newest, |id: &ReleaseId| id.previous()).take(SEARCHED) {
                    let record = self.record(&app, id)?;
                    if record.version == *version {
                        return Ok((app, id));
                    }
                }
                Err(self.no_release(&app, &version.to_string())?)
            }
            ReleaseName::Deploy(deploy) => {
                let current = self.current_entry_or_refuse(&app, deploy)?;
                Ok((app, current.entry.release))
            }
        }
    }
}
