//! `cargo twelve rollback NAME [R]`: a deploy goes back to a release. Nothing runs and nothing is rewritten: the way
//! back is one more entry.

use super::ExitCode;
use super::deploy_ledger::{DeclaredRelease, app_of};
use super::entry_options::EntryOptions;
use super::history::history;
use super::plan_page;
use super::release_phase::deployed;
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::artifact::{ConfigFingerprint, DeployEntry, DeployReason, DeployRef, Outcome, ReleaseRef};
use crate::release::{self, DeployPlan, Error, Found, Intent, unproved, was_current};
use crate::report::{Event, ReleaseEvent};
use clap::Args;

/// Move a deploy back to an earlier release: its config is checked, nothing runs, the schema stays
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve rollback production
  cargo twelve rollback production v41 --env-file prod.env")]
pub(crate) struct Arguments {
    /// The deploy: [APP@]NAME
    #[arg(value_name = "NAME")]
    deploy: DeployRef,
    /// The release [default: the one that was current before]
    #[arg(value_name = "RELEASE")]
    release: Option<ReleaseRef>,
    #[command(flatten)]
    entry: EntryOptions,
    #[command(flatten)]
    trust: TrustOptions,
}

/// Goes back.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (store, reporter) = (surroundings.store()?, &surroundings.reporter);
    let trust = arguments.trust.trust(surroundings)?;
    let key = arguments.entry.key(surroundings)?;
    let app = app_of(&arguments.deploy, arguments.release.as_ref(), &store, surroundings)?;
    let deploy = &arguments.deploy.deploy;
    let current = store.current_entry_or_refuse(&app, deploy)?.entry;
    let found = Found::read(&store, &app, deploy, arguments.entry.open())?;
    let id = match &arguments.release {
        Some(reference) => store.locate(reference, Some(&app))?.1,
        None => store.release_before(&current)?.ok_or_else(|| Error::NothingBefore {
            app: app.clone(),
            deploy: deploy.clone(),
            current: current.release,
        })?,
    };
    if found.is_at(id) {
        if let Some(key) = &key {
            release::sign_entry(&store, &current, key)?;
        }
        let (app, deploy, release) = (app.to_string(), deploy.to_string(), id.to_string());
        reporter.tell(&Event::Release(ReleaseEvent::Deployed { app, deploy, release, entry: current.seq, new: false }));
        return Ok(ExitCode::Done);
    }
    let target = DeclaredRelease::read(&store, &app, id, trust.as_ref())?;
    store.refuse_gone(&target.record)?;
    if id > current.release && !was_current(&store, &app, deploy, id)? {
        return Err(Error::NoWayBack {
            app: app.clone(),
            deploy: deploy.clone(),
            release: id,
            current: current.release,
        }
        .into());
    }
    let running = DeclaredRelease::read(&store, &app, current.release, None)?;
    let config = arguments.checked_config(&target, (&running, &current), surroundings)?;
    let mut plan = DeployPlan::new(deploy, DeployReason::Rollback, Some(running.declared()), target.declared());
    plan.history = plan.commits().and_then(|commits| history(commits, surroundings));
    if arguments.entry.dry_run {
        plan_page::print(&plan, reporter)?;
        return Ok(ExitCode::Done);
    }
    plan_page::tell(&plan, reporter);
    let (deploy, message) = (deploy.clone(), arguments.entry.message.clone());
    let intent = Intent { app, deploy, release: id, reason: plan.reason, message, config };
    let entry = release::open(&store, &found, &intent, &surroundings.actor(), key.as_ref())?;
    release::close(&store, &entry, Outcome::Done, &surroundings.actor())?;
    reporter.tell(&deployed(&intent, entry.seq));
    Ok(ExitCode::Done)
}

impl Arguments {
    /// Checks the config that is given; without one, that what runs proves enough of it.
    fn checked_config(
        &self,
        target: &DeclaredRelease,
        (running, current): (&DeclaredRelease, &DeployEntry),
        surroundings: &Surroundings,
    ) -> anyhow::Result<Option<ConfigFingerprint>> {
        if self.entry.config.is_given() {
            let config = self.entry.config.read(surroundings)?.checked(&target.declaration, surroundings)?;
            return self.entry.fingerprint(&config, surroundings);
        }
        let unproved = unproved(&target.declaration, &running.declaration);
        if unproved.is_empty() {
            // Nobody gave another config, so it is what it was.
            return Ok(current.config.clone());
        }
        let variables = unproved.iter().map(|variable| variable.name.clone()).collect();
        let (release, current) = (target.record.release, running.record.release);
        Err(Error::ConfigUnproved { release, current, variables }.into())
    }
}
