//! Which trees may go: those that were not used for longest, beyond a number, and never one in use.

use crate::run::Error;
use crate::run::removal::remove_tree;
use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How the names of folders begin that are no trees: those being made and those being removed.
pub(super) const PREFIX: &str = ".staging-";

/// Removes the trees of an app beyond the newest `kept`. A tree in use is locked by its run and stays; whatever
/// cannot be removed stays too, since nothing depends on it.
pub(super) fn remove_old_trees(folder: &Path, current: &Path, kept: usize) {
    let mut trees = trees(folder).unwrap_or_default();
    trees.sort_by_key(|(made, _)| std::cmp::Reverse(*made));
    trees.retain(|(_, path)| path != current);
    for (_, path) in trees.into_iter().skip(kept.saturating_sub(1)) {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Ok(opened) = openat(CWD, &path, flags, Mode::empty()) else { continue };
        if flock(&opened, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = remove_named(&path, folder);
        }
    }
}

/// Removes a tree by its name, where it stands and nobody uses it.
pub(super) fn remove_tree_of(folder: &Path, name: &str) -> Result<(), Error> {
    let path = folder.join(name);
    let unremovable = |cause: io::Error| Error::machine(&path, "removed", cause);
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = match openat(CWD, &path, flags, Mode::empty()) {
        Ok(opened) => opened,
        Err(Errno::NOENT) => return Ok(()),
        Err(cause) => return Err(unremovable(cause.into())),
    };
    match flock(&opened, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Err(Error::TreeInUse { path: path.clone() }),
        _ => remove_named(&path, folder).map_err(unremovable),
    }
}

/// Takes the tree's name first, so that no run meets half of it; a removal that is cut short is swept later.
fn remove_named(path: &Path, folder: &Path) -> io::Result<()> {
    let aside = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder)?;
    let aside_path = aside.path().join("removed");
    fs::rename(path, &aside_path)?;
    remove_tree(&aside_path)
}

/// The trees of an app, with the time when they came.
fn trees(folder: &Path) -> io::Result<Vec<(SystemTime, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.len() == 64 && name.to_string_lossy().bytes().all(|byte| byte.is_ascii_hexdigit()) {
            found.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    Ok(found)
}
