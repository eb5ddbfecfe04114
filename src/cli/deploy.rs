//! `cargo twelve deploy NAME R`: a release becomes current in a deploy, after its release phase.

use super::deploy_ledger::{DeclaredRelease, app_of, warn_of_a_slip};
use super::entry_options::EntryOptions;
use super::history::history;
use super::host_options::HostOptions;
use super::plan_page;
use super::release_phase::{self, Phase};
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::artifact::{DeployReason, DeployRef, ReleaseRef};
use crate::config::Config;
use crate::release::{DeployPlan, Found, Intent};
use clap::Args;

/// Move a deploy to a release: its config is checked, its release phase runs once, its ledger says so
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve deploy production v42 --env-file prod.env
  cargo twelve deploy production --same --env-file prod.env    a new config
  cargo twelve deploy production v42 --external                done elsewhere")]
pub(crate) struct Arguments {
    /// The deploy: [APP@]NAME; it is made by its first release
    #[arg(value_name = "NAME")]
    deploy: DeployRef,
    /// The release: [APP@]v42, latest, a version, or another deploy
    #[arg(value_name = "RELEASE", required_unless_present = "same", conflicts_with = "same")]
    release: Option<ReleaseRef>,
    /// The release that is current, with another config; nothing runs
    #[arg(long)]
    same: bool,
    /// Only record it: something else has deployed it; nothing runs
    #[arg(long, conflicts_with = "same")]
    external: bool,
    #[command(flatten)]
    entry: EntryOptions,
    #[command(flatten)]
    host: HostOptions,
    #[command(flatten)]
    trust: TrustOptions,
}

/// Deploys it.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<u8> {
    let store = surroundings.store()?;
    let trust = arguments.trust.trust(surroundings)?;
    let key = arguments.entry.key(surroundings)?;
    let app = app_of(&arguments.deploy, arguments.release.as_ref(), &store, surroundings)?;
    let deploy = &arguments.deploy.deploy;
    let found = Found::read(&store, &app, deploy, arguments.entry.open())?;
    let id = match &arguments.release {
        Some(reference) => store.locate(reference, Some(&app))?.1,
        None => store.current_entry_or_refuse(&app, deploy)?.entry.release,
    };
    if found.release().is_none() {
        warn_of_a_slip(&store, &app, deploy, surroundings)?;
    }
    let target = DeclaredRelease::read(&store, &app, id, trust.as_ref())?;
    if !arguments.external {
        store.refuse_gone(&target.record)?;
    }
    let running = found.release().map(|id| DeclaredRelease::read(&store, &app, id, None)).transpose()?;
    let config = arguments.checked_config(&target, surroundings)?;
    let running = running.as_ref().map(DeclaredRelease::declared);
    let mut plan = DeployPlan::new(deploy, arguments.reason(), running, target.declared());
    plan.history = plan.commits().and_then(|commits| history(commits, surroundings));
    if arguments.entry.dry_run {
        plan_page::print(&plan, &surroundings.reporter)?;
        return Ok(0);
    }
    plan_page::tell(&plan, &surroundings.reporter);
    let intent = Intent {
        app,
        deploy: deploy.clone(),
        release: id,
        reason: plan.reason,
        message: arguments.entry.message.clone(),
        config: match &config {
            Some(config) => arguments.entry.fingerprint(config, surroundings)?,
            None => None,
        },
    };
    let (record, host, config) = (&target.record, &arguments.host, config.unwrap_or_default());
    let phase = Phase { plan: &plan, record, config, host, store: &store };
    release_phase::deploy(&store, &found, &intent, &phase, key.as_ref(), surroundings)
}

impl Arguments {
    fn reason(&self) -> DeployReason {
        match (self.same, self.external) {
            (true, _) => DeployReason::Same,
            (_, true) => DeployReason::External,
            _ => DeployReason::Deploy,
        }
    }

    /// The config, which meets the contract. Where something else deploys, it may be known to that alone.
    fn checked_config(&self, target: &DeclaredRelease, surroundings: &Surroundings) -> anyhow::Result<Option<Config>> {
        if self.external && !self.entry.config.is_given() {
            return Ok(None);
        }
        self.entry.config.read(surroundings)?.checked(&target.declaration, surroundings).map(Some)
    }
}
