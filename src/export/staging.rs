//! A private folder in which an export is made, beside the place where it will stand. It goes when its owner is done; what
//! an owner leaves that is killed, the next export beside it sweeps away: the lock on a staging folder dies with its owner.

use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use tempfile::{Builder, TempDir};

/// How the names of staging folders begin.
const PREFIX: &str = ".twelve-export-";

/// A private folder, removed when this is dropped.
pub(super) struct Staging {
    folder: TempDir,
    // Holds the lock that says that its owner lives.
    _held: File,
}

impl Staging {
    /// A new folder in `above`, after those of killed exports were swept away.
    pub(super) fn make(above: &Path) -> io::Result<Self> {
        // Between the making of a folder and its lock nobody may sweep.
        let gate = File::open(above)?;
        flock(&gate, FlockOperation::LockExclusive)?;
        sweep(above);
        let folder = Builder::new().prefix(PREFIX).tempdir_in(above)?;
        let held = File::open(folder.path())?;
        flock(&held, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self { folder, _held: held })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders whose owners are dead. Another user's are not ours to remove; they do no harm.
fn sweep(above: &Path) {
    let entries = fs::read_dir(above).into_iter().flatten().flatten();
    let staged = |entry: &fs::DirEntry| {
        entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.file_type().is_ok_and(|kind| kind.is_dir())
    };
    for entry in entries.filter(staged) {
        let free = |folder: &File| flock(folder, FlockOperation::NonBlockingLockExclusive).is_ok();
        if File::open(entry.path()).is_ok_and(|folder| free(&folder)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, Staging};
    use std::fs;

    #[test]
    fn what_a_killed_export_left_is_swept_and_what_a_living_one_makes_is_not() {
        let above = tempfile::tempdir().expect("a folder");
        let dead = above.path().join(format!("{PREFIX}dead"));
        fs::create_dir_all(dead.join("new/blobs")).expect("folders");
        fs::write(dead.join("new/blobs/part"), b"x").expect("a file");
        let living = Staging::make(above.path()).expect("a folder");
        let other = Staging::make(above.path()).expect("a folder");
        assert!(!dead.exists());
        assert!(living.path().exists() && other.path().exists());
        drop((living, other));
        assert_eq!(fs::read_dir(above.path()).expect("a folder").count(), 0);
    }
}
