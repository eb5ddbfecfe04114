//! A tree that stands in the cache, held so that nobody removes it while it is in use.

use super::verification::verify;
use crate::artifact::{BuildManifest, ROOT, ReleasedBuild};
use crate::run::Error;
use rustix::fs::{
    CWD, FlockOperation, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, flock, fstat, futimens, openat, stat,
};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder of a build in the cache, opened and locked.
pub(super) struct Home {
    pub(super) folder: OwnedFd,
    pub(super) path: PathBuf,
}

/// A verified tree: its files are those that the release names, and stay in the cache as long as this lives.
#[derive(Debug)]
pub struct Tree {
    /// Its root, the working directory of processes.
    pub path: PathBuf,
    /// What it holds and declares.
    pub manifest: BuildManifest,
    // The shared lock that says "in use" lasts as long as the descriptor.
    folder: OwnedFd,
}

impl Home {
    /// The folder where it stands. It is marked as in use before it is looked at; where it was removed in between,
    /// it does not stand.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Error> {
        let unreadable = |cause: Errno| Error::machine(path, "read", cause.into());
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = match openat(CWD, path, flags, Mode::empty()) {
            Ok(folder) => folder,
            Err(Errno::NOENT) => return Ok(None),
            Err(cause) => return Err(unreadable(cause)),
        };
        match flock(&folder, FlockOperation::NonBlockingLockShared) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                // Somebody is removing it; it will be gone in a moment.
                std::thread::sleep(Duration::from_millis(10));
                return Ok(None);
            }
            // A file system without locks: nothing is ever removed from under a run there but by hand.
            Err(_) => {}
        }
        let opened = fstat(&folder).map_err(unreadable)?;
        match stat(path) {
            Ok(named) if (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino) => {
                Ok(Some(Self { folder, path: path.to_path_buf() }))
            }
            _ => Ok(None),
        }
    }
}

impl Tree {
    /// Keeps the tree in use as long as the program that we become lives.
    pub(in crate::run) fn hold_beyond_us(&self) -> io::Result<()> {
        Ok(fcntl_setfd(&self.folder, FdFlags::empty())?)
    }

    pub(super) fn verified(home: Home, build: &ReleasedBuild) -> Result<Self, Error> {
        let manifest = verify(&home, build)?;
        // The time of its last use says which trees may go. Where the cache is not ours to write, it is not ours to
        // clean either.
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let _ = futimens(&home.folder, &Timestamps { last_access: now, last_modification: now });
        Ok(Self { path: home.path.join(ROOT), manifest, folder: home.folder })
    }
}
