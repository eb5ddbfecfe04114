//! The working tree, compiled as its developer compiles it: with their own cargo, flags and target folder. `dev` runs
//! what comes out. It is no build: nothing is verified, packed or kept.

mod compilation;

pub use compilation::{Compilation, Compiled, Outcome, Progress};

use super::assets::glob_set;
use super::{Error, Outside};
use crate::codebase::cargo::Package;
use crate::codebase::{self, Packages, bin_names, standing_manifest};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package that is compiled, as cargo finds it in the working tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its Cargo.toml.
    pub manifest: PathBuf,
    /// The root folder of its workspace, canonical.
    pub workspace: PathBuf,
    /// Its programs.
    pub bins: Vec<String>,
}

impl WorkingPackage {
    /// The package that is meant where the user stands: the one that was asked for, the one in `folder`, or the only
    /// one of the workspace that has a program.
    ///
    /// # Errors
    /// Where cargo cannot read the manifests, or none or several packages could be meant.
    pub fn find(outside: &Outside, folder: &Path, asked: Option<&str>) -> Result<Self, Error> {
        if standing_manifest(folder).is_none() {
            return Err(codebase::Error::NothingAtHand { folder: folder.to_path_buf() }.into());
        }
        let mut command = Command::new(outside.cargo()?);
        command.env_clear().envs(&outside.environment).current_dir(folder);
        command.args(["metadata", "--no-deps", "--format-version", "1", "--color", "never"]);
        let packages = Packages::read(&mut command, "Cargo.lock")?;
        let package = match asked {
            Some(name) => packages.all().find(|package| package.name == name).ok_or_else(|| {
                codebase::Error::NoPackage { package: name.to_owned(), known: with_bins(packages.all()) }
            })?,
            None => match packages.member(&folder.join("Cargo.toml")) {
                Some(package) => package,
                None => only_candidate(&packages, folder)?,
            },
        };
        let workspace = packages.workspace_root();
        let bins = bin_names(package);
        if bins.is_empty() {
            let package = package.name.to_string();
            return Err(codebase::Error::NoBin { package, with_bins: with_bins(packages.all()) }.into());
        }
        Ok(Self {
            name: package.name.to_string(),
            version: package.version.to_string(),
            manifest: package.manifest_path.clone().into(),
            workspace: workspace.canonicalize().map_err(Error::machine(workspace, "read"))?,
            bins,
        })
    }
}

/// Whether a path below the declaration's folder is an asset.
///
/// # Errors
/// Where a glob is none.
pub fn is_asset(globs: &[String], path: &Path) -> Result<bool, Error> {
    Ok(!globs.is_empty() && glob_set(globs)?.is_match(path))
}

fn only_candidate<'a>(packages: &'a Packages, folder: &Path) -> Result<&'a Package, codebase::Error> {
    let candidates: Vec<&Package> = packages.all().filter(|package| !bin_names(package).is_empty()).collect();
    match candidates.as_slice() {
        [only] => Ok(only),
        [] => Err(codebase::Error::NoBin { package: folder.display().to_string(), with_bins: Vec::new() }),
        _ => Err(codebase::Error::SeveralPackages { packages: with_bins(packages.all()) }),
    }
}

fn with_bins<'a>(packages: impl Iterator<Item = &'a Package>) -> Vec<String> {
    packages.filter(|package| !bin_names(package).is_empty()).map(|package| package.name.to_string()).collect()
}
