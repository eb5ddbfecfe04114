//! The work folder of an app: where its commits are exported to and compiled. It stays warm from one build to the
//! next, belongs to one build at a time, and may be deleted whenever nobody builds.
//!
//! ```text
//! lock           held by the build at work
//! cargo/         a CARGO_HOME of our own: config.toml, vendor/ (the verified sources; vendor-DIGEST/
//!                those of another registry), git/ (git dependencies)
//! cargo/src/     the exported commit. It lies in the CARGO_HOME, since cargo looks for a workspace in the folders
//!                above a package and stops at its home
//! target/        the target folder
//! tmp/           what is half made; emptied by whoever takes the lock
//! unbuilt        paths that changed since the last build that succeeded, one a line
//! built          its mtime is when the last build that succeeded ended
//! ```

use super::Error;
use crate::report::{Event, Reporter};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A work folder that this process holds the lock of.
#[derive(Debug)]
pub(super) struct WorkFolder {
    root: PathBuf,
    // Closing it gives the lock back.
    _lock: File,
}

impl WorkFolder {
    /// Takes the work folder at `path`, which is made where it is missing. Waits, with a note, while another build
    /// holds it.
    pub(super) fn take(path: &Path, reporter: &Reporter) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(Error::machine(path, "made"))?;
        // Paths that cargo prints are compared with ours.
        let root = path.canonicalize().map_err(Error::machine(path, "read"))?;
        let lock_path = root.join("lock");
        let lock = File::create(&lock_path).map_err(Error::machine(&lock_path, "written"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                reporter
                    .tell(&Event::note(format!("another build is at work in `{}`; waiting for it", root.display())));
                lock.lock().map_err(Error::machine(&lock_path, "locked"))?;
            }
            Err(TryLockError::Error(cause)) => return Err(Error::machine(&lock_path, "locked")(cause)),
        }
        let folder = Self { root, _lock: lock };
        remove_folder(&folder.temporary())?;
        for made in [folder.cargo_home(), folder.source(), folder.target(), folder.temporary()] {
            // A build script may have put a link here; what it leads to is not ours to tidy up.
            if made.is_symlink() {
                fs::remove_file(&made).map_err(Error::machine(&made, "removed"))?;
            }
            fs::create_dir_all(&made).map_err(Error::machine(&made, "made"))?;
        }
        Ok(folder)
    }

    pub(super) fn cargo_home(&self) -> PathBuf {
        self.root.join("cargo")
    }

    pub(super) fn source(&self) -> PathBuf {
        self.root.join("cargo/src")
    }

    pub(super) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    pub(super) fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The paths that changed since the last build that succeeded, as far as builds that failed or were killed noted
    /// them: what they wrote is no longer seen as a change, and yet was never compiled.
    pub(super) fn unbuilt(&self) -> Vec<String> {
        let text = fs::read_to_string(self.root.join("unbuilt")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Notes paths that are about to change.
    pub(super) fn note_unbuilt(&self, paths: &[String]) -> Result<(), Error> {
        let path = self.root.join("unbuilt");
        fs::write(&path, paths.join("\n")).map_err(Error::machine(&path, "written"))
    }

    /// When the last build that succeeded ended.
    pub(super) fn last_end(&self) -> Option<SystemTime> {
        fs::metadata(self.root.join("built")).and_then(|built| built.modified()).ok()
    }

    /// The target folder is that of the exported commit.
    pub(super) fn succeed(&self) -> Result<(), Error> {
        let path = self.root.join("built");
        fs::write(&path, "").map_err(Error::machine(&path, "written"))?;
        self.note_unbuilt(&[])
    }
}

/// Removes the work folders in `folder` whose names begin like this and that nobody holds: what was killed left them.
pub(super) fn remove_abandoned(folder: &Path, prefix: &str) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(Error::machine(folder, "read"))?;
    for path in entries.flatten().filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes())) {
        let path = path.path();
        // The folders in it are made by whoever holds the lock, so one without them is just being made.
        let begun = path.join("cargo").is_dir();
        if begun && File::open(path.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok()) {
            remove_folder(&path)?;
        }
    }
    Ok(())
}

/// Removes a folder with all that is in it, where it is there.
pub(super) fn remove_folder(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(Error::machine(path, "removed")(cause)),
        _ => Ok(()),
    }
}
