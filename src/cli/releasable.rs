//! What can become a release: the builds of one commit, in the store, and the repository that has the commit.

use super::build_options::BuildOptions;
use super::built::{Built, Compile, built};
use super::surroundings::Surroundings;
use crate::app::AppName;
use crate::artifact::ReleasedBuild;
use crate::build::{self, plan};
use crate::codebase::{Commit, Repository};
use crate::release::{Direction, Joinable, TarballsAtHand, refuse_older};
use crate::report::{Event, ReleaseEvent};
use crate::store::Store;
use anyhow::Context;
use std::path::PathBuf;

/// Builds of one commit.
pub(crate) struct Releasable {
    /// The app.
    pub(crate) app: AppName,
    /// The package's version.
    pub(crate) version: semver::Version,
    /// The repository.
    pub(crate) repository: Repository,
    /// The commit.
    pub(crate) commit: Commit,
    /// The root commits that it descends from.
    pub(crate) roots: Vec<String>,
    /// The builds, in the store.
    pub(crate) builds: Vec<ReleasedBuild>,
    /// The tarballs of those that were made or verified here.
    pub(crate) at_hand: TarballsAtHand,
    /// Where portable files go.
    pub(crate) portable: PathBuf,
}

impl Releasable {
    /// Makes the builds of a commit that the store does not hold. A commit that `direction` forbids is not compiled.
    pub(crate) fn compiled(
        options: &BuildOptions,
        store: &Store,
        direction: Direction,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Self> {
        let plan = plan(&options.request(surroundings), &surroundings.outside(), &surroundings.reporter)?;
        let roots = plan.repository.roots(&plan.commit)?;
        // Asked before minutes are spent on compiling, and once more when the number is taken.
        store.refuse_other_codebase(&plan.declaration.app, &roots)?;
        let built = built(&plan, Compile::Missing, store, surroundings, || {
            let is_ancestor = |newest: &str| plan.repository.is_ancestor(&plan.commit, newest).unwrap_or(false);
            Ok(refuse_older(store, &plan.declaration.app, &plan.commit.id(), direction, is_ancestor)?)
        })?;
        let version = built.first().map(|one| one.version.clone()).context("the plan has no target")?;
        let (mut builds, mut at_hand) = (Vec::new(), TarballsAtHand::default());
        for Built { build, bundle, .. } in built {
            if let Some(bundle) = bundle {
                at_hand.add(build.gz_sha256, bundle);
            }
            builds.push(build);
        }
        let build::Plan { repository, commit, declaration, portable, .. } = plan;
        Ok(Self { app: declaration.app, version, repository, commit, roots, builds, at_hand, portable })
    }

    /// Joins builds that were made elsewhere. Nothing is compiled; the repository says where their commit stands.
    pub(crate) fn joined(
        files: &[PathBuf],
        options: &BuildOptions,
        store: &Store,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Self> {
        let repository = Repository::discover(&options.request(surroundings).folder)?;
        let portable = surroundings.outside().target_folder(repository.root()).join("twelve");
        let files: Vec<PathBuf> = files.iter().map(|file| surroundings.resolve(file)).collect();
        let joinable = Joinable::read(&files, &portable)?;
        let first = joinable.manifests().next().context("no file was named")?;
        let (app, version) = (first.app.clone(), first.version.clone());
        let commit = repository.recorded_commit(&first.commit)?;
        let roots = repository.roots(&commit)?;
        store.refuse_other_codebase(&app, &roots)?;
        let (mut builds, mut at_hand) = (Vec::new(), TarballsAtHand::default());
        for (build, file, copy) in joinable.keep(store)? {
            let (id, target, file) = (build.id.to_string(), build.target.clone(), file.display().to_string());
            surroundings.reporter.tell(&Event::Release(ReleaseEvent::Joined { build: id, target, file }));
            at_hand.add(build.gz_sha256, copy);
            builds.push(build);
        }
        Ok(Self { app, version, repository, commit, roots, builds, at_hand, portable })
    }
}
