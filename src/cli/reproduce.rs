//! `cargo twelve reproduce R`: is the release what its commit compiles to? The ledger names the commit, the repository
//! has it, and all of it is compiled again.

mod page;

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::artifact::{
    BuildManifest, ExpectedBuild, ReleaseRecord, ReleaseRef, ReleasedBuild, Toolchain, Unpacked, read_archive,
};
use crate::build::{Bundle, Plan, Request, Section, make, plan, sections};
use crate::codebase::{self, Repository};
use crate::release::{self, Changes, FieldChange, Reproduction};
use crate::report::{Audience, Event, Work, data};
use crate::store::Store;
use anyhow::Context;
use clap::Args;
use page::{Document, Reproduced, SectionChanges};
use std::path::{Path, PathBuf};

/// Rebuild a release from its commit, and compare
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve reproduce v42 --repository ~/src/shop")]
pub(crate) struct Arguments {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
    /// A clone that has the release's commit [default: the one at hand]
    #[arg(long, value_name = "PATH")]
    repository: Option<PathBuf>,
    /// Only the build for this target; may be given several times [default: all of the release]
    #[arg(long = "target", value_name = "TRIPLE")]
    targets: Vec<String>,
}

/// Rebuilds the release and says what differs.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (store, reporter) = (surroundings.store()?, &surroundings.reporter);
    let record = store.find(&arguments.release, surroundings.app_at_hand()?.as_ref())?;
    let released = arguments.chosen(&store, &record)?;
    let first = &released.first().context("a release names a build")?.1;
    let folder =
        arguments.repository.as_ref().map_or_else(|| surroundings.directory.clone(), |path| surroundings.resolve(path));
    clone_at(&folder)?.recorded_commit(&record.commit)?;
    let request = Request {
        folder,
        revision: Some(record.commit.clone()),
        package: Some(first.package.clone()),
        source_path: Some(first.toolchain.source_path),
        targets: released.iter().map(|(build, _)| build.target.clone()).collect(),
    };
    let outside = surroundings.outside();
    let mut plan = plan(&request, &outside, reporter)?;
    for event in likely_causes(&released, &plan)? {
        reporter.tell(&event);
    }
    let _work = plan.afresh()?;
    let bundles = make(&plan, &plan.builds.iter().collect::<Vec<_>>(), &outside, reporter)?;
    let compared = released.iter().zip(&bundles).map(|(released, made)| compared(&store, &record, released, made));
    let document = Document::of(&record, compared.collect::<anyhow::Result<_>>()?);
    match reporter.audience() {
        Audience::Json => data::document(&document)?,
        Audience::Human => data::text(&document.to_string())?,
    }
    Ok(if document.same { ExitCode::Done } else { ExitCode::Findings })
}

/// The clone that has the release's commit. Who stands in none has forgotten to go there, not to make one.
fn clone_at(folder: &Path) -> Result<Repository, codebase::Error> {
    Repository::discover(folder).map_err(|error| match error {
        codebase::Error::NoRepository { folder } | codebase::Error::NothingAtHand { folder } => {
            codebase::Error::NoClone { folder }
        }
        other => other,
    })
}

impl Arguments {
    /// The release's builds that are meant, with their manifests.
    fn chosen(&self, store: &Store, record: &ReleaseRecord) -> anyhow::Result<Vec<(ReleasedBuild, BuildManifest)>> {
        let meant: Vec<&ReleasedBuild> = match self.targets.as_slice() {
            [] => record.builds.iter().collect(),
            named => named
                .iter()
                .map(|target| record.build_for(target).ok_or_else(|| no_target(record, target)))
                .collect::<Result<_, _>>()?,
        };
        meant.into_iter().map(|build| Ok((build.clone(), store.manifest(&record.app, build)?))).collect()
    }
}

fn no_target(record: &ReleaseRecord, target: &str) -> release::Error {
    let known = record.builds.iter().map(|build| build.target.clone()).collect();
    release::Error::NoTarget { app: record.app.clone(), release: record.release, target: target.to_owned(), known }
}

/// What is other than it was before anything is compiled: where the build differs, this is most likely why.
fn likely_causes(released: &[(ReleasedBuild, BuildManifest)], plan: &Plan) -> anyhow::Result<Vec<Event>> {
    let mut found = Vec::new();
    for ((build, manifest), planned) in released.iter().zip(&plan.builds) {
        let (from, to): (&Toolchain, &Toolchain) = (&manifest.toolchain, planned.toolchain());
        for change in FieldChange::between(from, to)? {
            let [before, now] = change.sides();
            found.push(Event::warning(format!(
                "the build for {} was made with the {} {before}, and here it is {now}: this build may differ",
                build.target, change.field
            )));
        }
        if manifest.declaration != plan.declaration {
            found.push(Event::warning_with_hint(
                "the release was built with another twelve.toml than the one that is at hand in this folder",
                "work in the package's own folder, or name it with `--repository PATH`",
            ));
        }
    }
    Ok(found)
}

/// Holds a build against the one that was released; where it differs, both are unpacked and looked into.
fn compared(
    store: &Store,
    record: &ReleaseRecord,
    (build, manifest): &(ReleasedBuild, BuildManifest),
    made: &Bundle,
) -> anyhow::Result<Reproduced> {
    let reproduction = Reproduction::between((build.id, manifest), (made.packed.id, &made.manifest))?;
    let mut changed = Vec::new();
    if !reproduction.files.changed.is_empty() {
        let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
        let [before, after] = [folders[0].path(), folders[1].path()];
        let expected = ExpectedBuild { id: build.id, manifest_sha256: build.manifest_sha256 };
        let tarball = store.tarball(&record.app, build)?.verified(before)?;
        let progress = store.progress(&Work::Unpacking { bytes: build.gz_size });
        read_archive(progress.through(tarball), expected, Some(&Unpacked::at(before)?))?;
        drop(progress);
        let expected = ExpectedBuild { id: made.packed.id, manifest_sha256: made.packed.manifest_sha256 };
        let progress = store.progress(&Work::Unpacking { bytes: made.packed.gz_size });
        read_archive(progress.through(std::fs::File::open(made.tarball())?), expected, Some(&Unpacked::at(after)?))?;
        drop(progress);
        for file in &reproduction.files.changed {
            let path = file.from.path.as_str();
            if let (Some(from), Some(to)) = (sections_of(before, path)?, sections_of(after, path)?) {
                let sections = Changes::between(&from, &to, |section| section.name.clone());
                changed.push(SectionChanges { path: path.to_owned(), sections });
            }
        }
    }
    Ok(Reproduced { reproduction, sections: changed })
}

fn sections_of(root: &Path, path: &str) -> anyhow::Result<Option<Vec<Section>>> {
    let path = root.join(path);
    Ok(sections(&std::fs::read(&path).with_context(|| format!("`{}` cannot be read", path.display()))?))
}
