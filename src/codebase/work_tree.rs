//! The working tree as it stands, for those who look and change nothing: files that git tracks, as they are on disk.
//!
//! A commit is what a build is made of; a working tree is what somebody is about to commit, and also what is left
//! where the history was cut off or git was never asked.

use super::Error;
use git2::{ErrorCode, StatusOptions};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Entries of folders that hold no source, where git cannot say what is tracked.
const NO_SOURCE: [&str; 3] = ["target", "node_modules", "vendor"];

/// The files below one root.
pub struct WorkTree {
    root: PathBuf,
    git: Option<git2::Repository>,
    files: BTreeSet<String>,
}

impl std::fmt::Debug for WorkTree {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("WorkTree").field("root", &self.root).finish_non_exhaustive()
    }
}

impl WorkTree {
    /// The working tree that a folder lies in; the folder itself where it lies in no repository.
    ///
    /// # Errors
    /// Where the repository is somebody else's, is bare, or cannot be read, or the folder is not there.
    pub fn around(folder: &Path) -> Result<Self, Error> {
        let here = || Error::NoFolder { folder: folder.to_path_buf() };
        let folder = folder.canonicalize().map_err(|_| here())?;
        let git = match git2::Repository::discover(&folder) {
            Ok(git) => git,
            Err(cause) if cause.code() == ErrorCode::NotFound => {
                let mut files = BTreeSet::new();
                walk(&folder, "", &mut files);
                return Ok(Self { root: folder, git: None, files });
            }
            Err(cause) if cause.code() == ErrorCode::Owner => return Err(Error::OtherOwner { folder }),
            Err(cause) => return Err(Error::Git(cause)),
        };
        let root = git.workdir().and_then(|root| root.canonicalize().ok()).ok_or(Error::Bare { folder })?;
        let mut files = BTreeSet::new();
        for entry in git.index()?.iter() {
            // Submodules and links are not this codebase's text.
            if entry.mode & 0o170_000 == 0o100_000
                && let Ok(path) = String::from_utf8(entry.path)
            {
                files.insert(path);
            }
        }
        Ok(Self { root, git: Some(git), files })
    }

    /// Its top folder, canonical.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether git keeps it.
    #[must_use]
    pub fn is_versioned(&self) -> bool {
        self.git.is_some()
    }

    /// The commit that it stands on, where there is one.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        Some(self.git.as_ref()?.head().ok()?.peel_to_commit().ok()?.id().to_string())
    }

    /// The commit that it stands on, with `-dirty` where tracked files differ from it, as `git describe` says it;
    /// `uncommitted` where there is none.
    #[must_use]
    pub fn described(&self) -> String {
        let Some(head) = self.head() else { return "uncommitted".to_owned() };
        let dirty = self.changed().is_ok_and(|changed| !changed.is_empty());
        if dirty { format!("{head}-dirty") } else { head }
    }

    /// A folder's path from the root; none where it lies elsewhere.
    #[must_use]
    pub fn relative(&self, folder: &Path) -> Option<String> {
        let folder = folder.canonicalize().ok()?;
        folder.strip_prefix(&self.root).ok()?.to_str().map(str::to_owned)
    }

    /// The tracked files, sorted, from the root; all files where git does not keep it.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// The tracked files of a folder and those below it.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a str> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let range = self.files.range(prefix.clone()..);
        range.map(String::as_str).take_while(move |path| path.starts_with(&prefix))
    }

    /// Whether git tracks a file, or, without git, whether it is there.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether a file is there, tracked or not.
    #[must_use]
    pub fn stands(&self, path: &str) -> bool {
        self.root.join(path).is_file()
    }

    /// Whether an ignore file names a path.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.git.as_ref().is_some_and(|git| git.is_path_ignored(path).unwrap_or(false))
    }

    /// The text of a file, where it is there and is text.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok()
    }

    /// How many tracked files differ from the commit.
    ///
    /// # Errors
    /// Where the working tree cannot be read.
    pub fn changed(&self) -> Result<Vec<String>, Error> {
        let Some(git) = &self.git else { return Ok(Vec::new()) };
        let mut options = StatusOptions::new();
        options.include_untracked(false).include_ignored(false).exclude_submodules(true);
        let statuses = git.statuses(Some(&mut options))?;
        Ok(statuses.iter().filter_map(|entry| entry.path().ok().map(str::to_owned)).collect())
    }
}

fn walk(folder: &Path, above: &str, files: &mut BTreeSet<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
        if kind.is_dir() && !name.starts_with('.') && !NO_SOURCE.contains(&name.as_str()) {
            walk(&entry.path(), &format!("{above}{name}/"), files);
        } else if kind.is_file() {
            files.insert(format!("{above}{name}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::WorkTree;
    use std::fs;

    #[test]
    fn a_commit_that_was_changed_is_called_dirty() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        assert_eq!(WorkTree::around(folder.path())?.described(), "uncommitted");
        let git = git2::Repository::init(folder.path())?;
        assert_eq!(WorkTree::around(folder.path())?.described(), "uncommitted");
        fs::write(folder.path().join("one"), "1")?;
        let mut index = git.index()?;
        index.add_path("one".as_ref())?;
        index.write()?;
        let tree = git.find_tree(index.write_tree()?)?;
        let ada = git2::Signature::now("Ada", "ada@example.org")?;
        let commit = git.commit(Some("HEAD"), &ada, &ada, "first", &tree, &[])?.to_string();
        fs::write(folder.path().join("untracked"), "")?;
        assert_eq!(WorkTree::around(folder.path())?.described(), commit);
        fs::write(folder.path().join("one"), "another")?;
        assert_eq!(WorkTree::around(folder.path())?.described(), format!("{commit}-dirty"));
        Ok(())
    }
}
