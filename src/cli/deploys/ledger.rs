//! The ledger of one deploy, newest first.

use crate::app::{AppName, DeployName};
use crate::artifact::{ConfigFingerprint, UtcTime};
use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::release::age;
use crate::report::{Age, Audience, Table, data};
use crate::store::{StandingEntry, Store};
use serde_json::{Value, json};

/// Prints it: the newest `last` entries.
pub(super) fn print(
    store: &Store,
    app: &AppName,
    deploy: &DeployName,
    last: usize,
    now: UtcTime,
    surroundings: &Surroundings,
) -> anyhow::Result<ExitCode> {
    // One more than is shown: what the last one changed is seen on it.
    let entries: Vec<StandingEntry> =
        store.entries(app, deploy)?.take(last.saturating_add(1)).collect::<Result<_, _>>()?;
    if entries.is_empty() {
        store.current_entry_or_refuse(app, deploy)?;
    }
    let shown = entries.iter().take(last).enumerate();
    if surroundings.reporter.audience() == Audience::Json {
        let shown: Vec<Value> = shown.map(|(at, one)| document(one, config_of(&entries, at))).collect();
        data::document(&json!({ "format": 1, "app": app, "deploy": deploy, "entries": shown }))?;
        return Ok(ExitCode::Done);
    }
    let mut table = Table::new(["ENTRY", "RELEASE", "WHY", "OUTCOME", "CONFIG", "AGE", "BY", "MESSAGE"]);
    for (at, StandingEntry { entry, outcome, .. }) in shown {
        table.row([
            entry.seq.to_string(),
            entry.release.to_string(),
            entry.reason.to_string(),
            outcome.as_ref().map_or("open".to_owned(), |closed| closed.outcome.to_string()),
            config_of(&entries, at).to_owned(),
            Age(age(entry.at, now)).to_string(),
            // Whether that process is still at it is looked up there, by its number.
            match outcome {
                None => format!("{} on {} (pid {})", entry.by, entry.host, entry.pid),
                Some(_) => format!("{} on {}", entry.by, entry.host),
            },
            entry.message.clone().unwrap_or_default(),
        ]);
    }
    data::text(&table.fitted(surroundings.columns()).to_string())?;
    Ok(ExitCode::Done)
}

fn document(StandingEntry { entry, outcome, .. }: &StandingEntry, config: &str) -> Value {
    let mut value = json!({
        "entry": entry.seq, "release": entry.release, "reason": entry.reason, "at": entry.at, "by": entry.by,
        "host": entry.host, "pid": entry.pid, "config": config,
    });
    if let Some(message) = &entry.message {
        value["message"] = json!(message);
    }
    if let Some(closed) = outcome {
        value["outcome"] = json!(closed.outcome);
        value["closed_at"] = json!(closed.at);
        value["closed_by"] = json!(closed.by);
    }
    value
}

/// What an entry's config is to the done one before it: `same`, `changed`, or `unknown` where their keys differ.
fn config_of(entries: &[StandingEntry], at: usize) -> &'static str {
    let known = |one: &StandingEntry| one.entry.config.clone();
    let before = entries.iter().skip(at + 1).find(|one| one.is_done()).and_then(known);
    match (entries.get(at).and_then(known), before) {
        (Some(ConfigFingerprint { key, hmac_sha256 }), Some(before)) if key == before.key => {
            if hmac_sha256 == before.hmac_sha256 { "same" } else { "changed" }
        }
        _ => "unknown",
    }
}
