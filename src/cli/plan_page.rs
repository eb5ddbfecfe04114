//! A plan of a deploy or a rollback, for people and for programs.

use crate::artifact::DeployReason;
use crate::release::{DeployPlan, PlannedRelease};
use crate::report::{Audience, Event, Printable, ReleaseEvent, Reporter, Table, data};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    plan: &'a DeployPlan,
}

/// Prints a plan that is not acted on.
pub(crate) fn print(plan: &DeployPlan, reporter: &Reporter) -> anyhow::Result<()> {
    if reporter.audience() == Audience::Json {
        return Ok(data::document(&Document { format: 1, plan })?);
    }
    let mut table = Table::without_heading();
    table.row(["deploy".to_owned(), format!("{} of {}", plan.deploy, plan.app)]);
    table.row(["release".to_owned(), change(plan, |one| one.release.to_string())]);
    table.row(["version".to_owned(), change(plan, |one| one.version.to_string())]);
    table.row(["commit".to_owned(), commit(plan, usize::MAX)]);
    for (what, commit) in commits(plan) {
        table.row([what.to_owned(), commit]);
    }
    for (what, names) in variables(plan) {
        table.row(["config".to_owned(), format!("{what} {names}")]);
    }
    match (plan.reason, plan.release_phase.as_slice()) {
        (DeployReason::Rollback, _) => table.row(["schema".to_owned(), SCHEMA_STAYS.to_owned()]),
        (_, []) => table.row(["runs".to_owned(), "nothing".to_owned()]),
        (_, names) => table.row(["runs".to_owned(), names.join(", ")]),
    }
    Ok(data::text(&table.to_string())?)
}

const SCHEMA_STAYS: &str = "stays as it is: a rollback runs no release phase";

/// Says what a plan changes, before it is acted on.
pub(crate) fn tell(plan: &DeployPlan, reporter: &Reporter) {
    reporter.tell(&Event::Release(ReleaseEvent::Deploying {
        app: plan.app.to_string(),
        deploy: plan.deploy.to_string(),
        reason: plan.reason.to_string(),
        from: plan.from.as_ref().map(|from| from.release.to_string()),
        to: plan.to.release.to_string(),
    }));
    let note = |text: String| reporter.tell(&Event::note(text));
    if plan.reason == DeployReason::Rollback {
        note(format!("commit {}", commit(plan, 12)));
        note(format!("the database's schema {SCHEMA_STAYS}"));
    } else if plan.goes_back() && plan.reason == DeployReason::Deploy {
        note(format!("{} is older; `rollback` would run no release phase", plan.to.release));
    }
    for (what, commit) in commits(plan) {
        note(format!("{what} {commit}"));
    }
    for (what, names) in variables(plan) {
        note(format!("{} {what} {names}", plan.to.release));
    }
}

fn change<T: std::fmt::Display>(plan: &DeployPlan, of: impl Fn(&PlannedRelease) -> T) -> String {
    match &plan.from {
        Some(from) => format!("{} -> {}", of(from), of(&plan.to)),
        None => of(&plan.to).to_string(),
    }
}

/// The first so many digits of the commit's id; two releases of one commit name it once.
fn commit(plan: &DeployPlan, digits: usize) -> String {
    let id = |one: &PlannedRelease| one.commit.chars().take(digits).collect::<String>();
    match &plan.from {
        Some(from) if from.commit == plan.to.commit => format!("{}, as it is", id(from)),
        _ => change(plan, id),
    }
}

/// How many commits are named each way.
const NAMED: usize = 10;

/// The commits that come and go, newest first.
fn commits(plan: &DeployPlan) -> Vec<(&'static str, String)> {
    let Some(history) = &plan.history else { return Vec::new() };
    let mut all = Vec::new();
    for (what, commits) in [("adds", &history.added), ("takes back", &history.removed)] {
        all.extend(commits.iter().take(NAMED).map(|one| {
            let id: String = one.id.chars().take(12).collect();
            (what, format!("{id} {}", Printable(&one.subject)))
        }));
        if commits.len() > NAMED {
            all.push((what, format!("{} more", commits.len() - NAMED)));
        }
    }
    all
}

/// What the target reads otherwise than what is current, as predicates with the names.
fn variables(plan: &DeployPlan) -> Vec<(&'static str, String)> {
    let Some(changes) = &plan.variables else { return Vec::new() };
    let changed: Vec<String> = changes.changed.iter().map(|one| one.to.clone()).collect();
    let all = [("also reads", &changes.added), ("no longer reads", &changes.removed), ("reads otherwise", &changed)];
    all.into_iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| (what, names.join(", "))).collect()
}
