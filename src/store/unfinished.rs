//! A file that is being written and has no name yet: it gets one when it is whole and on disk, where nothing has that
//! name, and a writer that is killed leaves nothing behind. Where a file system knows no nameless files it has a name that
//! begins with a dot, so that no reader takes it for a finished one.

use super::Created;
use super::local::make_folders;
use rustix::fs::{self, AtFlags, CWD};
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use tempfile::TempPath;

/// How often a folder is made again that others remove as soon as it is empty.
const ROUNDS: u32 = 100;

/// A file without a name.
pub(super) struct Unfinished {
    pub(super) file: File,
    name: Option<TempPath>,
}

impl Unfinished {
    /// A file in a folder, which is made where it does not stand.
    pub(super) fn in_folder(folder: &Path) -> io::Result<Self> {
        let mut rounds = 0..ROUNDS;
        loop {
            make_folders(folder)?;
            match nameless(folder).or_else(|_| named(folder)) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound && rounds.next().is_some() => {}
                made => return made,
            }
        }
    }

    /// Gives it a name in its folder, where nothing has it.
    pub(super) fn link(mut self, path: &Path) -> io::Result<Created> {
        let folder = path.parent().unwrap_or(path);
        for _ in 0..ROUNDS {
            match self.try_link(path) {
                Ok(()) => return Ok(Created::New),
                Err(Errno::EXIST) => return Ok(Created::Stands),
                Err(Errno::NOENT) if !folder.is_dir() => make_folders(folder)?,
                // Neither hard links nor /proc: O_EXCL is create-only too, though a reader may meet half a file, whose
                // digest then tells.
                Err(Errno::NOENT | Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::XDEV) => break,
                Err(cause) => return Err(cause.into()),
            }
        }
        let mut out = match OpenOptions::new().write(true).create_new(true).mode(0o644).open(path) {
            Ok(out) => out,
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Ok(Created::Stands),
            Err(cause) => return Err(cause),
        };
        self.file.rewind()?;
        io::copy(&mut self.file, &mut out).and_then(|_| out.sync_all()).inspect_err(|_| {
            let _ = std::fs::remove_file(path);
        })?;
        Ok(Created::New)
    }

    fn try_link(&self, path: &Path) -> rustix::io::Result<()> {
        match &self.name {
            Some(name) => fs::linkat(CWD, name.as_ref() as &Path, CWD, path, AtFlags::empty()),
            None => {
                // open(2), O_TMPFILE: the way that needs no privilege.
                let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&self.file));
                fs::linkat(CWD, name, CWD, path, AtFlags::SYMLINK_FOLLOW)
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> io::Result<Unfinished> {
    use rustix::fs::{Mode, OFlags};
    let bits = Mode::from_raw_mode(0o644);
    let file = fs::openat(CWD, folder, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, bits)?;
    // The umask is for what a user makes; a store is read by others.
    fs::fchmod(&file, bits)?;
    Ok(Unfinished { file: File::from(file), name: None })
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path) -> io::Result<Unfinished> {
    Err(io::ErrorKind::Unsupported.into())
}

fn named(folder: &Path) -> io::Result<Unfinished> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unfinished-").permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let (file, name) = builder.tempfile_in(folder)?.into_parts();
    Ok(Unfinished { file, name: Some(name) })
}

#[cfg(test)]
mod tests {
    use super::{Unfinished, named, nameless};
    use crate::store::Created;
    use std::io::Write;

    #[test]
    fn a_file_gets_its_name_once_and_leaves_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        type Make = fn(&std::path::Path) -> std::io::Result<Unfinished>;
        for (index, make) in [named as Make, nameless].into_iter().enumerate() {
            let Ok(mut first) = make(folder.path()) else { continue };
            let mut second = make(folder.path()).expect("as the first");
            first.file.write_all(b"first").expect("written");
            second.file.write_all(b"second").expect("written");
            let path = folder.path().join(index.to_string());
            assert_eq!(first.link(&path).expect("linked"), Created::New);
            assert_eq!(second.link(&path).expect("linked"), Created::Stands);
            assert_eq!(std::fs::read(&path).expect("it stands"), b"first");
        }
        let names = std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name());
        assert!(names.into_iter().all(|name| name.len() == 1));
    }

    #[test]
    fn a_folder_that_is_removed_meanwhile_is_made_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        let unfinished = Unfinished::in_folder(&inner).expect("a file");
        if unfinished.name.is_none() {
            std::fs::remove_dir(&inner).expect("it looks empty");
        }
        assert_eq!(unfinished.link(&inner.join("file")).expect("linked"), Created::New);
        assert!(inner.join("file").is_file());
    }
}
