//! What cargo says of the packages of the exported commit. The caller prepares the call: in the clean environment, on
//! the verified sources, frozen.

use super::manifest::joined;
use super::{Error, Manifests};
use cargo_metadata::{Metadata, MetadataCommand, Package, PackageId, TargetKind};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages of a commit, as cargo resolves them.
#[derive(Debug, Clone)]
pub struct Packages {
    metadata: Metadata,
}

impl Packages {
    /// Asks cargo. `command` is `cargo metadata` with all its arguments; `lockfile` is named where cargo would have to
    /// change it.
    ///
    /// # Errors
    /// Where the lockfile is stale, or cargo cannot read the packages.
    pub fn read(command: &mut Command, lockfile: &str) -> Result<Self, Error> {
        let program = PathBuf::from(command.get_program());
        let output = command.output().map_err(|cause| Error::NotStarted { program, cause })?;
        if !output.status.success() {
            return Err(refusal(&String::from_utf8_lossy(&output.stderr), lockfile));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let metadata = MetadataCommand::parse(text).map_err(|cause| Error::Metadata { said: cause.to_string() })?;
        Ok(Self { metadata })
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Package> {
        self.metadata.packages.iter()
    }

    /// The package of an id.
    #[must_use]
    pub fn by_id(&self, id: &PackageId) -> Option<&Package> {
        self.metadata.packages.iter().find(|package| package.id == *id)
    }

    /// The member of the workspace whose manifest this is.
    #[must_use]
    pub fn member(&self, manifest: &Path) -> Option<&Package> {
        self.metadata.workspace_packages().into_iter().find(|package| package.manifest_path == manifest)
    }

    /// The folders of the workspace's members.
    #[must_use]
    pub fn member_folders(&self) -> Vec<PathBuf> {
        let members = self.metadata.workspace_packages();
        members.iter().filter_map(|member| member.manifest_path.parent()).map(PathBuf::from).collect()
    }

    /// The root folder of the workspace.
    #[must_use]
    pub fn workspace_root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The packages that each package depends on, as cargo resolved it.
    pub fn dependencies(&self, id: &PackageId) -> impl Iterator<Item = &PackageId> {
        let nodes = self.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        nodes.filter(move |node| node.id == *id).flat_map(|node| &node.dependencies)
    }
}

/// The names of a package's programs.
#[must_use]
pub fn bin_names(package: &Package) -> Vec<String> {
    let bins = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Bin));
    bins.map(|target| target.name.clone()).collect()
}

/// Why cargo refuses, told from what it said.
///
/// Every package of the lockfile lies in the verified sources, so a package that cargo does not find, or would have
/// to add, is one that the lockfile does not have.
#[must_use]
pub fn refusal(said: &str, lockfile: &str) -> Error {
    let stale = [
        "needs to be updated but",
        "cannot update the lock file",
        "cannot create the lock file",
        "no matching package",
        "failed to select a version",
    ];
    let said = said.trim().trim_start_matches("error: ").to_owned();
    if stale.iter().any(|sign| said.contains(sign)) {
        // The rest explains cargo's own offline mode, which the user never asked for.
        let said = said.lines().next().unwrap_or_default().to_owned();
        return Error::LockStale { path: lockfile.to_owned(), said };
    }
    Error::Metadata { said }
}

/// The first dependency of the commit that names a path outside the repository.
#[must_use]
pub fn path_outside(manifests: &Manifests) -> Option<Error> {
    manifests.readable().find_map(|manifest| {
        let outside = manifest.dependency_paths().into_iter().find(|path| joined(&manifest.folder, path).is_none())?;
        Some(Error::PathOutside { manifest: manifest.path(), path: outside.to_owned() })
    })
}
