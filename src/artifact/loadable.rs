//! Whether a root can load a build: its loader is there, its C library is new enough, its libraries are found. Asked
//! before anything starts, since the loader's own words come only after a process was started, and from a process that
//! says no more than `not found`.
//!
//! No program is started to find out, and nothing of the build is executed: the C library's version definitions are
//! what the loader itself compares, and they lie beside it. What cannot be known (a static binary, a build that does
//! not say what loads it, a C library that is not GNU's) is let through; only what is certain is refused.

use super::{BuildManifest, GlibcVersion, System};
use memchr::memmem;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Where loaders look without being told (ld.so(8)).
const DEFAULT_FOLDERS: [&str; 4] = ["/lib", "/usr/lib", "/lib64", "/usr/lib64"];

/// The root of a file system that a build is to run in: this machine's, or an image's. Paths are absolute.
pub trait Root {
    /// The path with every link resolved.
    ///
    /// # Errors
    /// `NotFound` where nothing is there.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// Whether something is there, behind all links.
    fn has(&self, path: &Path) -> bool;

    /// The bytes of a library; none where they cannot be had.
    fn library(&self, path: &Path) -> Option<Vec<u8>>;

    /// What ldconfig found in the root's own folders; none where nobody knows in which folders the loader looks.
    fn loader_cache(&self) -> Option<Vec<u8>>;
}

/// Why a root cannot load a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unloadable {
    /// Its loader is missing.
    NoLoader {
        /// Its path.
        loader: String,
    },
    /// Its C library is too old.
    TooOld {
        /// The version that the build needs.
        needed: String,
        /// The one that is there.
        found: String,
        /// A binary, and the symbol of it that needs that version.
        symbol: Option<(String, String)>,
    },
    /// A library is missing.
    NoLibrary {
        /// Its name.
        library: String,
    },
}

/// Refuses a build that a root cannot load. `library_path` is the LD_LIBRARY_PATH that processes may get.
///
/// # Errors
/// Where its loader or a library is missing, or its C library is newer than the root's.
pub fn refuse_unloadable(
    manifest: &BuildManifest,
    root: &impl Root,
    library_path: Option<&OsStr>,
) -> Result<(), Unloadable> {
    let system = &manifest.system;
    let Some(loader) = &system.loader else { return Ok(()) };
    let resolved = match root.canonical(Path::new(loader)) {
        Ok(resolved) => resolved,
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            return Err(Unloadable::NoLoader { loader: loader.clone() });
        }
        Err(_) => return Ok(()),
    };
    // A C library and its loader are of one package and lie in one folder, which the loader's links lead to.
    let folder = resolved.parent().unwrap_or(Path::new("/"));
    refuse_old(system, root, &folder.join("libc.so.6"))?;
    let search = Search { manifest, root, folder, library_path, cache: root.loader_cache() };
    // musl's loader is its C library, whatever name that is asked for by.
    let musl = resolved.file_name().is_some_and(|name| name.to_string_lossy().contains("musl"));
    match system.needed.iter().find(|library| !musl && search.lacks(library)) {
        Some(library) => Err(Unloadable::NoLibrary { library: library.clone() }),
        None => Ok(()),
    }
}

fn refuse_old(system: &System, root: &impl Root, library: &Path) -> Result<(), Unloadable> {
    let Some(needed) = system.glibc.as_deref().and_then(GlibcVersion::parse) else { return Ok(()) };
    let Some(found) = root.library(library).and_then(|bytes| version_of(&bytes)) else { return Ok(()) };
    if found >= needed {
        return Ok(());
    }
    let symbol = system.glibc_symbol.as_ref().map(|one| (one.bin.clone(), one.symbol.clone()));
    Err(Unloadable::TooOld { needed: needed.to_string(), found: found.to_string(), symbol })
}

/// The highest version that a C library defines. Names of versions stand in its table of strings, each between zeros.
fn version_of(library: &[u8]) -> Option<GlibcVersion> {
    const PREFIX: &[u8] = b"\0GLIBC_";
    let versions = memmem::find_iter(library, PREFIX).filter_map(|at| {
        let name = &library[at + PREFIX.len()..];
        let end = name.iter().take(32).position(|byte| *byte == 0)?;
        GlibcVersion::parse(std::str::from_utf8(&name[..end]).ok()?)
    });
    versions.max()
}

/// Where a root has libraries.
struct Search<'a, R> {
    manifest: &'a BuildManifest,
    root: &'a R,
    folder: &'a Path,
    library_path: Option<&'a OsStr>,
    cache: Option<Vec<u8>>,
}

impl<R: Root> Search<'_, R> {
    /// Whether a library is certainly not found.
    fn lacks(&self, library: &str) -> bool {
        let own = self.manifest.files.iter().any(|file| file.path.as_str().rsplit('/').next() == Some(library));
        // Names with `$` are the loader's to resolve; `$ORIGIN` leads into the tree, which was looked through.
        let named = &self.manifest.system.search_path;
        let unknown = named.iter().any(|folder| folder.contains('$') && !folder.starts_with("$ORIGIN"));
        let named = named.iter().map(PathBuf::from);
        let given = self.library_path.into_iter().flat_map(std::env::split_paths);
        let default = DEFAULT_FOLDERS.into_iter().map(PathBuf::from).chain(self.beside_the_loader());
        // Without a cache the loader may have been built to look elsewhere.
        let cached = self.cache.as_ref().is_none_or(|cache| holds(cache, library));
        let mut folders = given.chain(named).chain(default);
        !(own || unknown || cached || folders.any(|folder| self.root.has(&folder.join(library))))
    }

    /// The loader's own folder, in `/lib` and in `/usr/lib`: the folder of its architecture is one that it looks in.
    fn beside_the_loader(&self) -> impl Iterator<Item = PathBuf> {
        let below = self.folder.strip_prefix("/usr").unwrap_or(self.folder);
        let below = below.strip_prefix("/").unwrap_or(below);
        [Path::new("/usr").join(below), Path::new("/").join(below)].into_iter()
    }
}

/// Whether the loader's cache names a library: as a string that ends with a zero, and begins after one or after `/`.
fn holds(cache: &[u8], library: &str) -> bool {
    memmem::find_iter(cache, library.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|before| cache.get(before));
        matches!(before, Some(0 | b'/')) && cache.get(at + library.len()) == Some(&0)
    })
}

#[cfg(test)]
mod tests {
    use super::{holds, version_of};

    #[test]
    fn the_highest_version_that_a_library_defines_is_its_version() {
        let library =
            b"x\0GLIBC_2.2.5\0GLIBC_2.36\0GLIBC_2.4\0GLIBC_PRIVATE\0GLIBC_ABI_DT_RELR\0GNU C Library GLIBC_9.9 ";
        assert_eq!(version_of(library).map(|version| version.to_string()), Some("2.36".to_owned()));
        assert_eq!(version_of(b"another library"), None);
    }

    #[test]
    fn a_cache_holds_whole_names() {
        let cache = b"\0libz.so.1\0/usr/lib/libpq.so.5\0";
        assert!(holds(cache, "libz.so.1") && holds(cache, "libpq.so.5"));
        assert!(!holds(cache, "libpq.so") && !holds(cache, "z.so.1"));
    }
}
