//! The last entry of each deploy that was followed here, with its signatures, so that a reboot works with the store out
//! of reach. It is one file a deploy, replaced in one step.

use super::{Cache, kept, records::store_key};
use crate::app::{AppName, DeployName};
use crate::artifact::DeployEntry;
use crate::run::Error;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// An entry as its ledger has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::run) struct KeptEntry {
    /// Its number.
    pub(in crate::run) seq: u64,
    /// Its text.
    pub(in crate::run) entry: String,
    /// Its signatures; what is no text is none.
    pub(in crate::run) signatures: Vec<String>,
}

impl KeptEntry {
    /// The entry, verified against its own digest and its place.
    pub(in crate::run) fn verified(&self, app: &AppName, deploy: &DeployName) -> Result<DeployEntry, Error> {
        Ok(DeployEntry::from_bytes(app, deploy, self.seq, self.entry.as_bytes())?)
    }
}

impl Cache {
    /// The entry of a deploy that was followed here last; one that cannot be read is none.
    pub(in crate::run) fn kept_entry(&self, store: &Store, app: &AppName, deploy: &DeployName) -> Option<KeptEntry> {
        let bytes = kept::read(&self.entry_path(store, app, deploy), LARGEST).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    /// Keeps an entry that is followed.
    pub(in crate::run) fn keep_entry(
        &self,
        store: &Store,
        app: &AppName,
        deploy: &DeployName,
        entry: &KeptEntry,
    ) -> Result<(), Error> {
        let bytes = serde_json::to_vec(entry).unwrap_or_default();
        kept::replace(&self.entry_path(store, app, deploy), &bytes)
    }

    fn entry_path(&self, store: &Store, app: &AppName, deploy: &DeployName) -> PathBuf {
        self.root.join(app.as_str()).join("deploys").join(store_key(store)).join(format!("{deploy}.json"))
    }
}
