//! Sources that the commit vendors. The registry's verified bytes are compiled in their place; so that nobody is
//! surprised, every committed file of a locked package must be the registry's.

use super::Error;
use super::vendor::{holds, package_folder};
use super::work_folder::WorkFolder;
use crate::artifact::Digest;
use crate::codebase::{LockfilePackage, Repository, Snapshot};
use std::path::PathBuf;

/// The folders of vendored sources in a commit.
#[derive(Debug)]
pub(super) struct Vendored<'a> {
    pub(super) repository: &'a Repository,
    pub(super) snapshot: &'a Snapshot,
    /// The folders, from the repository's root.
    pub(super) folders: Vec<String>,
}

impl Vendored<'_> {
    /// Compares every committed file of a locked package with the verified one.
    pub(super) fn verify(&self, packages: &[(&LockfilePackage, Digest)], work: &WorkFolder) -> Result<(), Error> {
        for folder in &self.folders {
            for (package, _) in packages {
                // `cargo vendor` names a folder after the package, and adds the version where there are several.
                let places = [format!("{folder}/{}/", package.stem()), format!("{folder}/{}/", package.name)];
                for place in places {
                    self.verify_folder(&place, package, work)?;
                }
            }
        }
        Ok(())
    }

    fn verify_folder(&self, place: &str, package: &LockfilePackage, work: &WorkFolder) -> Result<(), Error> {
        let manifest = self.repository.text(self.snapshot, &format!("{place}Cargo.toml"))?;
        let version = manifest.and_then(|text| {
            let table = text.parse::<toml::Table>().ok()?;
            table.get("package")?.get("version")?.as_str().map(str::to_owned)
        });
        if version.as_deref() != Some(package.version.to_string().as_str()) {
            return Ok(());
        }
        let verified = work.cargo_home().join(package_folder(package));
        for file in self.snapshot.files().filter(|file| file.path.starts_with(place)) {
            let below = &file.path[place.len()..];
            if below == ".cargo-checksum.json" {
                continue;
            }
            if !holds(&verified.join(below), &self.repository.content(file)?) {
                return Err(Error::WrongVendored { package: package.stem(), path: PathBuf::from(&file.path) });
            }
        }
        Ok(())
    }
}
