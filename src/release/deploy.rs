//! Deploys: which release is current where. An entry is opened, which locks the deploy, and closed by what came of it;
//! what was current stays so until an entry is closed `done`.

use super::{Error, SigningKey, append};
use crate::app::{AppName, DeployName};
use crate::artifact::{
    ConfigFingerprint, DeployEntry, DeployOutcome, DeployReason, Digest, FORMAT, Namespace, Outcome, ReleaseId, UtcTime,
};
use crate::store::{Created, StandingEntry, Store};

/// What is to become current.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The app.
    pub app: AppName,
    /// The deploy.
    pub deploy: DeployName,
    /// The release.
    pub release: ReleaseId,
    /// Why.
    pub reason: DeployReason,
    /// What its maker says of it.
    pub message: Option<String>,
    /// The config that it was checked with.
    pub config: Option<ConfigFingerprint>,
}

/// Who acts on a deploy, where, and when.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who.
    pub by: String,
    /// On which machine.
    pub host: String,
    /// In which process.
    pub pid: u32,
    /// When.
    pub at: UtcTime,
}

/// What happens to an entry that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenEntry {
    /// Somebody is at it, so nothing is done.
    Respected,
    /// Whoever opened it is gone: it is closed `abandoned`.
    TakenOver,
}

/// A deploy as it was found: what a plan is made from. An entry is opened only where this still holds.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its newest entry.
    pub newest: Option<StandingEntry>,
    /// Its current entry.
    pub current: Option<StandingEntry>,
}

impl Found {
    /// The deploy as it stands.
    ///
    /// # Errors
    /// Where an entry is open and respected, or the store cannot be read.
    pub fn read(store: &Store, app: &AppName, deploy: &DeployName, open: OpenEntry) -> Result<Self, Error> {
        let newest = store.newest_entry(app, deploy)?;
        store.refuse_gap_in(app, deploy, newest)?;
        if newest == 0 {
            return Ok(Self { newest: None, current: None });
        }
        let newest = store.entry(app, deploy, newest)?;
        if newest.outcome.is_none() && open == OpenEntry::Respected {
            return Err(busy(&newest.entry));
        }
        let current = if newest.is_done() { Some(newest.clone()) } else { store.current_entry(app, deploy)? };
        Ok(Self { newest: Some(newest), current })
    }

    /// The release that is current.
    #[must_use]
    pub fn release(&self) -> Option<ReleaseId> {
        self.current.as_ref().map(|current| current.entry.release)
    }
}

/// Opens an entry, which locks the deploy. An entry that was left open is closed `abandoned` first.
///
/// # Errors
/// Where somebody else has been faster since the deploy was found, the key does not sign, or the store fails.
pub fn open(
    store: &Store,
    found: &Found,
    intent: &Intent,
    actor: &Actor,
    key: Option<&SigningKey>,
) -> Result<DeployEntry, Error> {
    let Intent { app, deploy, .. } = intent;
    let (mut seq, mut previous) = (1, None);
    if let Some(newest) = &found.newest {
        if newest.outcome.is_none() {
            let outcome = outcome(&newest.bytes, Outcome::Abandoned, actor);
            store.close_entry(&newest.entry, &outcome)?;
        }
        (seq, previous) = (newest.entry.seq + 1, Some(Digest::of(&newest.bytes)));
    }
    let entry = DeployEntry {
        format: FORMAT,
        app: app.clone(),
        deploy: deploy.clone(),
        seq,
        release: intent.release,
        reason: intent.reason,
        message: intent.message.clone(),
        config: intent.config.clone(),
        previous,
        at: actor.at,
        by: actor.by.clone(),
        host: actor.host.clone(),
        pid: actor.pid,
        nonce: append::nonce()?,
    };
    let bytes = entry.to_bytes()?;
    // A key that does not sign is found before anything stands.
    let signature = key.map(|key| key.sign(Namespace::Deploy, &bytes)?.to_bytes().map_err(Error::from)).transpose()?;
    if store.create_entry(&entry, &bytes)? == Created::Stands {
        let winner = store.entry(app, deploy, seq)?;
        return Err(match winner.outcome {
            None => busy(&winner.entry),
            Some(_) => moved(&winner.entry),
        });
    }
    if let Some(signature) = signature {
        // An entry that was to be signed and is not must not become current.
        store.add_entry_signature(&entry, &signature).inspect_err(|_| {
            let _ = store.close_entry(&entry, &outcome(&bytes, Outcome::Failed, actor));
        })?;
    }
    Ok(entry)
}

/// Closes an entry that we opened.
///
/// # Errors
/// Where somebody took over meanwhile, or the store fails.
pub fn close(store: &Store, entry: &DeployEntry, how: Outcome, actor: &Actor) -> Result<(), Error> {
    let closing = outcome(&entry.to_bytes()?, how, actor);
    if store.close_entry(entry, &closing)? == Created::New {
        return Ok(());
    }
    let standing = store.entry(&entry.app, &entry.deploy, entry.seq)?;
    match standing.outcome {
        Some(other) if other.outcome != how => Err(Error::TakenOver {
            app: entry.app.clone(),
            deploy: entry.deploy.clone(),
            seq: entry.seq,
            outcome: other.outcome,
            by: other.by,
            at: other.at,
        }),
        _ => Ok(()),
    }
}

fn outcome(entry: &[u8], outcome: Outcome, actor: &Actor) -> DeployOutcome {
    DeployOutcome { format: FORMAT, entry: Digest::of(entry), outcome, at: actor.at, by: actor.by.clone() }
}

fn busy(entry: &DeployEntry) -> Error {
    Error::DeployOpen { entry: Box::new(entry.clone()) }
}

fn moved(entry: &DeployEntry) -> Error {
    Error::DeployMoved { entry: Box::new(entry.clone()) }
}
