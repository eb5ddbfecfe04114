//! What was compiled, joined to the lockfile: cargo's messages say which packages, as what, and with which features.
//! They come for every unit, also where nothing had to be compiled again.

use super::Error;
use super::places::Places;
use super::vendor::package_folder;
use crate::artifact::{LockedPackage, PackageKind};
use crate::codebase::cargo::{Artifact, BuildScript, Message, PackageId, TargetKind};
use crate::codebase::{Lockfile, Packages, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What cargo compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    artifacts: Vec<Artifact>,
    scripts: Vec<BuildScript>,
}

/// A program that was compiled.
#[derive(Debug)]
pub(super) struct Program {
    /// Its name.
    pub(super) name: String,
    /// Where it lies.
    pub(super) path: PathBuf,
}

#[derive(Default)]
struct Seen {
    kinds: BTreeSet<PackageKind>,
    features: BTreeSet<String>,
}

impl Compiled {
    /// Reads cargo's messages.
    pub(super) fn of(messages: Vec<Message>) -> Self {
        let mut compiled = Self { artifacts: Vec::new(), scripts: Vec::new() };
        for message in messages {
            match message {
                Message::CompilerArtifact(artifact) => compiled.artifacts.push(artifact),
                Message::BuildScriptExecuted(script) => compiled.scripts.push(script),
                _ => {}
            }
        }
        compiled
    }

    /// The programs of a package, sorted by name.
    pub(super) fn programs(&self, package: &PackageId, places: &Places) -> Vec<Program> {
        let of_package = self
            .artifacts
            .iter()
            .filter(|artifact| artifact.package_id == *package && artifact.target.kind.contains(&TargetKind::Bin));
        let mut programs: Vec<Program> = of_package
            .filter_map(|artifact| {
                let path = places.here(artifact.executable.as_ref()?.as_std_path());
                Some(Program { name: artifact.target.name.clone(), path })
            })
            .collect();
        programs.sort_by(|one, other| one.name.cmp(&other.name));
        programs
    }

    /// The OUT_DIR of a package's build script.
    pub(super) fn out_folder(&self, package: &PackageId, places: &Places) -> Option<PathBuf> {
        let script = self.scripts.iter().find(|script| script.package_id == *package)?;
        Some(places.here(script.out_dir.as_std_path()))
    }

    /// The packages whose build scripts asked for libraries, as they wrote them.
    pub(super) fn scripted(&self) -> impl Iterator<Item = (&PackageId, Vec<&str>)> {
        self.scripts.iter().map(|script| {
            let linked = script.linked_libs.iter().map(|linked| linked.as_str());
            (&script.package_id, linked.collect())
        })
    }

    /// What was made, with its package, as the compiler sees the path.
    pub(super) fn made(&self) -> impl Iterator<Item = (&PackageId, &Path)> {
        self.artifacts
            .iter()
            .flat_map(|artifact| artifact.filenames.iter().map(move |file| (&artifact.package_id, file.as_std_path())))
    }

    /// The packages of which something was compiled.
    pub(super) fn packages(&self) -> impl Iterator<Item = &PackageId> {
        let ids: BTreeSet<&PackageId> = self.artifacts.iter().map(|artifact| &artifact.package_id).collect();
        ids.into_iter()
    }

    /// The lockfile's packages, as far as they were compiled.
    ///
    /// # Errors
    /// Where something was compiled that is not in the lockfile, or not from where its verified source stands.
    pub(super) fn joined(
        &self,
        lockfile: &Lockfile,
        packages: &Packages,
        places: &Places,
    ) -> Result<Vec<LockedPackage>, Error> {
        let mut seen: BTreeMap<usize, Seen> = BTreeMap::new();
        let host = places.target.join("release");
        for artifact in &self.artifacts {
            let package = packages.by_id(&artifact.package_id);
            let source = package.and_then(|package| package.source.as_ref()).map(|source| source.repr.as_str());
            let unverified =
                |path: &Path| Error::Unverified { package: artifact.package_id.repr.clone(), path: path.to_path_buf() };
            let manifest = artifact.manifest_path.as_std_path();
            let index = package.and_then(|package| {
                lockfile.packages.iter().position(|locked| {
                    locked.name == package.name.as_str()
                        && locked.version == package.version
                        && locked.same_source(source)
                })
            });
            let index = index.ok_or_else(|| unverified(manifest))?;
            let place = match lockfile.packages[index].place {
                Place::Path => places.source.clone(),
                Place::Registry { .. } => places.cargo_home.join(package_folder(&lockfile.packages[index])),
                Place::Git { .. } => places.cargo_home.join("git/checkouts"),
            };
            if !manifest.starts_with(&place) {
                return Err(unverified(manifest));
            }
            let seen = seen.entry(index).or_default();
            seen.kinds.insert(kind(artifact, &host));
            seen.features.extend(artifact.features.iter().cloned());
        }
        let joined = lockfile.packages.iter().enumerate().map(|(index, locked)| {
            let seen = seen.remove(&index);
            LockedPackage {
                name: locked.name.clone(),
                version: locked.version.clone(),
                source: locked.source.clone(),
                checksum: match locked.place {
                    Place::Registry { checksum, .. } => Some(checksum),
                    _ => None,
                },
                compiled: seen.is_some(),
                kinds: seen.iter().flat_map(|seen| seen.kinds.iter().copied()).collect(),
                features: seen.into_iter().flat_map(|seen| seen.features).collect(),
            }
        });
        Ok(joined.collect())
    }
}

/// As what a unit was compiled. With `--target`, what is for the host lies in a folder of its own.
fn kind(artifact: &Artifact, host: &Path) -> PackageKind {
    if artifact.target.kind.contains(&TargetKind::ProcMacro) {
        PackageKind::ProcMacro
    } else if artifact.target.kind.contains(&TargetKind::CustomBuild)
        || artifact.filenames.iter().any(|file| file.starts_with(host))
    {
        PackageKind::Build
    } else {
        PackageKind::Normal
    }
}
