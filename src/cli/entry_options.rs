//! What is said of an entry of a deploy, alike for `deploy` and `rollback`.

use super::config_options::ConfigOptions;
use super::fingerprint::fingerprint;
use super::signing::signing_key;
use super::surroundings::Surroundings;
use crate::artifact::ConfigFingerprint;
use crate::config::Config;
use crate::release::{OpenEntry, SigningKey};
use clap::Args;
use std::path::PathBuf;

/// How an entry of a deploy is made.
#[derive(Debug, Args)]
pub(crate) struct EntryOptions {
    /// Close an entry that was left open: whoever opened it is gone
    #[arg(long)]
    take_over: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Sign the entry, so that servers with a signers file follow it back: an OpenSSH key file, or the public half of a
    /// key that the ssh-agent holds
    #[arg(long, value_name = "KEYFILE")]
    sign: Option<PathBuf>,
    /// Where this machine keeps the key that fingerprints of configs are made with
    #[arg(long, value_name = "DIR", env = "TWELVE_STATE", hide_env_values = true)]
    state: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
}

impl EntryOptions {
    /// What happens to an entry that is open.
    pub(crate) fn open(&self) -> OpenEntry {
        if self.take_over { OpenEntry::TakenOver } else { OpenEntry::Respected }
    }

    /// The key that signs, where one is named.
    pub(crate) fn key(&self, surroundings: &Surroundings) -> anyhow::Result<Option<SigningKey>> {
        self.sign.as_ref().map(|path| signing_key(path, surroundings)).transpose()
    }

    /// What an entry says of a config; none where this machine has no key for it.
    pub(crate) fn fingerprint(
        &self,
        config: &Config,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Option<ConfigFingerprint>> {
        fingerprint(config, self.state.as_ref(), surroundings)
    }
}
