//! `cargo twelve import FILE...`: a release comes from its portable files into this machine's cache, without a store.

use super::ExitCode;
use super::cache_options::CacheOptions;
use super::pull::cached;
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::run::{self, Portable};
use clap::Args;
use std::path::PathBuf;

/// Bring a release into this machine's cache from the files that `release` leaves: for machines that reach no store
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo twelve import shop-1.4.0-v42.json \\
    shop-1.4.0-v42-x86_64-unknown-linux-gnu.tar.gz")]
pub(crate) struct Arguments {
    /// The record, its signatures, and the tarball for this machine
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    cache: CacheOptions,
    #[command(flatten)]
    trust: TrustOptions,
}

/// Verifies and unpacks it, and prints where it stands.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (store, cache) = (surroundings.store()?, arguments.cache.cache(surroundings)?);
    let trust = arguments.trust.trust(surroundings)?;
    let files: Vec<PathBuf> = arguments.files.iter().map(|file| surroundings.resolve(file)).collect();
    let (record, tree) = cache.import(&store, &Portable::read(&files)?, trust.as_ref())?;
    run::refuse_unfit(&tree.manifest, surroundings.variable("LD_LIBRARY_PATH"))?;
    cached(&record, &tree, surroundings)
}
