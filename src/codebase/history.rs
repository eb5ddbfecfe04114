//! What lies between two commits, each with its subject.

use super::{Commit, Error, Repository};
use crate::artifact::{NamedCommit, UtcTime};
use git2::{Oid, Sort};

/// The commits of a branch that are not deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The branch.
    pub branch: String,
    /// How many.
    pub commits: usize,
    /// When the oldest of them was made.
    pub oldest: Option<UtcTime>,
}

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

    /// The commits of a branch that a commit lacks. Where the repository has no such branch, HEAD is the branch.
    ///
    /// # Errors
    /// Where the history cannot be walked.
    pub fn waiting(&self, deployed: &Commit, branch: Option<&str>) -> Result<Waiting, Error> {
        let named = branch.and_then(|branch| Some((branch, self.commit(Some(&format!("refs/heads/{branch}"))).ok()?)));
        let (branch, tip) = match named {
            Some((branch, tip)) => (branch.to_owned(), tip),
            None => ("HEAD".to_owned(), self.commit(None)?),
        };
        let mut walk = self.git.revwalk()?;
        walk.push(tip.oid)?;
        walk.hide(deployed.oid)?;
        let mut waiting = Waiting { branch, commits: 0, oldest: None };
        for id in walk {
            let time = UtcTime::from_seconds(self.git.find_commit(id?)?.time().seconds());
            waiting.commits += 1;
            waiting.oldest = waiting.oldest.into_iter().chain(time).min();
        }
        Ok(waiting)
    }

    fn named_by_id(&self, id: Oid) -> Result<NamedCommit, Error> {
        let commit = self.git.find_commit(id)?;
        // A message need not be UTF-8 (git-commit(1), "Discussion").
        let subject = commit.summary_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Ok(NamedCommit { id: id.to_string(), subject: subject.unwrap_or_default() })
    }
}
