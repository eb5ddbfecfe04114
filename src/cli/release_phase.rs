//! The release phase: the admin processes that run once before a deploy moves to a release. Composed here, since it
//! takes the run stage's processes and the release stage's ledger.

use super::host_options::HostOptions;
use super::prepared::{Prepared, Verified, verified_tree};
use super::surroundings::Surroundings;
use crate::artifact::{Outcome, ReleaseRecord};
use crate::config::Config;
use crate::release::{self, DeployPlan, Found, Intent, SigningKey};
use crate::report::{Event, ReleaseEvent};
use crate::run::{self, Foreground, Signals, Streams};
use crate::store::Store;

/// Opens an entry, runs the release phase, closes the entry; the answer is the exit code.
pub(crate) fn deploy(
    store: &Store,
    found: &Found,
    intent: &Intent,
    phase: &Phase,
    key: Option<&SigningKey>,
    surroundings: &Surroundings,
) -> anyhow::Result<u8> {
    // From here on a signal is answered with a closed entry.
    let mut signals = Signals::catch()?;
    let started = phase.start(surroundings)?;
    let mut processes = started.as_ref().map(|(prepared, folder, confinement)| {
        let launch = prepared.launch(folder, confinement);
        let admin = prepared.tree.manifest.declaration.admin.iter().filter(|one| one.before_deploy);
        admin.map(|one| launch.admin(&one.name, &one.command, &[])).collect::<Result<Vec<_>, _>>()
    });
    let processes = processes.take().transpose()?.unwrap_or_default();
    let entry = release::open(store, found, intent, &surroundings.actor(), key)?;
    let mut failure = None;
    for process in processes {
        if signals.stop_code().is_some() {
            break;
        }
        let name = process.name.clone();
        surroundings.reporter.tell(&Event::Release(ReleaseEvent::PhaseProcess { process: name.clone() }));
        match run::admin(process, &mut signals, Foreground::here(), Streams::Stderr) {
            Ok(0) => {}
            Ok(code) => failure = Some(anyhow::Error::from(phase_failed(intent, found, name, code))),
            Err(error) => failure = Some(error.into()),
        }
        if failure.is_some() {
            break;
        }
    }
    let stopped = signals.stop_code();
    let outcome = if failure.is_some() || stopped.is_some() { Outcome::Failed } else { Outcome::Done };
    release::close(store, &entry, outcome, &surroundings.actor())?;
    match (stopped, failure) {
        (Some(code), _) => {
            let text = format!("stopped by a signal: entry {} of `{}` is closed `failed`", entry.seq, entry.deploy);
            surroundings.reporter.tell(&Event::warning(text));
            Ok(code)
        }
        (None, Some(error)) => Err(error),
        (None, None) => {
            surroundings.reporter.tell(&deployed(intent, entry.seq));
            Ok(0)
        }
    }
}

/// What the release phase is started from, where there is one.
pub(crate) struct Phase<'a> {
    pub(crate) plan: &'a DeployPlan,
    pub(crate) record: &'a ReleaseRecord,
    pub(crate) config: Config,
    pub(crate) host: &'a HostOptions,
    pub(crate) store: &'a Store,
}

type Started = (Prepared, run::PrivateFolder, run::Confinement);

impl Phase<'_> {
    fn start(&self, surroundings: &Surroundings) -> anyhow::Result<Option<Started>> {
        if self.plan.release_phase.is_empty() {
            return Ok(None);
        }
        let origin = self.host.origin(surroundings)?;
        let tree = verified_tree(&self.host.cache(surroundings)?, self.store, self.record, surroundings)?;
        let verified = Verified { record: self.record.clone(), tree, mark: None, signed_only: false };
        let prepared = verified.prepared(self.config.clone(), origin);
        let folder = prepared.private_folder()?;
        let confinement = prepared.confinement(self.host.sandbox(), &folder, surroundings)?;
        Ok(Some((prepared, folder, confinement)))
    }
}

/// That a deploy is at a release.
pub(crate) fn deployed(intent: &Intent, seq: u64) -> Event {
    Event::Release(ReleaseEvent::Deployed {
        app: intent.app.to_string(),
        deploy: intent.deploy.to_string(),
        release: intent.release.to_string(),
        entry: seq,
        new: true,
    })
}

fn phase_failed(intent: &Intent, found: &Found, process: String, code: u8) -> release::Error {
    release::Error::PhaseFailed {
        app: intent.app.clone(),
        deploy: intent.deploy.clone(),
        process,
        code,
        stays: found.release(),
    }
}
