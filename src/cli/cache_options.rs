//! Where a machine keeps unpacked releases.

use super::surroundings::Surroundings;
use crate::run::Cache;
use clap::Args;
use std::path::PathBuf;

/// Where unpacked releases are kept.
#[derive(Debug, Args)]
pub(crate) struct CacheOptions {
    /// Where unpacked releases are kept [default: $XDG_CACHE_HOME/cargo-twelve, /var/cache/cargo-twelve for root]
    #[arg(long, value_name = "DIR", env = "TWELVE_CACHE", hide_env_values = true)]
    cache: Option<PathBuf>,
}

impl CacheOptions {
    /// The cache.
    pub(crate) fn cache(&self, surroundings: &Surroundings) -> anyhow::Result<Cache> {
        let folder = match &self.cache {
            Some(folder) => surroundings.resolve(folder),
            None => surroundings.cache_folder()?,
        };
        Ok(Cache::at(&folder))
    }
}
