//! `cargo twelve prune`: the tarballs of old releases go, their records stay.

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::app::AppName;
use crate::artifact::UtcTime;
use crate::release::{Pruner, Pruning};
use crate::report::{Audience, Event, ReleaseEvent, Size, Table, data};
use clap::Args;
use serde_json::json;

/// Remove the builds of old releases; records stay, and so does what a deploy runs or would go back to
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve prune --keep 20 --dry-run")]
pub(crate) struct Arguments {
    /// The app [default: the package at hand, else the store's only app]
    app: Option<AppName>,
    /// How many of the newest releases stay whole
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    keep: u64,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
}

/// Prunes, and prints what has gone or would go.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let app = store.app(arguments.app.as_ref(), surroundings.app_at_hand()?.as_ref())?;
    let pruning = Pruning::plan(&store, &app, arguments.keep)?;
    if !arguments.dry_run {
        let pruner = Pruner { at: UtcTime::from_timestamp(surroundings.now()), by: surroundings.who() };
        pruning.act(&store, &pruner)?;
    }
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&json!({
            "format": 1,
            "app": app,
            "dry_run": arguments.dry_run,
            "kept": pruning.kept,
            "releases": pruning.releases,
            "bytes": pruning.bytes(),
        }))?,
        Audience::Human => {
            surroundings.reporter.tell(&Event::Release(ReleaseEvent::Pruned {
                app: app.to_string(),
                releases: pruning.releases.iter().map(|one| one.release.to_string()).collect(),
                bytes: pruning.bytes(),
                dry_run: arguments.dry_run,
            }));
            data::text(&page(&pruning))?;
        }
    }
    Ok(ExitCode::Done)
}

fn page(pruning: &Pruning) -> String {
    let mut table = Table::without_heading();
    for one in &pruning.releases {
        let bytes = one.builds.iter().map(|build| build.gz_size).sum();
        let commit = one.commit.chars().take(12).collect();
        table.row([one.release.to_string(), one.version.to_string(), commit, Size(bytes).to_string()]);
    }
    table.to_string()
}
