//! The manifests of a commit, read far enough to know which package is meant before anything is exported. What they
//! mean beyond that is cargo's own word: see `packages.rs`.

use super::{Error, Repository, Snapshot, WorkTree};
use globset::GlobBuilder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// One Cargo.toml of a commit.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Its folder from the repository's root; empty for the root itself.
    pub folder: String,
    table: Table,
}

/// Every Cargo.toml of a commit, by folder.
#[derive(Debug, Clone)]
pub struct Manifests {
    all: BTreeMap<String, Result<Manifest, String>>,
}

impl Manifest {
    /// The file, from the repository's root.
    #[must_use]
    pub fn path(&self) -> String {
        beside(&self.folder, "Cargo.toml")
    }

    /// The name of its package, where it has one.
    #[must_use]
    pub fn package(&self) -> Option<&str> {
        self.table.get("package")?.get("name")?.as_str()
    }

    /// All that it says.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    pub(super) fn workspace(&self) -> Option<&Value> {
        self.table.get("workspace")
    }

    /// The version of its package, which may stand in the workspace's manifest.
    pub(super) fn version(&self, root: &Self) -> Option<semver::Version> {
        let own = self.table.get("package")?.get("version");
        let version = match own {
            Some(Value::Table(_)) => root.workspace()?.get("package")?.get("version")?.as_str()?,
            // cargo: a package without a version has this one.
            None => "0.0.0",
            Some(text) => text.as_str()?,
        };
        version.parse().ok()
    }

    /// Whether its package has a program, by cargo's own rules of discovery.
    pub(super) fn has_bin(&self, snapshot: &Snapshot) -> bool {
        let Some(package) = self.table.get("package") else { return false };
        if self.table.get("bin").and_then(Value::as_array).is_some_and(|bins| !bins.is_empty()) {
            return true;
        }
        if package.get("autobins").and_then(Value::as_bool) == Some(false) {
            return false;
        }
        let (main, bins) = (beside(&self.folder, "src/main.rs"), beside(&self.folder, "src/bin/"));
        snapshot.files().any(|file| {
            let in_bins = file.path.strip_prefix(&bins);
            file.path == main
                || in_bins.is_some_and(|name| {
                    name.ends_with("/main.rs") && name.matches('/').count() == 1
                        || name.ends_with(".rs") && !name.contains('/')
                })
        })
    }

    /// Every path that a dependency of it names.
    pub(super) fn dependency_paths(&self) -> Vec<&str> {
        let mut found = Vec::new();
        collect_paths(&self.table, &mut found);
        found
    }
}

/// Collects `path` of every table below a table of dependencies, wherever that stands: of the package, a target, the
/// workspace, or a patch.
fn collect_paths<'a>(table: &'a Table, found: &mut Vec<&'a str>) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else { continue };
        if key.ends_with("dependencies") || key == "replace" {
            found.extend(inner.values().filter_map(|entry| entry.get("path")?.as_str()));
        } else if key == "patch" {
            let entries = inner.values().filter_map(Value::as_table).flat_map(Table::values);
            found.extend(entries.filter_map(|entry| entry.get("path")?.as_str()));
        } else if matches!(key.as_str(), "target" | "workspace") || inner.values().all(Value::is_table) {
            collect_paths(inner, found);
        }
    }
}

impl Manifests {
    /// Reads every Cargo.toml of a commit. One that is malformed matters only where it is meant.
    ///
    /// # Errors
    /// Where the commit cannot be read.
    pub fn of(repository: &Repository, snapshot: &Snapshot) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for file in snapshot.files() {
            let Some(folder) = folder_of(&file.path, "Cargo.toml") else { continue };
            let text = String::from_utf8(repository.content(file)?).map_err(|_| "it is not UTF-8".to_owned());
            all.insert(folder.to_owned(), read(folder, text));
        }
        Ok(Self { all })
    }

    /// Reads every Cargo.toml of a working tree.
    #[must_use]
    pub fn in_tree(tree: &WorkTree) -> Self {
        let all = tree.files().filter_map(|path| {
            let folder = folder_of(path, "Cargo.toml")?;
            let text = tree.text(path).ok_or_else(|| "it cannot be read as UTF-8".to_owned());
            Some((folder.to_owned(), read(folder, text)))
        });
        Self { all: all.collect() }
    }

    /// The manifest of a folder.
    ///
    /// # Errors
    /// Where it is there and malformed.
    pub fn at(&self, folder: &str) -> Result<Option<&Manifest>, Error> {
        match self.all.get(folder) {
            None => Ok(None),
            Some(Ok(manifest)) => Ok(Some(manifest)),
            Some(Err(rule)) => {
                Err(Error::BadManifest { path: beside(folder, "Cargo.toml"), rule: rule.trim().to_owned() })
            }
        }
    }

    /// The manifest of a folder or the nearest one above it.
    ///
    /// # Errors
    /// Where there is none, or it is malformed.
    pub fn nearest(&self, folder: &str) -> Result<&Manifest, Error> {
        for folder in self_and_above(folder) {
            if let Some(manifest) = self.at(folder)? {
                return Ok(manifest);
            }
        }
        Err(Error::NoManifest { folder: if folder.is_empty() { ".".to_owned() } else { folder.to_owned() } })
    }

    /// All that can be read.
    pub fn readable(&self) -> impl Iterator<Item = &Manifest> {
        self.all.values().filter_map(|manifest| manifest.as_ref().ok())
    }

    /// The manifest of the workspace that a manifest belongs to; its own where it belongs to none.
    ///
    /// # Errors
    /// Where the workspace's manifest is malformed.
    pub fn workspace_root<'a>(&'a self, manifest: &'a Manifest) -> Result<&'a Manifest, Error> {
        if manifest.workspace().is_some() {
            return Ok(manifest);
        }
        let named = manifest.table.get("package").and_then(|package| package.get("workspace")?.as_str());
        if let Some(folder) = named.and_then(|named| joined(&manifest.folder, named)) {
            return Ok(self.at(&folder)?.unwrap_or(manifest));
        }
        for folder in self_and_above(&manifest.folder).skip(1) {
            let Some(above) = self.at(folder)? else { continue };
            if above.workspace().is_some() {
                return Ok(if excludes(above, &manifest.folder) { manifest } else { above });
            }
        }
        Ok(manifest)
    }

    /// The packages that a workspace names as its members, its root package among them.
    pub fn members<'a>(&'a self, root: &'a Manifest) -> impl Iterator<Item = &'a Manifest> {
        let globs: Vec<_> = texts(root, "members")
            .filter_map(|member| GlobBuilder::new(&joined(&root.folder, member)?).literal_separator(true).build().ok())
            .map(|glob| glob.compile_matcher())
            .collect();
        self.readable().filter(move |manifest| {
            manifest.package().is_some()
                && (manifest.folder == root.folder
                    || globs.iter().any(|glob| glob.is_match(&manifest.folder)) && !excludes(root, &manifest.folder))
        })
    }
}

/// Whether a package that a member depends on by its path becomes a member by that: where the root is a workspace, lies
/// above it and does not exclude it.
#[must_use]
pub fn joins_workspace(root: &Manifest, folder: &str) -> bool {
    let below = root.folder.is_empty() || folder.starts_with(&format!("{}/", root.folder));
    root.table().contains_key("workspace") && below && !excludes(root, folder)
}

fn read(folder: &str, text: Result<String, String>) -> Result<Manifest, String> {
    let table = text?.parse::<Table>().map_err(|cause| cause.message().to_owned())?;
    Ok(Manifest { folder: folder.to_owned(), table })
}

fn excludes(root: &Manifest, folder: &str) -> bool {
    let excluded = |one: &str| {
        joined(&root.folder, one).is_some_and(|one| folder == one || folder.starts_with(&format!("{one}/")))
    };
    texts(root, "exclude").any(excluded)
        && !texts(root, "members").any(|member| joined(&root.folder, member).as_deref() == Some(folder))
}

fn texts<'a>(root: &'a Manifest, key: &str) -> impl Iterator<Item = &'a str> {
    let list = root.workspace().and_then(|workspace| workspace.get(key)?.as_array());
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// The path of a file in a folder of the repository.
#[must_use]
pub fn beside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The folder of a path, where its last component is `name`.
fn folder_of<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    path.strip_suffix(name)?.strip_suffix('/').or_else(|| (path == name).then_some(""))
}

/// A folder and those above it, innermost first, down to the empty one.
pub fn self_and_above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
    })
}

/// The manifest of a folder or the nearest one above it, as they stand on disk: whether any commit has it is not asked.
#[must_use]
pub fn standing_manifest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file())
}

/// A relative path from a folder of the repository, with `.` and `..` resolved; none where it leaves the repository.
#[must_use]
pub fn joined(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a relative path from a folder of the repository stays in it.
#[must_use]
pub fn inside(folder: &str, path: &str) -> bool {
    joined(folder, path).is_some()
}

#[cfg(test)]
mod tests {
    use super::{folder_of, joined, self_and_above};

    #[test]
    fn a_path_is_followed_within_the_repository_only() {
        assert_eq!(joined("crates/a", "../b").as_deref(), Some("crates/b"));
        assert_eq!(joined("", "./a//b/").as_deref(), Some("a/b"));
        assert_eq!(joined("a", "..").as_deref(), Some(""));
        assert_eq!(joined("a", "../.."), None);
        assert_eq!(joined("a", "/etc"), None);
    }

    #[test]
    fn folders_are_walked_upwards_to_the_root() {
        assert_eq!(self_and_above("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(folder_of("a/Cargo.toml", "Cargo.toml"), Some("a"));
        assert_eq!(folder_of("Cargo.toml", "Cargo.toml"), Some(""));
        assert_eq!(folder_of("a/NotCargo.toml", "Cargo.toml"), None);
    }
}
