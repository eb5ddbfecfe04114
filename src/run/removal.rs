//! Removing a tree, also one whose folders are read-only: their owner gets the right to write back first.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Removes a folder and all below it. Links are removed, never followed.
///
/// # Errors
/// Where something cannot be removed.
pub fn remove_tree(folder: &Path) -> io::Result<()> {
    // Mostly nothing is read-only, and asking for rights that one has costs a write to the disk a folder.
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied => remove_read_only(folder),
        done => done,
    }
}

fn remove_read_only(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_read_only(&entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir(folder)
}
