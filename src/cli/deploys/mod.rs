//! `cargo twelve deploys [NAME]`: which release runs where and how far it is behind; with a name, the deploy's ledger.

mod ledger;

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::app::AppName;
use crate::artifact::{DeployRef, UtcTime};
#[cfg(feature = "codebase")]
use crate::codebase::Repository;
use crate::release::{Behind, CurrentRelease, DeployState, age};
use crate::report::{Age, Audience, Counted, Event, Table, data};
use crate::store::Store;
use clap::Args;
use serde_json::json;

/// List the deploys: which release each is at, since when, and how far that is behind
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve deploys
  cargo twelve deploys production    its ledger, newest first")]
pub(crate) struct Arguments {
    /// A deploy, to see its ledger: [APP@]NAME
    #[arg(value_name = "NAME")]
    deploy: Option<DeployRef>,
    /// The app [default: the package at hand, else all of the store]
    #[arg(long, conflicts_with = "deploy")]
    app: Option<AppName>,
    /// How many of the newest entries
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    last: usize,
}

/// Lists them.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (store, at_hand) = (surroundings.store()?, surroundings.app_at_hand()?);
    let now = UtcTime::from_timestamp(surroundings.now());
    if let Some(reference) = &arguments.deploy {
        let app = store.app(reference.app.as_ref(), at_hand.as_ref())?;
        return ledger::print(&store, &app, &reference.deploy, arguments.last, now, surroundings);
    }
    let apps = match arguments.app.clone().or(at_hand) {
        Some(app) => vec![app],
        None => store.apps()?,
    };
    let mut states = Vec::new();
    for app in &apps {
        for deploy in store.deploys(app)? {
            let mut state = DeployState::read(&store, app, &deploy, now)?;
            if let Some(current) = &mut state.current {
                behind_branch(&store, app, current, now, surroundings);
            }
            states.push(state);
        }
    }
    if surroundings.reporter.audience() == Audience::Json {
        data::document(&json!({ "format": 1, "deploys": states }))?;
        return Ok(ExitCode::Done);
    }
    if states.is_empty() {
        let text = format!(
            "no deploy is in the store `{}`; `cargo twelve deploy production RELEASE --env-file FILE` makes one",
            store.location()
        );
        surroundings.reporter.tell(&Event::note(text));
        return Ok(ExitCode::Done);
    }
    data::text(&page(&states, now).fitted(surroundings.columns()).to_string())?;
    Ok(ExitCode::Done)
}

fn page(states: &[DeployState], now: UtcTime) -> Table {
    let mut table = Table::new(["APP", "DEPLOY", "RELEASE", "VERSION", "COMMIT", "SINCE", "BEHIND", "BRANCH", "STATE"]);
    for DeployState { app, deploy, current, open } in states {
        let of = |tell: &dyn Fn(&CurrentRelease) -> String| current.as_ref().map_or("none".to_owned(), tell);
        let branch = current.as_ref().and_then(|one| one.behind_branch.as_ref());
        table.row([
            app.to_string(),
            deploy.to_string(),
            of(&|one| one.release.to_string()),
            of(&|one| one.version.to_string()),
            of(&|one| one.commit.chars().take(12).collect()),
            of(&|one| format!("{} ago", Age(one.age))),
            of(&|one| match one.behind {
                Behind { releases: 0, .. } => "newest".to_owned(),
                Behind { releases, gap, .. } => format!("{}, {}", Counted(releases, "release"), Age(gap)),
            }),
            branch.map_or(String::new(), |one| match one.commits {
                0 => format!("{} is there", one.branch),
                commits => format!("{}: {}, {}", one.branch, Counted(commits, "commit"), Age(one.gap)),
            }),
            open.as_ref().map_or(String::new(), |open| {
                format!("open: {} to {}, {} ago", open.by, open.release, Age(age(open.at, now)))
            }),
        ]);
    }
    table
}

/// How far a release is behind its branch, where the repository at hand is the app's own.
#[cfg(feature = "codebase")]
fn behind_branch(
    store: &Store,
    app: &AppName,
    current: &mut CurrentRelease,
    now: UtcTime,
    surroundings: &Surroundings,
) {
    let Ok(repository) = Repository::discover(&surroundings.directory) else { return };
    let Ok(deployed) = repository.recorded_commit(&current.commit) else { return };
    let own = repository.roots(&deployed).ok().zip(store.roots(app).ok());
    if !own.is_some_and(|(here, recorded)| here.iter().any(|root| recorded.contains(root))) {
        return;
    }
    if let Ok(waiting) = repository.waiting(&deployed, current.branch.as_deref()) {
        let gap = waiting.oldest.map_or(0, |oldest| age(oldest, now));
        let (branch, commits) = (waiting.branch, waiting.commits);
        current.behind_branch = Some(crate::release::BehindBranch { branch, commits, gap });
    }
}

#[cfg(not(feature = "codebase"))]
fn behind_branch(_: &Store, _: &AppName, _: &mut CurrentRelease, _: UtcTime, _: &Surroundings) {}
