//! Whether the working tree is what was committed. Only tracked files count: what is untracked is never built, and
//! the tool's own output least of all.

use super::{Error, Repository};
use git2::{DiffOptions, DiffStatsFormat};
use std::path::Path;

/// Columns of a diff stat, as git has them.
const WIDTH: usize = 80;

/// Tracked files that differ from HEAD, staged or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// How they differ, as `git diff HEAD --stat` shows it.
    pub stat: String,
}

/// Which of these paths below a folder stand with changes that are in no commit: edited, or never added. Nothing, where
/// the folder lies in no repository.
///
/// # Errors
/// Where the repository cannot be read.
pub fn uncommitted(folder: &Path, paths: &[&Path]) -> Result<Vec<String>, Error> {
    let Ok(repository) = git2::Repository::discover(folder) else { return Ok(Vec::new()) };
    let Some(root) = repository.workdir() else { return Ok(Vec::new()) };
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let Ok(below) = full.strip_prefix(root) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for path in paths {
        match repository.status_file(&below.join(path)) {
            Ok(status) if status.is_empty() || status == git2::Status::IGNORED => {}
            // It stands nowhere.
            Ok(status) if status.contains(git2::Status::WT_DELETED) => {}
            Ok(_) => found.push(path.to_string_lossy().into_owned()),
            Err(cause) if cause.code() == git2::ErrorCode::NotFound => {}
            Err(cause) => return Err(cause.into()),
        }
    }
    Ok(found)
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
