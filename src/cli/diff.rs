//! `cargo twelve diff A B`: what is other in a later release.

mod page;

use super::ExitCode;
use super::history::history;
use super::surroundings::Surroundings;
use crate::artifact::{BuildManifest, ReleaseRecord, ReleaseRef};
use crate::release::{Described, Difference};
use crate::report::{Audience, data};
use crate::store::Store;
use clap::Args;
use page::page;
use serde::Serialize;

/// Compare two releases: commits, crates, features, libraries, files, process types, config variables
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve diff v41 v42")]
pub(crate) struct Arguments {
    /// The earlier release: [APP@]v41, latest, a version, or a deploy
    #[arg(value_name = "FROM")]
    from: ReleaseRef,
    /// The later release
    #[arg(value_name = "TO")]
    to: ReleaseRef,
}

#[derive(Serialize)]
struct Document {
    format: u32,
    #[serde(flatten)]
    difference: Difference,
}

/// Compares them.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let at_hand = surroundings.app_at_hand()?;
    let from = described(&store, store.find(&arguments.from, at_hand.as_ref())?)?;
    let to = described(&store, store.find(&arguments.to, at_hand.as_ref())?)?;
    let history = history([&from.0.commit, &to.0.commit], surroundings);
    let [from, to] = [&from, &to].map(|(record, manifests)| Described { record, manifests });
    let difference = Difference { history, ..Difference::between(from, to) };
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&Document { format: 1, difference })?,
        Audience::Human => data::text(&page(&difference))?,
    }
    Ok(ExitCode::Done)
}

fn described(store: &Store, record: ReleaseRecord) -> anyhow::Result<(ReleaseRecord, Vec<BuildManifest>)> {
    let manifests = record.builds.iter().map(|build| store.manifest(&record.app, build)).collect::<Result<_, _>>()?;
    Ok((record, manifests))
}
