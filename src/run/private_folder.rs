//! The private folder of one run: every process has its TMPDIR in it, and all of it goes when the run ends.

use super::Error;
use super::identity::Identity;
use super::removal::remove_tree;
use rustix::fs::{CWD, FlockOperation, Gid, Mode, OFlags, Uid, chown, flock, openat};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::getuid;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A folder that only the processes of one run may enter; removed with all it holds when this is dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    owner: Option<(Uid, Gid)>,
    /// Says that it is in use, where nobody will be left to remove it.
    lock: Option<OwnedFd>,
}

/// How the names of folders begin that outlive us.
const BEYOND_US: &str = "twelve-exec-";

impl PrivateFolder {
    /// Makes the folder, mode 0700, owned by whom the processes run as.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn make(within: &Path, identity: &Identity) -> Result<Self, Error> {
        Self::make_named(within, identity, "twelve-")
    }

    /// The same for a process that we become. Nobody is left to remove it when that ends; it is locked, and whoever
    /// makes the next one removes those that no longer are.
    ///
    /// # Errors
    /// Where it cannot be made or locked.
    pub fn make_beyond_us(within: &Path, identity: &Identity) -> Result<Self, Error> {
        // What belongs to another user is not safe to remove: it may be changing under our hands.
        if *identity == Identity::Own {
            sweep(within);
        }
        let mut folder = Self::make_named(within, identity, BEYOND_US)?;
        let unlockable = |cause: Errno| Error::machine(&folder.path, "locked", cause.into());
        let lock = open_folder(&folder.path).map_err(unlockable)?;
        flock(&lock, FlockOperation::NonBlockingLockShared).map_err(unlockable)?;
        folder.lock = Some(lock);
        Ok(folder)
    }

    /// Keeps the lock as long as the program that we become lives.
    pub(super) fn hold_beyond_us(&self) -> io::Result<()> {
        self.lock.iter().try_for_each(|lock| Ok(fcntl_setfd(lock, FdFlags::empty())?))
    }

    fn make_named(within: &Path, identity: &Identity, prefix: &str) -> Result<Self, Error> {
        let unwritable = |cause| Error::machine(within, "written", cause);
        let only_its_owner = Permissions::from_mode(0o700);
        let made = tempfile::Builder::new().prefix(prefix).permissions(only_its_owner).tempdir_in(within);
        let path = made.map_err(unwritable)?.keep();
        let owner = match identity {
            Identity::Own => None,
            Identity::Dropped(user) => Some((Uid::from_raw(user.uid), Gid::from_raw(user.gid))),
        };
        let folder = Self { path, owner, lock: None };
        folder.hand_over(&folder.path)?;
        Ok(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A process's own folder in it, empty.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(super) fn of_process(&self, process: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(process);
        if path.exists() {
            remove_tree(&path).map_err(|cause| Error::machine(&path, "emptied", cause))?;
        }
        DirBuilder::new().mode(0o700).create(&path).map_err(|cause| Error::machine(&path, "made", cause))?;
        self.hand_over(&path)?;
        Ok(path)
    }

    fn hand_over(&self, path: &Path) -> Result<(), Error> {
        let Some((uid, gid)) = self.owner else { return Ok(()) };
        chown(path, Some(uid), Some(gid)).map_err(|cause| Error::machine(path, "handed over", cause.into()))
    }
}

/// Removes what processes have left that were become and have ended: our own folders, unlocked.
fn sweep(within: &Path) {
    for entry in fs::read_dir(within).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(BEYOND_US)
            && entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == getuid().as_raw());
        if !ours {
            continue;
        }
        if let Ok(folder) = open_folder(&entry.path())
            && flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok()
        {
            let _ = remove_tree(&entry.path());
        }
    }
}

fn open_folder(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(CWD, path, flags, Mode::empty())
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // It lies where the machine cleans up; a folder that cannot be removed now is no reason to fail.
        let _ = remove_tree(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::PrivateFolder;
    use crate::run::identity::Identity;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_its_owner_may_enter_and_all_of_it_goes() {
        let within = tempfile::tempdir().expect("a folder");
        let folder = PrivateFolder::make(within.path(), &Identity::Own).expect("made");
        let own = folder.of_process("web.1").expect("made");
        for path in [folder.path(), &own] {
            let mode = std::fs::metadata(path).expect("it stands").permissions().mode();
            assert_eq!(mode & 0o7777, 0o700, "{}", path.display());
        }
        std::fs::create_dir(own.join("sealed")).expect("a folder");
        std::fs::write(own.join("sealed/file"), b"x").expect("a file");
        std::fs::set_permissions(own.join("sealed"), PermissionsExt::from_mode(0o500)).expect("sealed");
        assert_eq!(folder.of_process("web.1").expect("made again").read_dir().expect("readable").count(), 0);
        drop(folder);
        assert_eq!(within.path().read_dir().expect("readable").count(), 0);
    }
}
