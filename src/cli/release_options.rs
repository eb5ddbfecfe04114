//! What `run` and `admin` take alike: a release, a config, and where both come from.

use super::env_files::{Strictness, mind_readers, read_env_files, typed};
use super::prepared::{Prepared, Verified};
use super::surroundings::Surroundings;
use crate::app::milliseconds;
use crate::artifact::ReleaseRef;
use crate::report::Event;
use crate::run::{self, Cache, Identity, Inherit, Origin, SandboxMode};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// A release and its config.
#[derive(Debug, Args)]
pub(crate) struct ReleaseOptions {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(long, value_name = "RELEASE")]
    release_id: ReleaseRef,

    /// A file of NAME=value lines; a later one and the environment win
    #[arg(long = "env-file", value_name = "FILE")]
    env_files: Vec<PathBuf>,

    /// Give one variable, over all others; `-e NAME` takes it from the environment, out of sight of other users
    #[arg(short = 'e', long = "env", value_name = "NAME[=VALUE]")]
    typed: Vec<String>,

    /// Wait until every backing service of the config answers
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "30s", value_parser = milliseconds)]
    wait_for_services: Option<u64>,

    /// Refuse env files that others can read, in place of a warning
    #[arg(long)]
    strict: bool,

    /// Where unpacked releases are kept [default: $XDG_CACHE_HOME/cargo-twelve, /var/cache/cargo-twelve for root]
    #[arg(long, value_name = "DIR", env = "TWELVE_CACHE", hide_env_values = true)]
    cache: Option<PathBuf>,

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

impl ReleaseOptions {
    /// Finds and verifies the release, and holds the config against its contract.
    pub(crate) fn prepare(&self, surroundings: &Surroundings) -> anyhow::Result<Prepared> {
        let origin = self.origin(surroundings)?;
        let typed = typed(&self.typed, surroundings)?;
        let files = read_env_files(&self.env_files, surroundings)?;
        let verified = self.verified(surroundings)?;
        let contract = verified.tree.manifest.declaration.contract.as_ref();
        let strictness = if self.strict { Strictness::Refuse } else { Strictness::Warn };
        mind_readers(&files, contract, strictness, surroundings)?;
        let prepared = verified.with_config(files, typed, origin, surroundings)?;
        if let Some(milliseconds) = self.wait_for_services {
            prepared.wait_for_services(Duration::from_millis(milliseconds), surroundings)?;
        }
        Ok(prepared)
    }

    /// Finds and verifies the release.
    pub(crate) fn verified(&self, surroundings: &Surroundings) -> anyhow::Result<Verified> {
        let cache = self.cache(surroundings)?;
        let store = surroundings.store()?;
        let record = cache.find(&store, &self.release_id, surroundings.app_at_hand()?.as_ref())?;
        let build = run::build_here(&record)?;
        let tree = cache.tree(&store, &record.app, build)?;
        run::refuse_unfit(&tree.manifest, surroundings.variable("LD_LIBRARY_PATH"))?;
        Ok(Verified { record, tree })
    }

    /// How much of the sandbox is wanted.
    pub(crate) fn sandbox(&self) -> SandboxMode {
        match self.sandbox {
            TypedSandbox::Auto => SandboxMode::Auto,
            TypedSandbox::Off => SandboxMode::Off,
            TypedSandbox::Require => SandboxMode::Require,
        }
    }

    fn origin(&self, surroundings: &Surroundings) -> anyhow::Result<Origin> {
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

    fn cache(&self, surroundings: &Surroundings) -> anyhow::Result<Cache> {
        let folder = match &self.cache {
            Some(folder) => surroundings.resolve(folder),
            None => surroundings.cache_folder()?,
        };
        Ok(Cache::at(&folder))
    }
}
