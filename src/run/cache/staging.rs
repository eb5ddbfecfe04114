//! Staging: a tarball becomes a tree in a private folder beside the place where it will stand, and gets its name
//! only when it is whole and on disk. A run that is killed leaves a folder that the next one sweeps away: the lock on
//! a staging folder dies with its owner.

use super::pruning::PREFIX;
use crate::artifact::{
    ArchivePath, BuildManifest, ExpectedBuild, ReleasedBuild, Unpacked, open_beneath, read_archive, read_manifest,
};
use crate::report::{Progress, Size};
use crate::run::Error;
use crate::run::removal::remove_tree;
use crate::store::Tarball;
use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, fstatvfs, openat};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::io::{self, Seek, SeekFrom};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Bytes that a file takes beyond its content, at most: the rest of its last block and its inode.
const PER_FILE: u64 = 4096 + 512;

/// A private folder in which a tree is made; removed where it was not settled.
pub(super) struct Staging {
    path: PathBuf,
    // Holds the lock that says that its owner lives.
    folder: OwnedFd,
    settled: bool,
}

impl Staging {
    /// A new staging folder, after those of killed runs were swept away.
    pub(super) fn make(beside: &Path) -> Result<Self, Error> {
        let unwritable = |cause: io::Error| Error::machine(beside, "written", cause);
        // Between the making of a staging folder and its lock nobody may sweep.
        let gate = open_folder(beside).map_err(|cause| unwritable(cause.into()))?;
        flock(&gate, FlockOperation::LockExclusive).map_err(|cause| unwritable(cause.into()))?;
        sweep(beside).map_err(unwritable)?;
        let only_its_owner = Permissions::from_mode(0o700);
        let made = tempfile::Builder::new().prefix(PREFIX).permissions(only_its_owner).tempdir_in(beside);
        let path = made.map_err(unwritable)?.keep();
        let folder = open_folder(&path).map_err(|cause| unwritable(cause.into()))?;
        let staging = Self { path, folder, settled: false };
        flock(&staging.folder, FlockOperation::NonBlockingLockExclusive).map_err(|cause| unwritable(cause.into()))?;
        Ok(staging)
    }

    /// Verifies the tarball against the record, before anything of it is parsed, and unpacks it.
    pub(super) fn unpack(
        &mut self,
        tarball: Tarball<'_>,
        build: &ReleasedBuild,
        progress: &Progress,
    ) -> Result<(), Error> {
        if !tarball.is_at_hand() {
            self.refuse_less_than(build.gz_size)?;
        }
        let mut packed = tarball.verified(&self.path)?;
        let manifest = read_manifest(&packed, build.manifest_sha256)?;
        self.refuse_without_space(&manifest)?;
        packed.seek(SeekFrom::Start(0)).map_err(|cause| Error::machine(&self.path, "read", cause))?;
        let tree = Unpacked::at(&self.path)?;
        let expected = ExpectedBuild { id: build.id, manifest_sha256: build.manifest_sha256 };
        let manifest = read_archive(progress.through(&packed), expected, Some(&tree))?;
        tree.seal(&manifest)?;
        self.sync(&manifest).map_err(|cause| Error::machine(&self.path, "written", cause))
    }

    fn refuse_without_space(&self, manifest: &BuildManifest) -> Result<(), Error> {
        let folders: BTreeSet<&str> = manifest.files.iter().flat_map(|file| file.path.folders()).collect();
        let entries = (manifest.files.len() + folders.len() + 2) as u64;
        self.refuse_less_than(manifest.size().saturating_add(entries * PER_FILE))
    }

    fn refuse_less_than(&self, needed: u64) -> Result<(), Error> {
        let disk = fstatvfs(&self.folder).map_err(|cause| Error::machine(&self.path, "read", cause.into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        // A file system that counts no blocks (some network ones) says nothing about its space.
        if disk.f_blocks == 0 || free >= needed {
            return Ok(());
        }
        Err(Error::NoSpace { path: self.path.clone(), needed: Size(needed), free: Size(free) })
    }

    /// Everything on disk before it has a name: a tree with holes after a power cut would refuse to start.
    fn sync(&self, manifest: &BuildManifest) -> io::Result<()> {
        let files = manifest.files.iter().map(|file| file.path.as_str()).chain([crate::artifact::MANIFEST_PATH]);
        let folders: BTreeSet<&str> =
            manifest.files.iter().flat_map(|file: &_| ArchivePath::folders(&file.path)).collect();
        for path in files.chain(folders) {
            let opened = open_beneath(self.folder.as_fd(), path, OFlags::RDONLY, Mode::empty())?;
            File::from(opened).sync_all()?;
        }
        Ok(())
    }

    /// Gives the tree its place; where another run was faster, its tree stays and this one goes.
    pub(super) fn settle(mut self, home: &Path) -> Result<(), Error> {
        let unwritable = |cause| Error::machine(home, "written", cause);
        // The folder itself stays writable for its owner: a folder without that right cannot be renamed or removed.
        std::fs::set_permissions(&self.path, Permissions::from_mode(0o755)).map_err(unwritable)?;
        match rustix::fs::rename(&self.path, home) {
            Ok(()) => self.settled = true,
            Err(Errno::EXIST | Errno::NOTEMPTY) => return Ok(()),
            Err(cause) => return Err(unwritable(cause.into())),
        }
        let above = home.parent().unwrap_or(home);
        File::open(above).and_then(|folder| folder.sync_all()).map_err(unwritable)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.settled {
            // What cannot be removed now is swept by the next run that unpacks.
            let _ = remove_tree(&self.path);
        }
    }
}

fn open_folder(path: &Path) -> rustix::io::Result<OwnedFd> {
    openat(CWD, path, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())
}

/// Removes the staging folders whose owners are dead.
fn sweep(beside: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(beside)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(folder) = open_folder(&entry.path()) else { continue };
        if flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok() {
            // Another user's leftovers are not ours to remove; they do no harm.
            let _ = remove_tree(&entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Staging;
    use crate::run::cache::pruning::PREFIX;

    #[test]
    fn leftovers_of_a_killed_run_are_swept_and_those_of_a_living_one_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let living = Staging::make(folder.path()).expect("staging");
        let dead = folder.path().join(format!("{PREFIX}dead"));
        std::fs::create_dir_all(dead.join("app")).expect("folders");
        std::fs::write(dead.join("app/file"), b"x").expect("a file");
        let sealed = std::os::unix::fs::PermissionsExt::from_mode(0o555);
        std::fs::set_permissions(dead.join("app"), sealed).expect("sealed");
        let other = Staging::make(folder.path()).expect("staging");
        assert!(!dead.exists());
        assert!(living.path.exists() && other.path.exists());
        let path = living.path.clone();
        drop(living);
        assert!(!path.exists());
    }
}
