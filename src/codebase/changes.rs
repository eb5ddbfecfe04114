//! Whether the working tree is what was committed. Only tracked files count: what is untracked is never built, and
//! the tool's own output least of all.

use super::{Error, Repository};
use git2::{DiffOptions, DiffStatsFormat};

/// Columns of a diff stat, as git has them.
const WIDTH: usize = 80;

/// Tracked files that differ from HEAD, staged or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// How they differ, as `git diff HEAD --stat` shows it.
    pub stat: String,
}

impl Repository {
    /// The tracked files that differ from HEAD, where any do.
    ///
    /// # Errors
    /// Where the working tree cannot be read.
    pub fn changes(&self) -> Result<Option<Changes>, Error> {
        let head = self.git.head()?.peel_to_tree()?;
        let mut options = DiffOptions::new();
        options.include_untracked(false).include_ignored(false);
        let diff = self.git.diff_tree_to_workdir_with_index(Some(&head), Some(&mut options))?;
        if diff.deltas().len() == 0 {
            return Ok(None);
        }
        let stat = diff.stats()?.to_buf(DiffStatsFormat::FULL | DiffStatsFormat::INCLUDE_SUMMARY, WIDTH)?;
        Ok(Some(Changes { stat: String::from_utf8_lossy(&stat).into_owned() }))
    }
}
