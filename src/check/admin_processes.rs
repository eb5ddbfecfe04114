//! XII. Admin processes: run admin tasks as one-off processes.

use super::source::{Value, ends_in};
use super::{Factor, Facts, Found, Judgement, Place, Rule, Verdict};
use crate::codebase::{beside, self_and_above};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF1201",
        name: "no-admin-entry",
        factor: Factor::AdminProcesses,
        passes: "migrations ship with the app and run from it",
        level: Verdict::Warn,
        promise: "One-off tasks run against a release, with the same code and config as its processes, and ship with the app.",
        looks_at: "Where there are migrations: an admin process or release phase, a subcommand or program with their name, or a call that runs them from the service.",
        blind_spots: "Tools that migrate from outside on purpose.",
        fix: "Add a subcommand that runs them (`sqlx::migrate!`), and `[admin.migrate]` in twelve.toml with `before-deploy = true`.",
        settled_by: None,
        judge: no_entry,
    },
    Rule {
        id: "TF1202",
        name: "migrates-at-start",
        factor: Factor::AdminProcesses,
        passes: "migrations run once a deploy, not once a process",
        level: Verdict::Note,
        promise: "Migrations are one-off tasks, apart from the processes that serve.",
        looks_at: "A call that runs migrations, without an admin process or subcommand for it.",
        blind_spots: "Most libraries take a lock, so that several processes do not collide; hence a note.",
        fix: "Add `[admin.migrate]` with `before-deploy = true`; keep the start free of it.",
        settled_by: None,
        judge: at_start,
    },
];

/// Calls and macros that run migrations from within.
const RUNS: [&str; 9] = [
    "sqlx::migrate",
    "migrate",
    "embed_migrations",
    "run_pending_migrations",
    "Migrator::up",
    "Migrator::new",
    "refinery::embed_migrations",
    "MigrationHarness::run_pending_migrations",
    "run_migrations",
];

/// Where migrations stand.
fn migrations(facts: &Facts) -> Option<String> {
    let service = &facts.service().folder;
    let folders: Vec<&str> = self_and_above(service).collect();
    let is_migration = |path: &str| {
        let in_folder = path.split('/').any(|part| part == "migrations" || part == "migration");
        let elsewhere =
            path.split('/').any(|part| matches!(part, "tests" | "test" | "examples" | "fixtures" | "node_modules"));
        in_folder && !elsewhere && path.ends_with(".sql")
    };
    let of = |folder: &&str| facts.tree.below(folder).find(|path| is_migration(path) && belongs(facts, path));
    folders.iter().find_map(of).map(str::to_owned)
}

/// Whether a file stands in the service, in a package that it is built with, or in no package.
fn belongs(facts: &Facts, path: &str) -> bool {
    let owner = self_and_above(path.rsplit_once('/').map_or("", |(folder, _)| folder))
        .find(|folder| facts.tree.stands(&beside(folder, "Cargo.toml")));
    owner.is_none_or(|owner| owner == facts.workspace || facts.packages.iter().any(|package| package.folder == owner))
}

/// Where the service runs migrations from within.
fn runs(facts: &Facts) -> Option<Place> {
    let called = facts.macros().find(|(_, one)| RUNS.iter().any(|tail| ends_in(&one.path, tail)));
    let called = called.map(|(source, one)| source.place(one.span, "migrations are built in"));
    let call = || {
        let (source, call) = facts.calls_of(&RUNS).find(|(source, call)| facts.reaches(source, call.within))?;
        Some(source.place(call.span, "migrates"))
    };
    let method = || {
        let (source, call) =
            facts.methods_of(&["run_pending_migrations", "run_migrations", "apply_all_migrations"]).next()?;
        Some(source.place(call.span, "migrates"))
    };
    called.or_else(call).or_else(method)
}

/// Whether something of its own starts them: an admin process, a program, a subcommand.
fn entry(facts: &Facts) -> bool {
    let says = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains("migrat") || lower == "db" || lower.contains("schema")
    };
    let declared =
        facts.declaration.admin.iter().any(|one| says(&one.name) || says(one.command.text()) || one.before_deploy);
    let program = facts.service().bins.iter().any(|bin| says(&bin.name));
    let builder = facts.calls().any(|(_, call)| {
        ["Command::new", "SubCommand::with_name", "Command::from"].iter().any(|tail| ends_in(&call.path, tail))
            && call.arguments.first().and_then(Value::text).is_some_and(says)
    });
    let variant = facts.sources.iter().any(|source| source.subcommands.iter().any(|name| says(name)));
    declared || program || builder || variant
}

fn no_entry(facts: &Facts) -> Judgement {
    let (migrations, runs) = (migrations(facts), runs(facts));
    let Some(path) = migrations.or_else(|| runs.as_ref().map(|place| place.path.clone())) else {
        return Judgement::not_applicable("it has no migrations");
    };
    if entry(facts) {
        return Judgement::KEPT;
    }
    match runs {
        Some(place) => Judgement::Pass(vec![place.into()]),
        None => {
            let message = "there are migrations, and nothing of the app runs them";
            Judgement::Found(vec![Found::new(Verdict::Warn, message).at(Place::file(&path, "one of them"))])
        }
    }
}

fn at_start(facts: &Facts) -> Judgement {
    match runs(facts) {
        None => Judgement::not_applicable("nothing in the service runs migrations"),
        Some(_) if entry(facts) => Judgement::KEPT,
        Some(place) => {
            let message = "migrations run in the processes that serve, at each start";
            Judgement::Found(vec![Found::new(Verdict::Note, message).at(place)])
        }
    }
}
