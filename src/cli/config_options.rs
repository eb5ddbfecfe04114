//! The config as a command line gives it: env files, and variables that were typed.

use super::configured::notices;
use super::env_files::{Strictness, mind_readers, read_env_files, typed};
use super::surroundings::Surroundings;
use crate::app::{CannotStart, Declaration, Offer};
use crate::config::{Config, Contract, EnvFile, Typed};
use clap::Args;
use std::path::PathBuf;

/// The config as a command line gives it.
#[derive(Debug, Args)]
pub(crate) struct ConfigOptions {
    /// A file of NAME=value lines; a later one and the environment win
    #[arg(long = "env-file", value_name = "FILE")]
    env_files: Vec<PathBuf>,

    /// Give one variable, over all others; `-e NAME` takes it from the environment, out of sight of other users
    #[arg(short = 'e', long = "env", value_name = "NAME[=VALUE]")]
    typed: Vec<String>,

    /// Refuse env files that others can read, in place of a warning
    #[arg(long)]
    strict: bool,
}

/// What a command line gives, read and not yet held against a contract.
pub(crate) struct GivenConfig {
    pub(crate) files: Vec<EnvFile>,
    pub(crate) typed: Typed,
    strictness: Strictness,
}

impl ConfigOptions {
    /// Whether anything is given here; the environment is always.
    pub(crate) fn is_given(&self) -> bool {
        !self.env_files.is_empty() || !self.typed.is_empty()
    }

    /// Reads what is given.
    pub(crate) fn read(&self, surroundings: &Surroundings) -> anyhow::Result<GivenConfig> {
        let typed = typed(&self.typed, surroundings)?;
        let files = read_env_files(&self.env_files, surroundings)?;
        Ok(GivenConfig { files, typed, strictness: self.strictness() })
    }

    /// The env files as they were named.
    #[cfg(feature = "build")]
    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.env_files
    }

    /// The variables that were typed.
    #[cfg(feature = "build")]
    pub(crate) fn typed(&self, surroundings: &Surroundings) -> anyhow::Result<Typed> {
        typed(&self.typed, surroundings)
    }

    /// What happens where others can read an env file.
    pub(crate) fn strictness(&self) -> Strictness {
        if self.strict { Strictness::Refuse } else { Strictness::Warn }
    }
}

impl GivenConfig {
    /// The config that an app can start with, with what its user should know; every reason why it cannot at once.
    pub(crate) fn checked(&self, declaration: &Declaration, surroundings: &Surroundings) -> anyhow::Result<Config> {
        self.mind_readers(declaration.contract.as_ref(), surroundings)?;
        let offer = Offer { environment: &surroundings.environment, typed: &self.typed, files: &self.files };
        let config = match declaration.can_start(&offer, &|path| std::fs::read(path)) {
            Ok(config) => config,
            Err(CannotStart::Config(error)) => return Err(error.into()),
            Err(other) => return Err(other.into()),
        };
        notices(&config).for_each(|event| surroundings.reporter.tell(&event));
        Ok(config)
    }

    /// Minds who else can read the env files.
    pub(crate) fn mind_readers(&self, contract: Option<&Contract>, surroundings: &Surroundings) -> anyhow::Result<()> {
        for event in mind_readers(&self.files, contract, self.strictness)? {
            surroundings.reporter.tell(&event);
        }
        Ok(())
    }
}
