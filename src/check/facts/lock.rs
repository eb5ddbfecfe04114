//! Cargo.lock, compared with the manifests by hand: a stale lock shows without asking cargo, which would need every
//! package and the pinned toolchain to be at hand.

use super::package::Kind;
use super::{Dependency, Package};
use crate::codebase::{WorkTree, beside};
use semver::{Version, VersionReq};

/// The lockfile of the service's workspace.
#[derive(Debug)]
pub(in crate::check) struct Lock {
    /// Where it stands, or would.
    pub(in crate::check) path: String,
    pub(in crate::check) state: LockState,
}

#[derive(Debug)]
pub(in crate::check) enum LockState {
    Missing,
    Untracked { ignored: bool },
    Unreadable(String),
    Locked(Vec<cargo_lock::Package>),
}

impl Lock {
    pub(super) fn read(tree: &WorkTree, workspace: &str) -> Self {
        let path = beside(workspace, "Cargo.lock");
        let state = match tree.text(&path) {
            _ if !tree.stands(&path) => LockState::Missing,
            _ if !tree.has(&path) => LockState::Untracked { ignored: tree.ignores(&path) },
            None => LockState::Unreadable("it is not UTF-8".to_owned()),
            Some(text) => match text.parse::<cargo_lock::Lockfile>() {
                Ok(lock) => LockState::Locked(lock.packages),
                Err(cause) => LockState::Unreadable(cause.to_string()),
            },
        };
        Self { path, state }
    }

    /// What a package asks for and the lock does not lock, each as a fragment. Of a package beside the workspace cargo
    /// locks neither what only its tests need nor what is optional.
    pub(in crate::check) fn lacks(&self, package: &Package, is_member: bool) -> Vec<String> {
        let LockState::Locked(locked) = &self.state else { return Vec::new() };
        let named = |name: &str| locked.iter().filter(|one| one.name.as_str() == name).collect::<Vec<_>>();
        let Some(own) = named(&package.name).into_iter().find(|one| one.source.is_none()) else {
            return vec![format!("the package `{}` is not in it", package.name)];
        };
        let mut lacking = Vec::new();
        if let Some(version) = package.version.as_deref().and_then(|version| version.parse::<Version>().ok())
            && version != own.version
        {
            lacking.push(format!("`{}` is {version} in its manifest and {} in the lock", package.name, own.version));
        }
        for dependency in package.dependencies.iter().filter(|one| is_member || one.kind != Kind::Test && !one.optional)
        {
            let listed = own.dependencies.iter().any(|one| one.name.as_str() == dependency.package);
            let candidates = named(&dependency.package);
            if !listed || candidates.is_empty() {
                lacking.push(format!("`{}` asks for `{}`", package.name, dependency.package));
            } else if let Some(requirement) = requirement(dependency)
                && !candidates.iter().any(|one| requirement.matches(&one.version))
            {
                lacking.push(format!("`{}` asks for `{} {requirement}`", package.name, dependency.package));
            }
        }
        lacking
    }
}

/// The requirement on a package of a registry. A path or a git dependency is whatever stands there.
fn requirement(dependency: &Dependency) -> Option<VersionReq> {
    if dependency.git.is_some() || dependency.folder.is_some() {
        return None;
    }
    dependency.requirement.as_deref()?.parse().ok()
}
