//! `cargo twelve show R`: one release and what is in it.

use super::ExitCode;
use super::options::Format;
use super::releases::Listed;
use super::surroundings::Surroundings;
use crate::artifact::{BuildManifest, ReleaseRecord, ReleaseRef, UtcTime};
use crate::release::{Described, provenance};
use crate::report::{Audience, Size, Table, data};
use crate::store::Pruned;
use clap::Args;
use serde::Serialize;

/// Show one release: where it is from and what is in it
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve show v42")]
pub(crate) struct Arguments {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    release: Listed<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pruned_at: Option<UtcTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pruned_by: Option<&'a str>,
    builds: &'a [BuildManifest],
}

/// Shows it.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let record = store.find(&arguments.release, surroundings.app_at_hand()?.as_ref())?;
    let manifests = record.builds.iter().map(|build| store.manifest(&record.app, build));
    let manifests: Vec<BuildManifest> = manifests.collect::<Result<_, _>>()?;
    if surroundings.options.format == Format::Slsa {
        data::document(&provenance(Described { record: &record, manifests: &manifests }))?;
        return Ok(ExitCode::Done);
    }
    let pruned = store.pruned(&record.app, record.release)?;
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&Document {
            format: 1,
            release: Listed { record: &record, pruned: pruned.is_some() },
            pruned_at: pruned.as_ref().map(|pruned| pruned.at),
            pruned_by: pruned.as_ref().map(|pruned| pruned.by.as_str()),
            builds: &manifests,
        })?,
        Audience::Human => data::text(&page(&record, pruned.as_ref(), &manifests))?,
    }
    Ok(ExitCode::Done)
}

fn page(record: &ReleaseRecord, pruned: Option<&Pruned>, manifests: &[BuildManifest]) -> String {
    let mut facts = Table::without_heading();
    let mut fact = |name: &str, value: String| facts.row([name.to_owned(), value]);
    fact("release", format!("{} {}", record.app, record.release));
    fact("version", record.version.to_string());
    fact("commit", record.commit.clone());
    if let Some(branch) = &record.branch {
        fact("branch", branch.clone());
    }
    if let Some(remote) = &record.remote {
        fact("remote", remote.clone());
    }
    fact("created", format!("{} by {}", record.created, record.created_by));
    if let Some(message) = &record.message {
        fact("message", message.clone());
    }
    if let Some(pruned) = pruned {
        fact("pruned", format!("{} by {}: the builds are gone", pruned.at, pruned.by));
    }
    for (build, manifest) in record.builds.iter().zip(manifests) {
        let compiled = manifest.lockfile.packages.iter().filter(|package| package.compiled).count();
        let bytes = manifest.files.iter().map(|file| file.size).sum();
        fact("build", format!("{} for {}", build.id, build.target));
        fact("  packed", Size(build.gz_size).to_string());
        fact("  files", format!("{}, {}", manifest.files.len() + 1, Size(bytes)));
        fact("  packages", format!("{compiled} compiled of {} locked", manifest.lockfile.packages.len()));
        fact("  compiler", manifest.toolchain.rustc.first().cloned().unwrap_or_default());
        fact("  needs", needs(manifest));
        for process in &manifest.declaration.processes {
            fact("  process", format!("{}: {}", process.name, process.command));
        }
        for admin in &manifest.declaration.admin {
            fact("  admin", format!("{}: {}", admin.name, admin.command));
        }
    }
    facts.to_string()
}

fn needs(manifest: &BuildManifest) -> String {
    let glibc = manifest.system.glibc.as_ref().map(|version| format!("glibc {version}"));
    let all: Vec<String> = glibc.into_iter().chain(manifest.system.needed.iter().cloned()).collect();
    if all.is_empty() { "nothing of the system".to_owned() } else { all.join(", ") }
}
