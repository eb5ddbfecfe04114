//! What lies between two commits, each with its subject.

use super::{Commit, Error, Repository};
use crate::artifact::NamedCommit;
use git2::{Oid, Sort};

impl Repository {
    /// A commit with its subject.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn named(&self, commit: &Commit) -> Result<NamedCommit, Error> {
        self.named_by_id(commit.oid)
    }

    /// The commits that `to` has and `from` has not, newest first: `git log from..to`.
    ///
    /// # Errors
    /// Where the history cannot be walked.
    pub fn between(&self, from: &Commit, to: &Commit) -> Result<Vec<NamedCommit>, Error> {
        let mut walk = self.git.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(to.oid)?;
        walk.hide(from.oid)?;
        walk.map(|id| self.named_by_id(id?)).collect()
    }

    fn named_by_id(&self, id: Oid) -> Result<NamedCommit, Error> {
        let commit = self.git.find_commit(id)?;
        // A message need not be UTF-8 (git-commit(1), "Discussion").
        let subject = commit.summary_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Ok(NamedCommit { id: id.to_string(), subject: subject.unwrap_or_default() })
    }
}
