//! Deploys in a store: an append-only ledger each. Creating an entry is the lock; an outcome beside it opens the lock.

use super::{Created, Error, Store, layout, numbers};
use crate::app::{AppName, DeployName};
use crate::artifact::{DeployEntry, DeployOutcome, Outcome};
use std::collections::BTreeSet;

/// The largest entry that is read, in bytes.
const LARGEST_ENTRY: u64 = 1 << 20;

/// The numbers that a listing of a deploy shows, also those behind a gap.
#[derive(Debug, Clone)]
pub struct ListedEntries {
    /// Its entries.
    pub entries: BTreeSet<u64>,
    /// Its outcomes.
    pub outcomes: BTreeSet<u64>,
}

/// An entry as it stands.
#[derive(Debug, Clone)]
pub struct StandingEntry {
    /// What it says.
    pub entry: DeployEntry,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How it ended; none where it is open.
    pub outcome: Option<DeployOutcome>,
}

impl StandingEntry {
    /// Whether its release became current.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.outcome.as_ref().is_some_and(|outcome| outcome.outcome == Outcome::Done)
    }
}

impl Store {
    /// The deploys of an app, sorted.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn deploys(&self, app: &AppName) -> Result<Vec<DeployName>, Error> {
        let names = self.place.list(&layout::deploys(app))?;
        let mut deploys: Vec<DeployName> = names.iter().filter_map(|name| name.parse().ok()).collect();
        deploys.sort();
        Ok(deploys)
    }

    /// The number of a deploy's newest entry, 0 where it has none.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn newest_entry(&self, app: &AppName, deploy: &DeployName) -> Result<u64, Error> {
        numbers::newest(&*self.place, |seq| layout::entry(app, deploy, seq))
    }

    /// Refuses a deploy of which an entry stands, or once stood, beyond the newest that is found.
    ///
    /// # Errors
    /// Where that is so, or the store cannot be read.
    pub fn refuse_gap_in(&self, app: &AppName, deploy: &DeployName, newest: u64) -> Result<(), Error> {
        match numbers::beyond(&*self.place, |seq| layout::entry(app, deploy, seq), newest)? {
            None => Ok(()),
            Some(known) => Err(entry_gap(app, deploy, newest + 1, known)),
        }
    }

    /// What a listing shows of a deploy.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn listed_entries(&self, app: &AppName, deploy: &DeployName) -> Result<ListedEntries, Error> {
        // Outcomes are seen first: one that comes while we look has its entry among those that are seen then.
        let folder = layout::deploy(app, deploy);
        let numbers = |ending: &str| -> Result<BTreeSet<u64>, Error> {
            let number = |name: &String| {
                let text = name.strip_suffix(ending)?;
                text.parse().ok().filter(|number: &u64| number.to_string() == text)
            };
            Ok(self.place.list(&folder)?.iter().filter_map(number).collect())
        };
        let outcomes = numbers(".done.json")?;
        Ok(ListedEntries { entries: numbers(".json")?, outcomes })
    }

    /// The bytes of an entry, unverified; none where the number is not taken.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn entry_bytes(&self, app: &AppName, deploy: &DeployName, seq: u64) -> Result<Option<Vec<u8>>, Error> {
        self.place.get(&layout::entry(app, deploy, seq), LARGEST_ENTRY)
    }

    /// An entry, verified against its own digest, its place, and its outcome against it.
    ///
    /// # Errors
    /// Where it is not there, or is damaged.
    pub fn entry(&self, app: &AppName, deploy: &DeployName, seq: u64) -> Result<StandingEntry, Error> {
        let Some(bytes) = self.entry_bytes(app, deploy, seq)? else {
            let key = layout::entry(app, deploy, seq);
            return Err(Error::Lost { key, named_by: format!("the ledger of `{deploy}`") });
        };
        let entry = DeployEntry::from_bytes(app, deploy, seq, &bytes)?;
        let closing = layout::outcome(app, deploy, seq);
        let outcome = self.place.get(&closing, LARGEST_ENTRY)?;
        let outcome = outcome.map(|outcome| DeployOutcome::from_bytes(&format!("`{closing}`"), &bytes, &outcome));
        Ok(StandingEntry { entry, outcome: outcome.transpose()?, bytes })
    }

    /// The entries of a deploy, newest first, each read when it is asked for.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn entries<'a>(
        &'a self,
        app: &'a AppName,
        deploy: &'a DeployName,
    ) -> Result<impl Iterator<Item = Result<StandingEntry, Error>> + 'a, Error> {
        let newest = self.newest_entry(app, deploy)?;
        Ok((1..=newest).rev().map(move |seq| self.entry(app, deploy, seq)))
    }

    /// The current entry of a deploy: the newest that is closed `done`.
    ///
    /// # Errors
    /// Where the store cannot be read, or an entry is damaged.
    pub fn current_entry(&self, app: &AppName, deploy: &DeployName) -> Result<Option<StandingEntry>, Error> {
        for entry in self.entries(app, deploy)? {
            let entry = entry?;
            if entry.is_done() {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The current entry of a deploy that must have one.
    ///
    /// # Errors
    /// Where there is no such app or deploy, or none of its entries is done.
    pub fn current_entry_or_refuse(&self, app: &AppName, deploy: &DeployName) -> Result<StandingEntry, Error> {
        if let Some(entry) = self.current_entry(app, deploy)? {
            return Ok(entry);
        }
        let (app, deploy, known) = (app.clone(), deploy.clone(), self.deploys(app)?);
        if known.contains(&deploy) {
            return Err(Error::NothingDeployed { app, deploy });
        }
        let held = if known.is_empty() { self.apps()? } else { vec![app.clone()] };
        // Where the app itself is missing, so is more than a deploy: a disk, most likely.
        Err(if held.contains(&app) {
            Error::NoDeploy { app, deploy, known }
        } else {
            Error::NoApp { store: self.location(), app, held }
        })
    }

    /// Takes an entry's number by creating it. Where somebody else has it, nothing is changed.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn create_entry(&self, entry: &DeployEntry, bytes: &[u8]) -> Result<Created, Error> {
        let key = layout::entry(&entry.app, &entry.deploy, entry.seq);
        let created = self.place.create(&key, bytes)?;
        if created == Created::New {
            numbers::mark(&*self.place, &key, entry.seq);
        }
        Ok(created)
    }

    /// Closes an entry. Where it is closed already, nothing is changed.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn close_entry(&self, entry: &DeployEntry, outcome: &DeployOutcome) -> Result<Created, Error> {
        let key = layout::outcome(&entry.app, &entry.deploy, entry.seq);
        self.place.create(&key, &outcome.to_bytes()?)
    }

    /// The signatures of an entry, unverified, in their order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn entry_signatures(&self, entry: &DeployEntry) -> Result<Vec<Vec<u8>>, Error> {
        self.signatures(&layout::entry(&entry.app, &entry.deploy, entry.seq))
    }

    /// Adds a signature to those of an entry.
    ///
    /// # Errors
    /// Where there are too many, or the store cannot be written.
    pub fn add_entry_signature(&self, entry: &DeployEntry, signature: &[u8]) -> Result<(), Error> {
        self.add_signature(&layout::entry(&entry.app, &entry.deploy, entry.seq), signature).map(drop)
    }
}

pub(super) fn entry_gap(app: &AppName, deploy: &DeployName, missing: u64, beyond: u64) -> Error {
    let ledger = format!("the ledger of the deploy `{deploy}` of `{app}`");
    Error::Gap { ledger, missing: format!("entry {missing}"), beyond: format!("entry {beyond}") }
}
