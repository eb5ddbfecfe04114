//! What `run` and `admin` take alike: a release, a config, and where both come from.

use super::age_options::{AgeOptions, Leave};
use super::config_options::ConfigOptions;
use super::host_options::HostOptions;
use super::prepared::{Prepared, Verified, verified_tree};
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::app::milliseconds;
use crate::artifact::{ReleaseName, ReleaseRecord, ReleaseRef, Trust};
use crate::report::Event;
use crate::run::{Cache, PATIENCE, SandboxMode};
use crate::store::Store;
use clap::Args;
use std::sync::Arc;
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
        let store = Arc::new(surroundings.store()?);
        let (record, leave) = self.found(&cache, &store, trust.as_ref(), surroundings)?;
        let release = (&record.app, record.release);
        let mark = self.age.mark(&store, release, &leave, trust.is_some(), surroundings)?;
        let tree = verified_tree(&cache, &store, &record, surroundings)?;
        Ok(Verified { record, tree, mark, signed_only: trust.is_some() })
    }

    /// The believed record, and whether it may be older than what has run here. A deploy's name is followed once, now.
    fn found(
        &self,
        cache: &Cache,
        store: &Arc<Store>,
        trust: Option<&Trust>,
        surroundings: &Surroundings,
    ) -> anyhow::Result<(ReleaseRecord, Leave)> {
        let (reference, at_hand) = (&self.release_id, surroundings.app_at_hand()?);
        let ReleaseName::Deploy(deploy) = &reference.name else {
            return Ok((cache.find(store, reference, at_hand.as_ref(), trust)?, Leave::None));
        };
        let app = cache.app(store, reference, at_hand.as_ref())?;
        let followed = cache.follow(store, &app, deploy, trust, PATIENCE)?;
        let release = followed.entry.release;
        if let Some(cause) = &followed.unreachable {
            let since = followed.entry.at;
            surroundings.reporter.tell(&Event::warning_with_hint(
                format!("{cause}; `{deploy}` was at {release} when it was followed here last (entry of {since}), and that starts"),
                "start again when the store answers, to follow what came since",
            ));
        }
        let record = cache.record(store, &app, release, trust)?;
        Ok((record, Leave::Followed { entry: Box::new(followed.entry), leads_back: followed.leads_back }))
    }

    /// How much of the sandbox is wanted.
    pub(crate) fn sandbox(&self) -> SandboxMode {
        self.host.sandbox()
    }
}
