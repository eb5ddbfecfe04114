//! Small files of the cache: read with a limit, written whole and on disk before they have a name.

use super::make_folder;
use crate::run::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// The content of a small file, where it stands. More than `largest` bytes are cut off, which its digest then tells.
pub(super) fn read(path: &Path, largest: u64) -> Result<Option<Vec<u8>>, Error> {
    let unreadable = |cause| Error::machine(path, "read", cause);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(unreadable(cause)),
    };
    let mut bytes = Vec::new();
    file.take(largest).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Some(bytes))
}

/// Writes a file that never changes: what stands there stays.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    match unfinished(path, bytes)?.persist_noclobber(path) {
        Ok(_) => sync_folder(path),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(Error::machine(path, "written", failed.error)),
    }
}

/// Writes a file in the place of what stands there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    match unfinished(path, bytes)?.persist(path) {
        Ok(_) => sync_folder(path),
        Err(failed) => Err(Error::machine(path, "written", failed.error)),
    }
}

fn unfinished(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, Error> {
    let folder = path.parent().unwrap_or(path);
    make_folder(folder)?;
    let unwritable = |cause| Error::machine(path, "written", cause);
    let mut unfinished = tempfile::Builder::new()
        .prefix(".unfinished-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(unwritable)?;
    unfinished.write_all(bytes).and_then(|()| unfinished.as_file().sync_all()).map_err(unwritable)?;
    Ok(unfinished)
}

fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|cause| Error::machine(folder, "written", cause))
}
