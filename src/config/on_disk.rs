//! Files of this room on the disk: read whole, made for their owner alone, or replaced in one step.

use super::Error;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;
use zeroize::Zeroizing;

/// The largest file that is read, in bytes: more than an environment of the kernel holds (execve(2)).
const LARGEST: u64 = 16 << 20;

/// The bytes of a file and what the system knows of it. `name` is what messages call it.
///
/// # Errors
/// Where it cannot be read, or is larger than any environment.
pub fn read_whole(path: &Path, name: &str) -> Result<(Zeroizing<Vec<u8>>, Metadata), Error> {
    let unreadable = |cause| Error::Unreadable { file: name.to_owned(), cause };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    // With room for all of it: bytes that move leave a copy of themselves behind.
    let expected = usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 1));
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        let why = format!("it has more than {LARGEST} bytes, which no environment holds");
        return Err(unreadable(io::Error::new(ErrorKind::FileTooLarge, why)));
    }
    Ok((bytes, metadata))
}

/// Makes a file that its owner alone can read. Nothing that stands is overwritten.
///
/// # Errors
/// Where something stands there, or it cannot be written; then nothing is left of it.
pub fn create_private(path: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
    create(path, name, bytes, 0o600)
}

/// Makes a file that holds no secret, unless it stands already with the same bytes.
///
/// # Errors
/// Where something else stands there, or it cannot be written.
pub fn create_or_same(path: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
    match create(path, name, bytes, 0o644) {
        Err(Error::Stands { .. }) if std::fs::read(path).is_ok_and(|standing| standing == bytes) => Ok(()),
        other => other,
    }
}

fn create(path: &Path, name: &str, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = opened.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => Error::Stands { file: name.to_owned() },
        _ => Error::Unwritable { file: name.to_owned(), cause },
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|cause| {
        let _ = std::fs::remove_file(path);
        Error::Unwritable { file: name.to_owned(), cause }
    })
}

/// Gives a file other bytes in one step; its mode and its owner stay. What a link names is replaced, and not the link.
///
/// # Errors
/// Where it cannot be written; then it is as it was.
pub fn replace(path: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
    replaced(path, bytes).map_err(|cause| Error::Unwritable { file: name.to_owned(), cause })
}

fn replaced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let standing = path.metadata()?;
    // Made for its owner alone, and opened to others only when it is whole.
    let mut unfinished = tempfile::NamedTempFile::new_in(folder)?;
    unfinished.write_all(bytes)?;
    let made = unfinished.as_file().metadata()?;
    if (made.uid(), made.gid()) != (standing.uid(), standing.gid()) {
        fchown(unfinished.as_file(), Some(standing.uid()), Some(standing.gid()))?;
    }
    unfinished.as_file().set_permissions(standing.permissions())?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(&path).map_err(|failed| failed.error)?;
    File::open(folder)?.sync_all()
}
