//! `cargo twelve releases`: the ledger, newest first.

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::app::AppName;
use crate::artifact::{ReleaseId, ReleaseRecord};
use crate::report::{Audience, Table, data};
use clap::Args;
use serde::Serialize;

/// List an app's releases, newest first
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve releases --last 5")]
pub(crate) struct Arguments {
    /// The app [default: the package at hand, else the store's only app]
    app: Option<AppName>,
    /// How many of the newest
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    last: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    app: &'a AppName,
    releases: Vec<Listed<'a>>,
}

/// A release as documents hold it: its record, and whether its builds are gone.
#[derive(Serialize)]
pub(super) struct Listed<'a> {
    #[serde(flatten)]
    pub(super) record: &'a ReleaseRecord,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) pruned: bool,
}

/// Lists them.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let app = store.app(arguments.app.as_ref(), surroundings.app_at_hand()?.as_ref())?;
    let newest = store.newest_or_refuse(&app)?;
    let ids = std::iter::successors(Some(newest), |id: &ReleaseId| id.previous()).take(arguments.last);
    let releases: Vec<ReleaseRecord> = ids.map(|id| store.record(&app, id)).collect::<Result<_, _>>()?;
    let pruned = store.pruned_among(&app, &releases.iter().map(|record| record.release).collect::<Vec<_>>())?;
    let listed = releases.iter().map(|record| Listed { record, pruned: pruned.contains(&record.release) });
    if surroundings.reporter.audience() == Audience::Json {
        data::document(&Document { format: 1, app: &app, releases: listed.collect() })?;
        return Ok(ExitCode::Done);
    }
    let mut table = Table::new(["RELEASE", "VERSION", "COMMIT", "BRANCH", "CREATED", "BY", "BUILD", "MESSAGE"]);
    for Listed { record, pruned } in listed {
        table.row([
            record.release.to_string(),
            record.version.to_string(),
            record.commit.chars().take(12).collect(),
            record.branch.clone().unwrap_or_default(),
            record.created.to_string(),
            record.created_by.clone(),
            if pruned { "pruned".to_owned() } else { String::new() },
            record.message.clone().unwrap_or_default(),
        ]);
    }
    data::text(&table.fitted(surroundings.columns()).to_string())?;
    Ok(ExitCode::Done)
}
