//! `cargo twelve deploy NAME R`: a release becomes current in a deploy, after its release phase.

use super::config_options::ConfigOptions;
use super::deploy_ledger::{DeclaredRelease, app_of};
use super::fingerprint::fingerprint;
use super::history::history;
use super::host_options::HostOptions;
use super::plan_page;
use super::release_phase::{self, Phase};
use super::signing::signing_key;
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::artifact::{DeployReason, DeployRef, ReleaseRef};
use crate::config::Config;
use crate::release::{DeployPlan, Found, Intent, OpenEntry};
use clap::Args;
use std::path::PathBuf;

/// Move a deploy to a release: its config is checked, its release phase runs once, its ledger says so
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve deploy production v42 --env-file prod.env
  cargo twelve deploy production --same --env-file prod.env    the config has changed
  cargo twelve deploy production v42 --external                something else has deployed it")]
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
    /// Close an entry that was left open: whoever opened it is gone
    #[arg(long)]
    take_over: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Sign the entry: an OpenSSH key file, or the public half of a key that the ssh-agent holds
    #[arg(long, value_name = "KEYFILE")]
    sign: Option<PathBuf>,
    /// Where this machine keeps the key that fingerprints of configs are made with
    #[arg(long, value_name = "DIR", env = "TWELVE_STATE", hide_env_values = true)]
    state: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigOptions,
    #[command(flatten)]
    host: HostOptions,
    #[command(flatten)]
    trust: TrustOptions,
}

/// Deploys it.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<u8> {
    let store = surroundings.store()?;
    let trust = arguments.trust.trust(surroundings)?;
    let key = arguments.sign.as_ref().map(|path| signing_key(path, surroundings)).transpose()?;
    let app = app_of(&arguments.deploy, arguments.release.as_ref(), &store, surroundings)?;
    let deploy = &arguments.deploy.deploy;
    let open = if arguments.take_over { OpenEntry::TakenOver } else { OpenEntry::Respected };
    let found = Found::read(&store, &app, deploy, open)?;
    let id = match &arguments.release {
        Some(reference) => store.locate(reference, Some(&app))?.1,
        None => store.current_entry_or_refuse(&app, deploy)?.entry.release,
    };
    let target = DeclaredRelease::read(&store, &app, id, trust.as_ref())?;
    let running = found.release().map(|id| DeclaredRelease::read(&store, &app, id, None)).transpose()?;
    let config = arguments.checked_config(&target, surroundings)?;
    let running = running.as_ref().map(DeclaredRelease::declared);
    let mut plan = DeployPlan::new(deploy, arguments.reason(), running, target.declared());
    plan.history = plan.commits().and_then(|commits| history(commits, surroundings));
    if arguments.dry_run {
        plan_page::print(&plan, &surroundings.reporter)?;
        return Ok(0);
    }
    plan_page::tell(&plan, &surroundings.reporter);
    let intent = Intent {
        app,
        deploy: deploy.clone(),
        release: id,
        reason: plan.reason,
        message: arguments.message.clone(),
        config: match &config {
            Some(config) => fingerprint(config, arguments.state.as_ref(), surroundings)?,
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
        if self.external && !self.config.is_given() {
            return Ok(None);
        }
        self.config.read(surroundings)?.checked(&target.declaration, surroundings).map(Some)
    }
}
