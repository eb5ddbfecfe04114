//! Verification of a deploy's ledger: every entry in its chain, every outcome with its entry, every signature. All faults are
//! found; an entry that is open is none, since somebody may be at it.

use super::Error;
use super::inventory::Faults;
use crate::app::{AppName, DeployName};
use crate::artifact::{Digest, ReleaseId, Signable, Trust};
use crate::store::{StandingEntry, Store};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a store holds of a deploy.
#[derive(Debug, Clone, Serialize)]
pub struct DeployInventory {
    /// The deploy.
    pub deploy: DeployName,
    /// How many entries it has.
    pub entries: usize,
    /// The release that is current.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<ReleaseId>,
    /// The number of the entry that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<u64>,
}

impl DeployInventory {
    /// Verifies all that a store holds of a deploy; `releases` are those that its app has.
    pub(super) fn of(
        store: &Store,
        (app, deploy): (&AppName, &DeployName),
        releases: &BTreeSet<ReleaseId>,
        trust: Option<&Trust>,
        faults: &mut Faults,
    ) -> Result<Self, Error> {
        let listed = store.listed_entries(app, deploy)?;
        let broken = |at: u64, why: String| Error::BrokenDeploy { app: app.clone(), deploy: deploy.clone(), at, why };
        let mut inventory = Self { deploy: deploy.clone(), entries: listed.entries.len(), current: None, open: None };
        for seq in listed.outcomes.difference(&listed.entries) {
            faults.add(&broken(*seq, "it has an outcome and is not there".to_owned()));
        }
        let mut before: Option<(u64, Digest)> = None;
        for seq in &listed.entries {
            let standing = faults.noted(store.entry(app, deploy, *seq).map_err(Error::from))?;
            let bytes = match &standing {
                Some(standing) => standing.bytes.clone(),
                None => store.entry_bytes(app, deploy, *seq)?.unwrap_or_default(),
            };
            if let Some(standing) = &standing {
                faults.noted(link(standing, before).map_err(|why| broken(*seq, why)))?;
                if !releases.contains(&standing.entry.release) {
                    let why = format!("{}, which it names, is not in the ledger of releases", standing.entry.release);
                    faults.add(&broken(*seq, why));
                }
                if let Some(trust) = trust {
                    faults.noted(refuse_foreign_signatures(store, standing, trust))?;
                }
                match &standing.outcome {
                    None if listed.entries.last() == Some(seq) => inventory.open = Some(*seq),
                    None => faults.add(&broken(*seq, "it is open, and others follow it".to_owned())),
                    Some(_) if standing.is_done() => inventory.current = Some(standing.entry.release),
                    Some(_) => {}
                }
            }
            before = Some((*seq, Digest::of(&bytes)));
        }
        Ok(inventory)
    }
}

/// Why an entry does not follow the one before it.
fn link(standing: &StandingEntry, before: Option<(u64, Digest)>) -> Result<(), String> {
    let entry = &standing.entry;
    let Some(number) = entry.seq.checked_sub(1).filter(|number| *number > 0) else {
        return if entry.previous.is_none() { Ok(()) } else { Err("it names an entry before the first".to_owned()) };
    };
    match before {
        Some((stands, digest)) if stands == number && entry.previous == Some(digest) => Ok(()),
        Some((stands, _)) if stands == number => {
            Err(format!("the entry {number} that it names is not the one that the store holds"))
        }
        _ => Err(format!("entry {number} is missing before it")),
    }
}

/// An entry need not be signed; what is signed must be so by those who are trusted.
fn refuse_foreign_signatures(store: &Store, standing: &StandingEntry, trust: &Trust) -> Result<(), Error> {
    let entry = &standing.entry;
    let signatures = store.entry_signatures(entry)?;
    if signatures.is_empty() {
        return Ok(());
    }
    let document = Signable::Entry(entry.app.clone(), entry.deploy.clone(), entry.seq);
    trust.endorsements(&document, &standing.bytes, &signatures)?;
    Ok(())
}
