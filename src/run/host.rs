//! Whether this machine can load a build, asked before anything starts.

use super::Error;
use crate::artifact::{BuildManifest, Root, Unloadable, refuse_unloadable};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What ldconfig found in the machine's own folders.
const LOADER_CACHE: &str = "/etc/ld.so.cache";

/// Refuses a build that this machine cannot load. `library_path` is the LD_LIBRARY_PATH that processes may get.
///
/// # Errors
/// Where its loader or a library is missing, or its C library is newer than this machine's.
pub fn refuse_unfit(manifest: &BuildManifest, library_path: Option<&OsStr>) -> Result<(), Error> {
    refuse_unloadable(manifest, &Machine, library_path).map_err(|cause| match cause {
        Unloadable::NoLoader { loader } => Error::HostLacksLoader { loader, target: manifest.target.clone() },
        Unloadable::TooOld { needed, found, symbol } => Error::HostTooOld { needed, found, symbol },
        Unloadable::NoLibrary { library } => Error::HostLacksLibrary { library },
    })
}

/// This machine's root.
struct Machine;

impl Root for Machine {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn has(&self, path: &Path) -> bool {
        path.exists()
    }

    fn library(&self, path: &Path) -> Option<Vec<u8>> {
        fs::read(path).ok()
    }

    fn loader_cache(&self) -> Option<Vec<u8>> {
        fs::read(LOADER_CACHE).ok()
    }
}
