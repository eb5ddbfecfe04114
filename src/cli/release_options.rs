//! What `run` and `admin` take alike: a release, a config, and where both come from.

use super::age_options::{AgeOptions, Leave};
use super::config_options::ConfigOptions;
use super::host_options::HostOptions;
use super::prepared::{Prepared, Verified, verified_tree};
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::app::milliseconds;
use crate::artifact::ReleaseRef;
use crate::run::SandboxMode;
use clap::Args;
use std::time::Duration;

/// A release and its config.
#[derive(Debug, Args)]
pub(crate) struct ReleaseOptions {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(long, value_name = "RELEASE")]
    release_id: ReleaseRef,

    #[command(flatten)]
    config: ConfigOptions,

    #[command(flatten)]
    host: HostOptions,

    /// Wait until every backing service of the config answers
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "30s", value_parser = milliseconds)]
    wait_for_services: Option<u64>,

    #[command(flatten)]
    age: AgeOptions,

    #[command(flatten)]
    trust: TrustOptions,
}

impl ReleaseOptions {
    /// Finds and verifies the release, and holds the config against its contract.
    pub(crate) fn prepare(&self, surroundings: &Surroundings) -> anyhow::Result<Prepared> {
        let origin = self.host.origin(surroundings)?;
        let given = self.config.read(surroundings)?;
        let prepared = self.verified(surroundings)?.with_config(given, origin, surroundings)?;
        if let Some(milliseconds) = self.wait_for_services {
            prepared.wait_for_services(Duration::from_millis(milliseconds), surroundings)?;
        }
        Ok(prepared)
    }

    /// Finds and verifies the release.
    pub(crate) fn verified(&self, surroundings: &Surroundings) -> anyhow::Result<Verified> {
        let trust = self.trust.trust(surroundings)?;
        let cache = self.host.cache(surroundings)?;
        let store = surroundings.store()?;
        let at_hand = surroundings.app_at_hand()?;
        let record = cache.find(&store, &self.release_id, at_hand.as_ref(), trust.as_ref())?;
        let mark = self.age.mark(&store, (&record.app, record.release), Leave::None, surroundings)?;
        let tree = verified_tree(&cache, &store, &record, surroundings)?;
        Ok(Verified { record, tree, mark, signed_only: trust.is_some() })
    }

    /// How much of the sandbox is wanted.
    pub(crate) fn sandbox(&self) -> SandboxMode {
        self.host.sandbox()
    }
}
