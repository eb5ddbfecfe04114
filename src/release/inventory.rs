//! Verification of a whole store: every app, every record in its chain, every byte of every build, every deploy. It does not
//! end at the first fault: who looks for damage wants to see all of it.

use super::deploy_inventory::DeployInventory;
use super::verify::{refuse_before_first, refuse_foreign, verify_build};
use super::{Error, broken};
use crate::app::AppName;
use crate::artifact::{self, Digest, ReleaseId, ReleaseRecord, Trust};
use crate::report::Work;
use crate::store::{self, Store};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a store holds of an app, and what is wrong with it.
#[derive(Debug, Clone, Serialize)]
pub struct Inventory {
    /// The app.
    pub app: AppName,
    /// How many releases it has.
    pub releases: usize,
    /// How many of them were pruned.
    pub pruned: usize,
    /// How many builds were verified.
    pub builds: usize,
    /// Builds that no release names, which is no fault: `cargo twelve build` makes such.
    pub orphans: Vec<Digest>,
    /// Its deploys.
    pub deploys: Vec<DeployInventory>,
    /// Other apps of the store that are of the same codebase.
    pub codebase_shared_with: Vec<AppName>,
    /// What is wrong, each as a sentence without its full stop.
    pub faults: Faults,
}

/// What is wrong, each as a sentence without its full stop.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Faults {
    /// The sentences, in the order in which they were found.
    pub all: Vec<String>,
}

impl Inventory {
    /// Verifies all that a store holds of an app; with a trust, also that every release is signed, and of every deploy what is
    /// signed.
    ///
    /// # Errors
    /// Where the store cannot be read; what is damaged in it is a fault of the inventory.
    pub fn of(store: &Store, app: &AppName, trust: Option<&Trust>) -> Result<Self, Error> {
        let mut faults = Faults::default();
        let roots = match store.roots(app) {
            // A build that was never released is kept before anything of its app is recorded.
            Err(store::Error::Lost { .. }) if store.listed_releases(app)?.is_empty() => None,
            roots => faults.noted(roots.map_err(Error::from))?,
        };
        let records = records(store, app, &mut faults)?;
        let mut pruned = BTreeSet::new();
        for id in store.listed_pruned(app)? {
            faults.noted(store.pruned(app, id).map_err(Error::from))?;
            pruned.insert(id);
        }
        let mut named: BTreeSet<Digest> = BTreeSet::new();
        // A build that several releases name is read once. One that was pruned may have been released again.
        let mut read: BTreeSet<(Digest, Digest)> = BTreeSet::new();
        let mut builds = 0;
        for record in &records {
            if let Some(roots) = &roots {
                faults.noted(refuse_foreign(record, roots))?;
            }
            if let Some(trust) = trust {
                faults.noted(store.trusted_record(app, record.release, Some(trust)).map_err(Error::from))?;
            }
            for build in &record.builds {
                named.insert(build.id);
                let is_gone = pruned.contains(&record.release) && !store.has_tarball(app, build)?;
                if is_gone || !read.insert((build.id, build.gz_sha256)) {
                    continue;
                }
                builds += usize::from(faults.noted(verify_build(store, record, build))?.is_some());
            }
        }
        let orphans = store.builds(app)?.into_iter().filter(|id| !named.contains(id)).collect();
        let known = store.listed_releases(app)?.into_iter().collect();
        let mut deploys = Vec::new();
        for deploy in store.deploys(app)? {
            deploys.push(DeployInventory::of(store, (app, &deploy), &known, trust, &mut faults)?);
        }
        let codebase_shared_with = roots.map_or(Ok(Vec::new()), |roots| store.sharing_codebase(app, &roots))?;
        let (app, releases, pruned) = (app.clone(), records.len(), pruned.len());
        Ok(Self { app, releases, pruned, builds, orphans, deploys, codebase_shared_with, faults })
    }
}

/// The records that can be believed, oldest first; gaps and forks are faults.
fn records(store: &Store, app: &AppName, faults: &mut Faults) -> Result<Vec<ReleaseRecord>, Error> {
    let mut records: Vec<ReleaseRecord> = Vec::new();
    let mut before: Option<(ReleaseId, Digest)> = None;
    let listed = store.listed_releases(app)?;
    let progress = store.progress(&Work::VerifyingRecords { records: listed.len() as u64 });
    for id in listed {
        progress.advance(1);
        let record = faults.noted(store.record(app, id).map_err(Error::from))?;
        if let Some(record) = &record {
            faults.noted(link(record, before))?;
        }
        let bytes = store.record_bytes(app, id)?.unwrap_or_default();
        before = Some((id, Digest::of(&bytes)));
        records.extend(record);
    }
    Ok(records)
}

/// Refuses a record that does not name the one before it.
fn link(record: &ReleaseRecord, before: Option<(ReleaseId, Digest)>) -> Result<(), Error> {
    let Some(id) = record.release.previous() else { return refuse_before_first(record) };
    match before {
        Some((stands, digest)) if stands == id => {
            if record.previous == Some(digest) {
                return Ok(());
            }
            Err(broken(record, &format!("the {id} that it names is not the one that the store holds")))
        }
        _ => Err(broken(record, &format!("{id} is missing before it"))),
    }
}

impl Faults {
    /// What was found, where it is whole; what is damaged becomes a fault.
    pub(super) fn noted<T>(&mut self, found: Result<T, Error>) -> Result<Option<T>, Error> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(fault) if is_fault(&fault) => {
                self.add(&fault);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    pub(super) fn add(&mut self, fault: &Error) {
        self.all.push(fault.to_string());
    }
}

fn is_fault(error: &Error) -> bool {
    use artifact::Error::{Damaged, SignedForAnother, UnknownFormat, Unsigned, Untrusted};
    let of_artifact = |error: &artifact::Error| {
        matches!(
            error,
            Damaged { .. } | UnknownFormat { .. } | SignedForAnother { .. } | Unsigned { .. } | Untrusted { .. }
        )
    };
    match error {
        Error::Broken { .. } | Error::BrokenDeploy { .. } => true,
        Error::Artifact(error) | Error::Store(store::Error::Artifact(error)) => of_artifact(error),
        Error::Store(error) => matches!(error, store::Error::Lost { .. } | store::Error::DamagedTarball { .. }),
        _ => false,
    }
}
