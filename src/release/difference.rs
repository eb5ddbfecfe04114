//! The difference between two releases, as their records and manifests tell it: what a reader wants to know before a
//! deploy or a rollback.

use crate::app::{Declaration, ProcessType};
use crate::artifact::{BuildManifest, LockedPackage, NamedCommit, ReleaseId, ReleaseRecord, TreeFile};
use crate::config::Variable;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is other in a later release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The releases.
    pub releases: Change<ReleaseId>,
    /// The package's versions.
    pub versions: Change<String>,
    /// The commits.
    pub commits: Change<String>,
    /// What lies between the commits, where a repository at hand has both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// Targets that only one of them has.
    pub targets: Changes<String>,
    /// A target that both have each.
    pub builds: Vec<BuildDifference>,
}

/// What lies between two commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// The commit of the first release.
    pub from: NamedCommit,
    /// The commit of the second.
    pub to: NamedCommit,
    /// What the second has and the first has not, newest first.
    pub added: Vec<NamedCommit>,
    /// What the first has and the second has not, newest first.
    pub removed: Vec<NamedCommit>,
}

/// What is other in the build for one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildDifference {
    /// The target triple.
    pub target: String,
    /// The packages that were compiled: `name version`, with their features.
    pub packages: Changes<Package>,
    /// The compiler, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compiler: Option<Change<String>>,
    /// The shared libraries that are needed.
    pub system_libraries: Changes<String>,
    /// The highest GLIBC version that is needed, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glibc: Option<Change<Option<String>>>,
    /// The files.
    pub files: Changes<TreeFile>,
    /// The process types.
    pub processes: Changes<ProcessType>,
    /// The declared config variables.
    pub variables: Changes<Variable>,
    /// The size of the tarballs in bytes.
    pub packed_bytes: Change<u64>,
}

/// A compiled package, as far as it differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
    /// The features that it was compiled with.
    pub features: Vec<String>,
}

/// One thing before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    /// In the first release.
    pub from: T,
    /// In the second.
    pub to: T,
}

/// Many things before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes<T> {
    /// Only in the second.
    pub added: Vec<T>,
    /// Only in the first.
    pub removed: Vec<T>,
    /// In both, and not alike.
    pub changed: Vec<Change<T>>,
}

impl<T: Clone + PartialEq> Changes<T> {
    /// The changes between two lists whose things are known by a key. Things of one key are matched in order.
    pub fn between<K: Ord>(from: &[T], to: &[T], key: impl Fn(&T) -> K) -> Self {
        let mut before: BTreeMap<K, Vec<&T>> = BTreeMap::new();
        for thing in from {
            before.entry(key(thing)).or_default().push(thing);
        }
        let mut changes = Self { added: Vec::new(), removed: Vec::new(), changed: Vec::new() };
        let mut unmatched = Vec::new();
        // What is equal is matched first, so that two versions of a crate do not seem to have changed places.
        for thing in to {
            match before
                .get_mut(&key(thing))
                .and_then(|same| same.iter().position(|one| *one == thing).map(|at| same.remove(at)))
            {
                Some(_) => {}
                None => unmatched.push(thing),
            }
        }
        for thing in unmatched {
            match before.get_mut(&key(thing)).filter(|same| !same.is_empty()) {
                Some(same) => changes.changed.push(Change { from: same.remove(0).clone(), to: thing.clone() }),
                None => changes.added.push(thing.clone()),
            }
        }
        changes.removed = before.into_values().flatten().cloned().collect();
        changes
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// A release with the manifests of its builds, in the order of its record.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    /// Its record.
    pub record: &'a ReleaseRecord,
    /// The manifests of its builds.
    pub manifests: &'a [BuildManifest],
}

impl Difference {
    /// The difference between two releases.
    #[must_use]
    pub fn between(from: Described<'_>, to: Described<'_>) -> Self {
        let targets =
            |one: Described<'_>| one.record.builds.iter().map(|build| build.target.clone()).collect::<Vec<_>>();
        let builds = from.record.builds.iter().zip(from.manifests).filter_map(|(build, manifest)| {
            let at = to.record.builds.iter().position(|other| other.target == build.target)?;
            let (later_build, later) = (&to.record.builds[at], to.manifests.get(at)?);
            Some(BuildDifference::between(manifest, later, Change { from: build.gz_size, to: later_build.gz_size }))
        });
        Self {
            releases: Change { from: from.record.release, to: to.record.release },
            versions: Change { from: from.record.version.to_string(), to: to.record.version.to_string() },
            commits: Change { from: from.record.commit.clone(), to: to.record.commit.clone() },
            history: None,
            targets: Changes::between(&targets(from), &targets(to), Clone::clone),
            builds: builds.collect(),
        }
    }
}

impl BuildDifference {
    fn between(from: &BuildManifest, to: &BuildManifest, packed_bytes: Change<u64>) -> Self {
        let other = |from: &Option<String>, to: &Option<String>| {
            (from != to).then(|| Change { from: from.clone(), to: to.clone() })
        };
        let compiler = |manifest: &BuildManifest| manifest.toolchain.rustc.first().cloned().unwrap_or_default();
        Self {
            target: to.target.clone(),
            packages: Changes::between(&packages(from), &packages(to), |package| package.name.clone()),
            compiler: (compiler(from) != compiler(to)).then(|| Change { from: compiler(from), to: compiler(to) }),
            system_libraries: Changes::between(&from.system.needed, &to.system.needed, Clone::clone),
            glibc: other(&from.system.glibc, &to.system.glibc),
            files: Changes::between(&from.files, &to.files, |file| file.path.clone()),
            processes: Changes::between(&from.declaration.processes, &to.declaration.processes, |one| one.name.clone()),
            variables: Changes::between(variables(&from.declaration), variables(&to.declaration), |one| {
                one.name.clone()
            }),
            packed_bytes,
        }
    }
}

/// The packages that were compiled and come from elsewhere: what is in the binary, not what could have been.
fn packages(manifest: &BuildManifest) -> Vec<Package> {
    let compiled = manifest.lockfile.packages.iter().filter(|package| package.compiled && package.source.is_some());
    compiled
        .map(|LockedPackage { name, version, features, .. }| Package {
            name: name.clone(),
            version: version.clone(),
            features: features.clone(),
        })
        .collect()
}

fn variables(declaration: &Declaration) -> &[Variable] {
    declaration.contract.as_ref().map_or(&[], |contract| &contract.variables)
}

#[cfg(test)]
mod tests {
    use super::Changes;

    #[test]
    fn two_versions_of_a_crate_do_not_change_places() {
        let from = [("syn", 1), ("syn", 2), ("old", 1)];
        let to = [("syn", 2), ("syn", 3), ("new", 1)];
        let changes = Changes::between(&from, &to, |(name, _)| *name);
        assert_eq!(changes.added, [("new", 1)]);
        assert_eq!(changes.removed, [("old", 1)]);
        assert_eq!(changes.changed.len(), 1);
        assert_eq!((changes.changed[0].from, changes.changed[0].to), (("syn", 1), ("syn", 3)));
        assert!(Changes::between(&from, &from, |(name, _)| *name).is_empty());
    }
}
