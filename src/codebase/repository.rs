//! The repository that a folder lies in, and the commit that is meant.

use super::Error;
use super::manifest::standing_manifest;
use crate::artifact::UtcTime;
use git2::{ErrorCode, Oid, Sort};
use std::path::{Path, PathBuf};

/// A git repository with a working tree and its whole history.
pub struct Repository {
    pub(super) git: git2::Repository,
    root: PathBuf,
}

/// One commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    pub(super) oid: Oid,
    /// When it was committed.
    pub time: UtcTime,
}

impl Commit {
    /// Its full id.
    #[must_use]
    pub fn id(&self) -> String {
        self.oid.to_string()
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Repository").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Repository {
    /// The repository that a folder lies in.
    ///
    /// # Errors
    /// Where there is none (and, where no package is at hand either, that one is missing), it belongs to somebody else, is bare, or has only a part of its history.
    pub fn discover(folder: &Path) -> Result<Self, Error> {
        let here = || folder.to_path_buf();
        let git = git2::Repository::discover(folder).map_err(|cause| match cause.code() {
            ErrorCode::NotFound if standing_manifest(folder).is_none() => Error::NothingAtHand { folder: here() },
            ErrorCode::NotFound => Error::NoRepository { folder: here() },
            ErrorCode::Owner => Error::OtherOwner { folder: owned_by_another(folder) },
            _ => Error::Git(cause),
        })?;
        let Some(root) = git.workdir().filter(|_| !git.is_bare()) else { return Err(Error::Bare { folder: here() }) };
        let root = root.canonicalize().map_err(|_| Error::NoRepository { folder: here() })?;
        // First of all: libgit2 shows the boundary of a shallow clone as a root commit.
        if git.is_shallow() {
            return Err(Error::Shallow { folder: root });
        }
        Ok(Self { git, root })
    }

    /// The top folder of its working tree, canonical.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The commit that a revision names; HEAD where none was typed. A detached HEAD is as good as any.
    ///
    /// # Errors
    /// Where there is no commit yet, or the revision names none.
    pub fn commit(&self, revision: Option<&str>) -> Result<Commit, Error> {
        let commit = match revision {
            Some(revision) => self
                .git
                .revparse_single(revision)
                .and_then(|object| object.peel_to_commit())
                .map_err(|_| Error::NoRevision { revision: revision.to_owned() })?,
            None => {
                let head = self.git.head().map_err(|cause| match cause.code() {
                    ErrorCode::UnbornBranch | ErrorCode::NotFound => Error::NoCommit { folder: self.root.clone() },
                    _ => Error::Git(cause),
                })?;
                head.peel_to_commit()?
            }
        };
        let time = UtcTime::from_seconds(commit.time().seconds())
            .ok_or_else(|| Error::NoRevision { revision: commit.id().to_string() })?;
        Ok(Commit { oid: commit.id(), time })
    }

    /// The commit that a record names by its full id.
    ///
    /// # Errors
    /// Where this clone does not have it.
    pub fn recorded_commit(&self, id: &str) -> Result<Commit, Error> {
        self.commit(Some(id))
            .ok()
            .filter(|commit| commit.id() == id)
            .ok_or_else(|| Error::NoSuchCommit { commit: id.to_owned(), root: self.root.clone() })
    }

    /// The root commits that a commit descends from, sorted. A repository can have several.
    ///
    /// # Errors
    /// Where the history cannot be walked.
    pub fn roots(&self, commit: &Commit) -> Result<Vec<String>, Error> {
        let mut walk = self.git.revwalk()?;
        walk.set_sorting(Sort::NONE)?;
        walk.push(commit.oid)?;
        let mut roots = Vec::new();
        for oid in walk {
            let oid = oid?;
            if self.git.find_commit(oid)?.parent_count() == 0 {
                roots.push(oid.to_string());
            }
        }
        roots.sort_unstable();
        Ok(roots)
    }

    /// Whether a commit, named by its id, is an ancestor of another. One that this repository does not have is none.
    ///
    /// # Errors
    /// Where the history cannot be walked.
    pub fn is_ancestor(&self, ancestor: &Commit, descendant: &str) -> Result<bool, Error> {
        let Ok(descendant) = Oid::from_str(descendant) else { return Ok(false) };
        if self.git.find_commit(descendant).is_err() {
            return Ok(false);
        }
        Ok(self.git.graph_descendant_of(descendant, ancestor.oid)?)
    }
}

/// The folder above that holds the repository, for the message: libgit2 only says that there is one.
fn owned_by_another(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|folder| folder.join(".git").exists());
    found.unwrap_or(folder).to_path_buf()
}
