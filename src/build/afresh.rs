//! Building afresh: nothing that was compiled before is at hand. A warm work folder answers from what it holds, so
//! whoever wants to know whether a commit gives the same build again must compile all of it again.

use super::Error;
use super::plan::{Plan, PlannedBuild};
use super::work_folder;
use crate::artifact::Toolchain;

/// The beginning of the names of such folders. No app's name holds a dot.
const PREFIX: &str = ".afresh-";

impl Plan {
    /// Moves the work to a new, empty folder beside the warm one, which goes when the answer does. The path is another
    /// one on purpose: a build that remembers where it was made is seen to differ. What a build that was killed left of
    /// such folders goes too.
    ///
    /// # Errors
    /// Where no folder can be made.
    pub fn afresh(&mut self) -> Result<tempfile::TempDir, Error> {
        let beside = self.work.parent().unwrap_or(&self.work).to_path_buf();
        let unwritable = |path| Error::machine(path, "written");
        std::fs::create_dir_all(&beside).map_err(unwritable(beside.clone()))?;
        work_folder::remove_abandoned(&beside, PREFIX)?;
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&beside).map_err(unwritable(beside.clone()))?;
        self.work = folder.path().to_path_buf();
        Ok(folder)
    }
}

impl PlannedBuild {
    /// What will compile it.
    #[must_use]
    pub fn toolchain(&self) -> &Toolchain {
        &self.toolchain
    }
}
