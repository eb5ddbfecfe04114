//! I. Codebase: one codebase tracked in revision control, many deploys.

use super::{Factor, Facts, Found, Judgement, Place, Rule, Verdict};
use crate::codebase::beside;
use crate::report::Counted;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "TF0101",
        name: "not-tracked",
        factor: Factor::Codebase,
        passes: "the package is tracked in git",
        level: Verdict::Fail,
        promise: "An app is always tracked in a version control system; what is not in the repository is in no deploy.",
        looks_at: "Whether the package's Cargo.toml is tracked by git, asked of git's index, and whether there is a commit.",
        blind_spots: "Other version control systems are not known; one that keeps a git index beside its own is.",
        fix: "`git init`, `git add -A`, `git commit`.",
        settled_by: None,
        judge: not_tracked,
    },
    Rule {
        id: "TF0102",
        name: "path-dependency-outside",
        factor: Factor::Codebase,
        passes: "everything it is built from is in the repository or in the lockfile",
        level: Verdict::Fail,
        promise: "One codebase is one repository: a deploy is made from its commit and from nothing that lies beside it.",
        looks_at: "`path = \"...\"` of the dependencies of the service's package and of the packages it is built with.",
        blind_spots: "Files that `include_str!` or a build script takes from outside are not followed.",
        fix: "Move the package into the repository, or depend on it through a registry or a git commit.",
        settled_by: None,
        judge: outside,
    },
    Rule {
        id: "TF0103",
        name: "uncommitted-changes",
        factor: Factor::Codebase,
        passes: "the working tree is its commit",
        level: Verdict::Note,
        promise: "A deploy is a commit; changes that only one machine has are in none.",
        looks_at: "Tracked files that differ from the commit.",
        blind_spots: "Untracked files do not count, since a build never sees them.",
        fix: "Commit before you release; `cargo twelve release` refuses a dirty tree.",
        settled_by: None,
        judge: changed,
    },
    Rule {
        id: "TF0104",
        name: "several-apps",
        factor: Factor::Codebase,
        passes: "one app in the codebase",
        level: Verdict::Note,
        promise: "One codebase per app: several apps that share code share it as a library.",
        looks_at: "Packages of the workspace that have a program and are compiled with a library that serves requests.",
        blind_spots: "A tool that embeds a small server for itself is counted as well, unless its name says cli, client, test, bench, stress, mock or example.",
        fix: "Nothing, where the apps are released together; else a repository each, and the shared code as a library.",
        settled_by: None,
        judge: several,
    },
];

fn not_tracked(facts: &Facts) -> Judgement {
    let path = beside(&facts.service().folder, "Cargo.toml");
    let found = |message: &str| {
        Judgement::Found(vec![Found::new(Verdict::Fail, message).at(Place::file(&path, "the package"))])
    };
    match (facts.tree.is_versioned(), facts.tree.has(&path), facts.tree.head()) {
        (false, _, _) => found("the package lies in no git repository"),
        (true, false, _) => found("git does not track the package's Cargo.toml"),
        (true, true, None) => found("the repository has no commit yet"),
        (true, true, Some(_)) => Judgement::KEPT,
    }
}

fn outside(facts: &Facts) -> Judgement {
    let mut found = Vec::new();
    for package in &facts.packages {
        let path = beside(&package.folder, "Cargo.toml");
        for dependency in &package.dependencies {
            let Some(outside) = &dependency.outside else { continue };
            let place = facts.words(&path, outside).unwrap_or_else(|| Place::file(&path, "the package"));
            let message = format!("`{}` comes from `{outside}`, outside the repository", dependency.package);
            found.push(Found::new(Verdict::Fail, message).at(place));
        }
    }
    Judgement::of(found)
}

fn changed(facts: &Facts) -> Judgement {
    if !facts.tree.is_versioned() {
        return Judgement::not_applicable("there is no repository");
    }
    match facts.tree.changed() {
        Err(cause) => Judgement::unknown(cause.to_string()),
        Ok(changed) if changed.is_empty() => Judgement::KEPT,
        Ok(changed) => {
            let differ = if changed.len() == 1 { "differs" } else { "differ" };
            let message = format!("{} {differ} from the commit", Counted(changed.len(), "tracked file"));
            let places = changed.iter().take(5).map(|path| Place::file(path, "changed"));
            Judgement::Found(vec![places.fold(Found::new(Verdict::Note, message), Found::at)])
        }
    }
}

/// Whether a package is there to serve. `hyper` and `tonic` are as often in a client.
fn serves(package: &str) -> bool {
    super::facts::SERVERS.contains(&package) && !matches!(package, "hyper" | "tonic")
}

/// Whether a package's name says that it is no service: what tests or asks one often embeds a small server.
fn is_tool(name: &str) -> bool {
    ["cli", "stress", "bench", "test", "mock", "client", "example"].iter().any(|word| name.contains(word))
}

fn several(facts: &Facts) -> Judgement {
    let serving: Vec<&str> = facts
        .members
        .iter()
        .filter(|one| !one.bins.is_empty() && !is_tool(&one.name))
        .filter(|one| one.compiled().any(|dependency| serves(&dependency.package)))
        .map(|one| one.name.as_str())
        .collect();
    if serving.len() < 2 {
        return Judgement::KEPT;
    }
    let message = format!("the workspace holds {} apps: {}", serving.len(), serving.join(", "));
    let manifest = beside(&facts.workspace, "Cargo.toml");
    Judgement::Found(vec![Found::new(Verdict::Note, message).at(Place::file(&manifest, "the workspace"))])
}
