//! The difference between two releases, as people read it: a line a thing, with what became of it in front.

use crate::artifact::NamedCommit;
use crate::release::{BuildDifference, Change, Changes, Difference};
use crate::report::{Size, Table};

/// How many commits are named on each side; `git log` has the rest.
const NAMED: usize = 30;

pub(super) fn page(difference: &Difference) -> String {
    let mut table = Table::without_heading();
    let mut fact = |sign: &str, what: &str, value: String| table.row([sign.to_owned(), what.to_owned(), value]);
    fact(" ", "release", arrow(&difference.releases));
    fact(" ", "version", arrow(&difference.versions));
    let history = difference.history.as_ref();
    fact(
        " ",
        "commit",
        history.map_or_else(
            || arrow(&difference.commits),
            |history| format!("{} -> {}", named(&history.from), named(&history.to)),
        ),
    );
    if let Some(history) = history {
        commits(&mut fact, "+", &history.added);
        commits(&mut fact, "-", &history.removed);
    }
    list(&mut fact, "target", &difference.targets, Clone::clone);
    for build in &difference.builds {
        of_build(&mut fact, build);
    }
    table.to_string()
}

fn commits(fact: &mut impl FnMut(&str, &str, String), sign: &str, all: &[NamedCommit]) {
    all.iter().take(NAMED).for_each(|commit| fact(sign, "commit", named(commit)));
    if let Some(more) = all.len().checked_sub(NAMED + 1) {
        fact(sign, "commit", format!("... and {} more", more + 1));
    }
}

/// A commit by as much of its id as tells it, and its subject.
fn named(commit: &NamedCommit) -> String {
    format!("{} {}", commit.id.get(..12).unwrap_or(&commit.id), commit.subject)
}

fn of_build(fact: &mut impl FnMut(&str, &str, String), build: &BuildDifference) {
    fact(" ", "build", format!("{}, packed {}", build.target, sizes(&build.packed_bytes)));
    if let Some(compiler) = &build.compiler {
        fact("~", "compiler", arrow(compiler));
    }
    list(fact, "crate", &build.packages, |package| match package.features.as_slice() {
        [] => format!("{} {}", package.name, package.version),
        features => format!("{} {} [{}]", package.name, package.version, features.join(" ")),
    });
    list(fact, "library", &build.system_libraries, Clone::clone);
    if let Some(glibc) = &build.glibc {
        let name = |version: &Option<String>| version.clone().unwrap_or_else(|| "none".to_owned());
        fact("~", "glibc", format!("{} -> {}", name(&glibc.from), name(&glibc.to)));
    }
    list(fact, "file", &build.files, |file| format!("{} ({})", file.path, Size(file.size)));
    list(fact, "process", &build.processes, |process| format!("{}: {}", process.name, process.command));
    list(fact, "variable", &build.variables, |variable| variable.name.clone());
}

fn list<T>(fact: &mut impl FnMut(&str, &str, String), what: &str, changes: &Changes<T>, name: impl Fn(&T) -> String) {
    changes.added.iter().for_each(|thing| fact("+", what, name(thing)));
    changes.removed.iter().for_each(|thing| fact("-", what, name(thing)));
    for change in &changes.changed {
        let (from, to) = (name(&change.from), name(&change.to));
        fact("~", what, if from == to { to } else { format!("{from} -> {to}") });
    }
}

fn arrow<T: ToString>(change: &Change<T>) -> String {
    format!("{} -> {}", change.from.to_string(), change.to.to_string())
}

fn sizes(change: &Change<u64>) -> String {
    format!("{} -> {}", Size(change.from), Size(change.to))
}
