//! `cargo twelve pull R`: a release comes from the store into this machine's cache, verified and ready to run.

use super::ExitCode;
use super::cache_options::CacheOptions;
use super::prepared::verified_tree;
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::artifact::{ReleaseRecord, ReleaseRef};
use crate::report::{Audience, Event, RunEvent, data};
use crate::run::{self, Tree};
use clap::Args;

/// Bring a release into this machine's cache, so that it starts with the store out of reach
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve pull shop@v42")]
pub(crate) struct Arguments {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
    /// Unpack it anew: for a copy that was changed
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    cache: CacheOptions,
    #[command(flatten)]
    trust: TrustOptions,
}

/// Brings it, and prints where it stands.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (store, cache) = (surroundings.store()?, arguments.cache.cache(surroundings)?);
    let (at_hand, trust) = (surroundings.app_at_hand()?, arguments.trust.trust(surroundings)?);
    let record = cache.find(&store, &arguments.release, at_hand.as_ref(), trust.as_ref())?;
    if arguments.again {
        cache.discard(&record.app, run::build_here(&record)?)?;
    }
    let tree = verified_tree(&cache, &store, &record, surroundings)?;
    cached(&record, &tree, surroundings)
}

/// Says that a release stands in the cache.
pub(super) fn cached(record: &ReleaseRecord, tree: &Tree, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let path = tree.path.display().to_string();
    surroundings.reporter.tell(&Event::Run(RunEvent::Cached {
        app: record.app.to_string(),
        release: record.release.to_string(),
        version: record.version.to_string(),
        path: path.clone(),
    }));
    if surroundings.reporter.audience() == Audience::Human {
        data::text(&format!("{path}\n"))?;
    }
    Ok(ExitCode::Done)
}
