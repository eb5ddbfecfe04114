//! What a machine that runs releases is told: where unpacked ones are kept, and as whom processes run.

use super::cache_options::CacheOptions;
use super::process_options::ProcessOptions;
use super::surroundings::Surroundings;
use crate::report::Event;
use crate::run::{Cache, Identity, Origin, SandboxMode};
use clap::Args;

/// How releases run on this machine.
#[derive(Debug, Args)]
pub(crate) struct HostOptions {
    #[command(flatten)]
    cache: CacheOptions,

    #[command(flatten)]
    process: ProcessOptions,

    /// Start processes as this user, a name or a number (root only)
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
}

impl HostOptions {
    /// How much of the sandbox is wanted.
    pub(crate) fn sandbox(&self) -> SandboxMode {
        self.process.sandbox()
    }

    /// Where processes start from.
    pub(crate) fn origin(&self, surroundings: &Surroundings) -> anyhow::Result<Origin> {
        let identity = match &self.user {
            Some(name) => Identity::dropped_to(name)?,
            None => Identity::Own,
        };
        if Identity::is_root() && self.user.is_none() {
            surroundings.reporter.tell(&Event::warning_with_hint(
                "processes run as root",
                "add `--user NAME`; `--user root` says that it is meant",
            ));
        }
        Ok(Origin { environment: surroundings.environment.clone(), inherit: self.process.inherit(), identity })
    }

    /// Where unpacked releases are kept.
    pub(crate) fn cache(&self, surroundings: &Surroundings) -> anyhow::Result<Cache> {
        self.cache.cache(surroundings)
    }
}
