//! Which package is meant. Decided from the commit alone, in this order: the one that was typed, the one that
//! twelve.toml names, the one beside the manifest at hand, the only one of a workspace that could be meant.

use super::manifest::{beside, self_and_above, standing_manifest};
use super::{Error, Manifest, Manifests, Repository, Snapshot};
use crate::app::Sources;
use std::path::Path;

/// The package that is meant, by the commit's own files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
    /// Its folder from the repository's root; empty for the root itself.
    pub folder: String,
    /// The folder of its workspace, where Cargo.lock stands.
    pub workspace: String,
    /// The folder of its declaration: where twelve.toml stands, or would.
    pub declaration: String,
}

/// Chooses the package that is meant in a folder of the repository.
///
/// # Errors
/// Where none or several could be meant, or a manifest is malformed.
pub fn choose(
    repository: &Repository,
    snapshot: &Snapshot,
    folder: &str,
    asked: Option<&str>,
) -> Result<ChosenPackage, Error> {
    let manifests = Manifests::of(repository, snapshot)?;
    let here = manifests.nearest(folder).map_err(|error| or_nothing(error, &repository.root().join(folder)))?;
    let declared = declared_package(repository, snapshot, here)?;
    let chosen = match asked.or(declared.as_deref()) {
        Some(name) => named(&manifests, snapshot, here, name)?,
        None if here.package().is_some() => here,
        None => only_candidate(&manifests, snapshot, here)?,
    };
    let name = chosen.package().unwrap_or_default().to_owned();
    if !chosen.has_bin(snapshot) {
        let root = manifests.workspace_root(chosen)?;
        let with_bins = names(manifests.members(root).filter(|manifest| manifest.has_bin(snapshot)));
        return Err(Error::NoBin { package: name, with_bins });
    }
    let root = manifests.workspace_root(chosen)?;
    let version = chosen.version(root).ok_or_else(|| Error::BadManifest {
        path: chosen.path(),
        rule: "`package.version` is no version".to_owned(),
    })?;
    // The declaration at hand speaks for another package only where it names that package.
    let own = snapshot.file(&beside(&chosen.folder, "twelve.toml")).is_some();
    let speaks = !own && declared.as_deref() == Some(name.as_str());
    let declaration = if speaks { here.folder.clone() } else { chosen.folder.clone() };
    Ok(ChosenPackage { name, version, folder: chosen.folder.clone(), workspace: root.folder.clone(), declaration })
}

/// A commit that lacks a manifest says so where one stands beside it; where none does, nothing was forgotten to commit.
fn or_nothing(error: Error, folder: &Path) -> Error {
    match error {
        Error::NoManifest { .. } if standing_manifest(folder).is_none() => {
            Error::NothingAtHand { folder: folder.to_path_buf() }
        }
        other => other,
    }
}

/// The package that twelve.toml beside a manifest names. A malformed one is reported when it is read for good.
fn declared_package(
    repository: &Repository,
    snapshot: &Snapshot,
    manifest: &Manifest,
) -> Result<Option<String>, Error> {
    let twelve_toml = repository.text(snapshot, &beside(&manifest.folder, "twelve.toml"))?;
    let declaration = Sources { twelve_toml, procfile: None }.declaration("app");
    Ok(declaration.ok().and_then(|declaration| declaration.build.package))
}

fn named<'a>(
    manifests: &'a Manifests,
    snapshot: &Snapshot,
    here: &'a Manifest,
    name: &str,
) -> Result<&'a Manifest, Error> {
    let all: Vec<_> = manifests.readable().filter(|manifest| manifest.package() == Some(name)).collect();
    // A name can occur twice in a repository, in two workspaces or among fixtures: the nearest is meant.
    let root = manifests.workspace_root(here)?;
    let nearest = |manifest: &&&Manifest| {
        let above = |folder: &str| self_and_above(&manifest.folder).any(|one| one == folder);
        (!above(&here.folder), !above(&root.folder), manifest.folder.len())
    };
    all.iter().min_by_key(nearest).copied().ok_or_else(|| Error::NoPackage {
        package: name.to_owned(),
        known: names(manifests.readable().filter(|manifest| manifest.has_bin(snapshot))),
    })
}

fn only_candidate<'a>(
    manifests: &'a Manifests,
    snapshot: &Snapshot,
    here: &'a Manifest,
) -> Result<&'a Manifest, Error> {
    let candidates: Vec<_> = manifests.members(here).filter(|manifest| manifest.has_bin(snapshot)).collect();
    let declares = |manifest: &&&Manifest| snapshot.file(&beside(&manifest.folder, "twelve.toml")).is_some();
    let declaring: Vec<_> = candidates.iter().filter(declares).copied().collect();
    match (candidates.as_slice(), declaring.as_slice()) {
        ([only], _) | (_, [only]) => Ok(only),
        ([], _) => Err(Error::NoBin { package: here.path(), with_bins: Vec::new() }),
        _ => Err(Error::SeveralPackages { packages: names(candidates.into_iter()) }),
    }
}

fn names<'a>(manifests: impl Iterator<Item = &'a Manifest>) -> Vec<String> {
    let mut names: Vec<String> = manifests.filter_map(|manifest| manifest.package().map(str::to_owned)).collect();
    names.sort_unstable();
    names
}
