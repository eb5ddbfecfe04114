//! What a machine that runs releases is told: where unpacked ones are kept, and as whom processes run.

use super::cache_options::CacheOptions;
use super::surroundings::Surroundings;
use crate::report::Event;
use crate::run::{Cache, Identity, Inherit, Origin, SandboxMode};
use clap::{Args, ValueEnum};

/// How releases run on this machine.
#[derive(Debug, Args)]
pub(crate) struct HostOptions {
    #[command(flatten)]
    cache: CacheOptions,

    /// Give processes the whole environment, not only what the contract names
    #[arg(long)]
    inherit_env: bool,

    /// Start processes as this user (root only)
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// Whether processes are kept from writing outside TMPDIR and the paths of `[sandbox]`
    #[arg(long, value_enum, default_value_t = TypedSandbox::Auto)]
    sandbox: TypedSandbox,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TypedSandbox {
    /// Where twelve.toml has a `[sandbox]` and the kernel can
    Auto,
    /// Not at all; privileges, core dumps and umask are as outside, too
    Off,
    /// In any case, or nothing starts
    Require,
}

impl HostOptions {
    /// How much of the sandbox is wanted.
    pub(crate) fn sandbox(&self) -> SandboxMode {
        match self.sandbox {
            TypedSandbox::Auto => SandboxMode::Auto,
            TypedSandbox::Off => SandboxMode::Off,
            TypedSandbox::Require => SandboxMode::Require,
        }
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
        let inherit = if self.inherit_env { Inherit::Everything } else { Inherit::Declared };
        Ok(Origin { environment: surroundings.environment.clone(), inherit, identity })
    }

    /// Where unpacked releases are kept.
    pub(crate) fn cache(&self, surroundings: &Surroundings) -> anyhow::Result<Cache> {
        self.cache.cache(surroundings)
    }
}
