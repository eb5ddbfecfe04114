//! The tree is held against the record at every start: the manifest against the record's digest, every file against
//! the manifest, every name against the list. Nothing may differ, be missing, or be there besides.

use super::tree::Home;
use crate::artifact::{BuildManifest, Digest, MANIFEST_PATH, Mode, ROOT, ReleasedBuild, TreeFile, open_beneath};
use crate::run::Error;
use rustix::fs::{Dir, FileType, Mode as Bits, OFlags, fstat};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The largest manifest that is read, in bytes; the archive reader has the same limit.
const LARGEST_MANIFEST: u64 = 256 << 20;

/// From this size on a second thread hashes too, in bytes: below it, starting the thread costs more than it saves.
const WORTH_A_THREAD: u64 = 4 << 20;

/// Verifies every file of the tree and gives its manifest.
pub(super) fn verify(home: &Home, build: &ReleasedBuild) -> Result<BuildManifest, Error> {
    let bytes = read_manifest(home)?;
    if Digest::of(&bytes) != build.manifest_sha256 {
        return Err(changed(home, MANIFEST_PATH, "its digest is not the one of the release record"));
    }
    let manifest = BuildManifest::from_bytes(&bytes)?;
    let files = manifest.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let folders = manifest.files.iter().flat_map(|file| file.path.folders()).chain([ROOT]).collect();
    Names { home, files: &files, folders: &folders }.refuse_extra(ROOT)?;
    hash_all(home, &manifest.files)?;
    Ok(manifest)
}

fn changed(home: &Home, path: &str, why: &str) -> Error {
    Error::TreeChanged { file: home.path.join(path), release: None, why: why.to_owned() }
}

fn open(home: &Home, path: &str) -> Result<File, Error> {
    match open_beneath(home.folder.as_fd(), path, OFlags::RDONLY | OFlags::NONBLOCK, Bits::empty()) {
        Ok(file) => Ok(File::from(file)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(changed(home, path, "it is missing")),
        Err(cause) if cause.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            Err(changed(home, path, "it is a link"))
        }
        Err(cause) => Err(Error::machine(&home.path.join(path), "read", cause)),
    }
}

fn read_manifest(home: &Home) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let unreadable = |cause| Error::machine(&home.path.join(MANIFEST_PATH), "read", cause);
    open(home, MANIFEST_PATH)?.take(LARGEST_MANIFEST).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// The names that may stand in the tree.
struct Names<'a> {
    home: &'a Home,
    files: &'a BTreeMap<&'a str, &'a TreeFile>,
    folders: &'a BTreeSet<&'a str>,
}

impl Names<'_> {
    /// Refuses what stands in a folder and is not in the manifest.
    fn refuse_extra(&self, folder: &str) -> Result<(), Error> {
        let opened = open_beneath(
            self.home.folder.as_fd(),
            folder,
            OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW,
            Bits::empty(),
        );
        let unreadable = |cause| Error::machine(&self.home.path.join(folder), "read", cause);
        let opened = match opened {
            Ok(opened) => opened,
            Err(cause) if cause.kind() == io::ErrorKind::NotADirectory => {
                return Err(changed(self.home, folder, "it is no folder"));
            }
            Err(cause) => return Err(unreadable(cause)),
        };
        let entries = Dir::new(opened).map_err(|cause| unreadable(cause.into()))?;
        for entry in entries {
            let entry = entry.map_err(|cause| unreadable(cause.into()))?;
            let name = entry.file_name().to_string_lossy();
            if name == "." || name == ".." {
                continue;
            }
            let path = format!("{folder}/{name}");
            if self.folders.contains(path.as_str()) {
                self.refuse_extra(&path)?;
            } else if path != MANIFEST_PATH && !self.files.contains_key(path.as_str()) {
                return Err(changed(self.home, &path, "it does not belong to the build"));
            }
        }
        Ok(())
    }
}

/// Hashes all files, with a second thread where there is much to hash.
fn hash_all(home: &Home, files: &[TreeFile]) -> Result<(), Error> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), Error> {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            hash_one(home, file)?;
        }
        Ok(())
    };
    let bytes: u64 = files.iter().map(|file| file.size).sum();
    let largest = files.iter().map(|file| file.size).max().unwrap_or_default();
    if bytes - largest < WORTH_A_THREAD {
        return work();
    }
    std::thread::scope(|scope| {
        let second = scope.spawn(work);
        let first = work();
        // A panic in the other thread is a fault of this program and goes on as one.
        first.and(second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

fn hash_one(home: &Home, file: &TreeFile) -> Result<(), Error> {
    let path = file.path.as_str();
    let opened = open(home, path)?;
    let unreadable = |cause: io::Error| Error::machine(&home.path.join(path), "read", cause);
    let found = fstat(&opened).map_err(|cause| unreadable(cause.into()))?;
    if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
        return Err(changed(home, path, "it is no file"));
    }
    let mode = found.st_mode & 0o7777;
    if mode != file.mode.read_only_bits() {
        let why = format!("its mode is {mode:04o} instead of {:04o}", Mode::read_only_bits(file.mode));
        return Err(changed(home, path, &why));
    }
    if u64::try_from(found.st_size).ok() != Some(file.size) {
        return Err(changed(home, path, &format!("it has {} bytes instead of {}", found.st_size, file.size)));
    }
    let (sha256, size) = Digest::of_reader(opened.take(file.size + 1)).map_err(unreadable)?;
    if (sha256, size) != (file.sha256, file.size) {
        return Err(changed(home, path, "its digest is not the one of the manifest"));
    }
    Ok(())
}
