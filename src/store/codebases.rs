//! Which codebase an app belongs to: one app, one codebase, known by its root commits.

use super::{Created, Error, Store, layout};
use crate::app::AppName;
use crate::artifact::{Error as ArtifactError, FORMAT, canonical_json};
use serde::{Deserialize, Serialize};

/// The largest `codebase.json` that is read, in bytes.
const LARGEST: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Codebase {
    format: u64,
    app: AppName,
    roots: Vec<String>,
}

impl Store {
    /// Records the root commits of an app's codebase at its first release; afterwards, one of them must be among
    /// those recorded (a repository can have several, and a merge can add one).
    ///
    /// # Errors
    /// Where the store holds an app of this name from another codebase.
    pub fn keep_codebase(&self, app: &AppName, roots: &[String]) -> Result<(), Error> {
        let key = layout::codebase(app);
        let ours = Codebase { format: FORMAT, app: app.clone(), roots: roots.to_vec() };
        if !self.place.has(&key)? && self.place.create(&key, &canonical_json(&ours)?)? == Created::New {
            return Ok(());
        }
        self.refuse_other_codebase(app, roots)
    }

    /// Refuses root commits none of which is recorded for an app that the store holds.
    ///
    /// # Errors
    /// Where that is so, or the store cannot be read.
    pub fn refuse_other_codebase(&self, app: &AppName, roots: &[String]) -> Result<(), Error> {
        if !self.place.has(&layout::codebase(app))? {
            return Ok(());
        }
        let recorded = self.roots(app)?;
        if recorded.iter().any(|root| roots.contains(root)) {
            return Ok(());
        }
        Err(Error::OtherCodebase { app: app.clone(), recorded })
    }

    /// The other apps of this store that are of the codebase with these root commits, sorted.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn sharing_codebase(&self, app: &AppName, roots: &[String]) -> Result<Vec<AppName>, Error> {
        let mut sharing = Vec::new();
        for other in self.apps()?.into_iter().filter(|other| other != app) {
            let key = layout::codebase(&other);
            if self.place.has(&key)? && self.roots(&other)?.iter().any(|root| roots.contains(root)) {
                sharing.push(other);
            }
        }
        Ok(sharing)
    }

    /// The root commits that are recorded for an app.
    ///
    /// # Errors
    /// Where they are not, or not readable.
    pub fn roots(&self, app: &AppName) -> Result<Vec<String>, Error> {
        let key = layout::codebase(app);
        let bytes = self.place.get(&key, LARGEST)?;
        let bytes =
            bytes.ok_or_else(|| Error::Lost { key: key.clone(), named_by: format!("every release of `{app}`") })?;
        let codebase: Codebase = serde_json::from_slice(&bytes)
            .map_err(|cause| ArtifactError::damaged(format!("`{key}`"), cause.to_string()))?;
        Ok(codebase.roots)
    }
}
