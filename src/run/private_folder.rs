//! The private folder of one run: every process has its TMPDIR in it, and all of it goes when the run ends.

use super::Error;
use super::identity::Identity;
use super::removal::remove_tree;
use rustix::fs::{Gid, Uid, chown};
use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A folder that only the processes of one run may enter; removed with all it holds when this is dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    owner: Option<(Uid, Gid)>,
}

impl PrivateFolder {
    /// Makes the folder, mode 0700, owned by whom the processes run as.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn make(within: &Path, identity: &Identity) -> Result<Self, Error> {
        let unwritable = |cause| Error::machine(within, "written", cause);
        let only_its_owner = Permissions::from_mode(0o700);
        let made = tempfile::Builder::new().prefix("twelve-").permissions(only_its_owner).tempdir_in(within);
        let path = made.map_err(unwritable)?.keep();
        let owner = match identity {
            Identity::Own => None,
            Identity::Dropped(user) => Some((Uid::from_raw(user.uid), Gid::from_raw(user.gid))),
        };
        let folder = Self { path, owner };
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
