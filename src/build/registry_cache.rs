//! The registry's cache in the user's CARGO_HOME: where a `.crate` may lie, and where cargo unpacked it. Nothing is
//! believed of either; the first is hashed, and the second only looked at, to say where it was tampered with.

use super::crate_file::CrateFile;
use super::vendor::holds;
use crate::artifact::Digest;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The user's cache of registry packages.
#[derive(Debug, Clone)]
pub(super) struct RegistryCache {
    home: PathBuf,
}

/// What the cache has of a package.
#[derive(Debug)]
pub(super) struct Cached {
    /// The bytes of a `.crate` with the locked checksum.
    pub(super) bytes: Option<Vec<u8>>,
    /// Files of that name with bytes that the lockfile does not name.
    pub(super) wrong: Vec<PathBuf>,
    /// The folders of registries that have a namesake.
    pub(super) of_namesakes: Vec<OsString>,
}

impl RegistryCache {
    /// The cache of a CARGO_HOME.
    pub(super) fn of(home: PathBuf) -> Self {
        Self { home }
    }

    /// Looks for a `.crate` by its name and its content. Two registries may have a package of one name and version; what
    /// the lockfile names of another (`namesakes`) is that one's and not wrong.
    pub(super) fn look_for(&self, stem: &str, checksum: &Digest, namesakes: &[Digest]) -> Cached {
        let mut cached = Cached { bytes: None, wrong: Vec::new(), of_namesakes: Vec::new() };
        for folder in self.folders("cache") {
            let path = folder.join(format!("{stem}.crate"));
            let Ok(bytes) = fs::read(&path) else { continue };
            let found = Digest::of(&bytes);
            if found == *checksum {
                cached.bytes.get_or_insert(bytes);
            } else if namesakes.contains(&found) {
                cached.of_namesakes.extend(folder.file_name().map(OsString::from));
            } else {
                cached.wrong.push(path);
            }
        }
        cached
    }

    /// The first file that differs in a folder that cargo unpacked the package into: what a plain `cargo build` would
    /// compile without a word. The registries of namesakes are left out.
    pub(super) fn tampered(&self, stem: &str, package: &CrateFile, of_namesakes: &[OsString]) -> Option<PathBuf> {
        let registries = self.folders("src").into_iter();
        let registries =
            registries.filter(|folder| !of_namesakes.iter().any(|name| folder.file_name() == Some(name.as_os_str())));
        registries.map(|folder| folder.join(stem)).filter(|folder| folder.is_dir()).find_map(|folder| {
            let edited = package.files().find_map(|file| {
                let path = folder.join(file.path);
                let metadata = fs::symlink_metadata(&path).ok()?;
                // cargo unpacks with the archive's mtime, so most files need not be read.
                let as_unpacked = metadata.is_file()
                    && metadata.len() == file.content.len() as u64
                    && u64::try_from(metadata.mtime()).is_ok_and(|modified| modified == file.modified);
                (!as_unpacked && !holds(&path, file.content)).then_some(path)
            });
            edited.or_else(|| added(&folder, "", package))
        })
    }

    fn folders(&self, kind: &str) -> Vec<PathBuf> {
        let read = fs::read_dir(self.home.join("registry").join(kind));
        let mut folders: Vec<_> = read.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        folders.sort_unstable();
        folders
    }
}

/// A file that the package does not have.
fn added(root: &Path, folder: &str, package: &CrateFile) -> Option<PathBuf> {
    fs::read_dir(root.join(folder)).ok()?.flatten().find_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if entry.file_type().ok()?.is_dir() {
            return added(root, &path, package);
        }
        (!package.has(&path) && path != ".cargo-ok").then(|| entry.path())
    })
}
