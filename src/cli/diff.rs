//! `cargo twelve diff A B`: what is other in a later release.

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::artifact::{BuildManifest, ReleaseRecord, ReleaseRef};
use crate::release::{BuildDifference, Change, Changes, Described, Difference};
use crate::report::{Audience, Size, Table, data};
use crate::store::Store;
use clap::Args;
use serde::Serialize;

/// Compare two releases: crates, features, libraries, files, process types, config variables
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
    let difference = Difference::between(
        Described { record: &from.0, manifests: &from.1 },
        Described { record: &to.0, manifests: &to.1 },
    );
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

fn page(difference: &Difference) -> String {
    let mut table = Table::without_heading();
    let mut fact = |sign: &str, what: &str, value: String| table.row([sign.to_owned(), what.to_owned(), value]);
    fact(" ", "release", arrow(&difference.releases));
    fact(" ", "version", arrow(&difference.versions));
    fact(" ", "commit", arrow(&difference.commits));
    list(&mut fact, "target", &difference.targets, Clone::clone);
    for build in &difference.builds {
        of_build(&mut fact, build);
    }
    table.to_string()
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
