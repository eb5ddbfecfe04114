//! The tree that a build is unpacked into: new, private, and never left. Every file is opened below the tree's own
//! descriptor, without following a link, and only where nothing stands.

use super::{ArchivePath, BuildManifest, Error, Mode};
use rustix::fs::{self, Mode as Bits, OFlags};
use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A folder that a build is being unpacked into.
#[derive(Debug)]
pub struct Unpacked {
    root: OwnedFd,
    path: PathBuf,
}

/// A file that is being unpacked.
#[derive(Debug)]
pub(super) struct UnpackedFile(BufWriter<File>);

impl Unpacked {
    /// The tree at an existing folder, which must be empty and belong to us alone.
    ///
    /// # Errors
    /// Where the folder cannot be opened.
    pub fn at(path: &Path) -> Result<Self, Error> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let root = fs::open(path, flags, Bits::empty()).map_err(|cause| Error::Machine {
            path: path.to_path_buf(),
            act: "opened",
            cause: cause.into(),
        })?;
        Ok(Self { root, path: path.to_path_buf() })
    }

    /// Makes a folder; those above it stand.
    pub(super) fn folder(&self, path: &str) -> Result<(), Error> {
        let (parent, name) = path.rsplit_once('/').unwrap_or((".", path));
        self.beneath(parent, OFlags::DIRECTORY | OFlags::RDONLY, Bits::empty())
            .and_then(|parent| fs::mkdirat(&parent, name, Bits::from_raw_mode(0o755)).map_err(io::Error::from))
            .map_err(|cause| self.unwritable(path, cause))
    }

    /// Makes a file, read-only from its first byte.
    pub(super) fn file(&self, path: &ArchivePath, mode: Mode) -> Result<UnpackedFile, Error> {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW;
        let file =
            self.beneath(path.as_str(), flags, Bits::RUSR).map_err(|cause| self.unwritable(path.as_str(), cause))?;
        let file = File::from(file);
        // Asked for when it is opened, the umask would take bits away that the manifest gives.
        file.set_permissions(Permissions::from_mode(mode.read_only_bits()))
            .map_err(|cause| self.unwritable(path.as_str(), cause))?;
        Ok(UnpackedFile(BufWriter::with_capacity(256 * 1024, file)))
    }

    /// Takes the right to write from every folder below and from the tree's own root folder, so that nothing can be
    /// added. Files never had it.
    ///
    /// # Errors
    /// Where a mode cannot be changed.
    pub fn seal(&self, manifest: &BuildManifest) -> Result<(), Error> {
        let folders: BTreeSet<&str> =
            manifest.files.iter().flat_map(|file| file.path.folders()).chain([super::ROOT]).collect();
        for folder in folders {
            self.beneath(folder, OFlags::DIRECTORY | OFlags::RDONLY, Bits::empty())
                .and_then(|opened| fs::fchmod(&opened, Bits::from_raw_mode(0o555)).map_err(io::Error::from))
                .map_err(|cause| self.unwritable(folder, cause))?;
        }
        Ok(())
    }

    pub(super) fn unwritable(&self, path: &str, cause: io::Error) -> Error {
        Error::Machine { path: self.path.join(path), act: "written", cause }
    }

    fn beneath(&self, path: &str, flags: OFlags, bits: Bits) -> io::Result<OwnedFd> {
        open_beneath(self.root.as_fd(), path, flags, bits)
    }
}

impl Write for UnpackedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens a path below a folder: no link is followed and nothing above the folder is reached (openat2(2)). Where that call is
/// kept from us (systemd's `RestrictSUIDSGID=` answers ENOSYS, since it cannot look into its arguments; some container
/// engines answer EPERM), the path is walked.
///
/// # Errors
/// Those of the system call.
pub fn open_beneath(root: BorrowedFd<'_>, path: &str, flags: OFlags, bits: Bits) -> io::Result<OwnedFd> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::ResolveFlags;
        use rustix::io::Errno;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match fs::openat2(root, path, flags | OFlags::CLOEXEC, bits, resolve) {
            Err(Errno::NOSYS | Errno::PERM) => {}
            opened => return Ok(opened?),
        }
    }
    walk_beneath(root, path, flags, bits)
}

/// The same, a component at a time.
fn walk_beneath(root: BorrowedFd<'_>, path: &str, flags: OFlags, bits: Bits) -> io::Result<OwnedFd> {
    if path.split('/').any(|component| matches!(component, "" | "..")) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let folder = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut at = fs::openat(root, ".", folder, Bits::empty())?;
    for component in above.split('/').filter(|component| !component.is_empty()) {
        at = fs::openat(&at, component, folder, Bits::empty())?;
    }
    Ok(fs::openat(&at, name, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, bits)?)
}

#[cfg(test)]
mod tests {
    use super::{open_beneath, walk_beneath};
    use rustix::fs::{Mode, OFlags};
    use std::fs::File;
    use std::os::fd::AsFd;

    #[test]
    fn a_path_is_opened_beneath_a_folder_and_follows_no_link_whichever_way_it_is_walked() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("root/a/b")).expect("folders");
        std::fs::write(folder.path().join("root/a/b/file"), b"x").expect("a file");
        std::fs::write(folder.path().join("outside"), b"x").expect("a file");
        for (link, to) in [("root/a/link", "b/file"), ("root/away", "a"), ("root/a/up", "../../outside")] {
            std::os::unix::fs::symlink(to, folder.path().join(link)).expect("a link");
        }
        let root = File::open(folder.path().join("root")).expect("a folder");
        for open in [open_beneath, walk_beneath] {
            let opens = |path: &str| open(root.as_fd(), path, OFlags::RDONLY, Mode::empty()).is_ok();
            assert!(opens("a/b/file") && opens("a/b") && opens("a"));
            for refused in ["a/link", "away/b/file", "a/up", "../outside", "a/../../outside", "/etc/passwd", "", "none"]
            {
                assert!(!opens(refused), "{refused}");
            }
        }
    }
}
