//! The files of one commit, each known for what it is before anything is made of it.

use super::{Commit, Error, Repository};
use git2::{ObjectType, Oid};
use std::collections::BTreeMap;
use std::path::Path;

/// The files of one commit, sorted by path.
#[derive(Debug, Clone)]
pub struct Snapshot {
    files: BTreeMap<String, SnapshotFile>,
}

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Its path from the repository's root.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    oid: Oid,
}

/// What an entry of a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file.
    Plain,
    /// A file with git's executable bit.
    Executable,
    /// A symbolic link.
    Link,
    /// Another repository at one of its commits.
    Submodule,
}

impl Repository {
    /// All files of a commit.
    ///
    /// # Errors
    /// Where the commit cannot be read, or a path is not UTF-8.
    pub fn snapshot(&self, commit: &Commit) -> Result<Snapshot, Error> {
        let mut files = BTreeMap::new();
        let tree = self.git.find_commit(commit.oid)?.tree()?;
        collect(&self.git, &tree, "", &mut files)?;
        Ok(Snapshot { files })
    }

    /// The bytes of a file; of a link, where it leads.
    ///
    /// # Errors
    /// Where the object is missing or damaged.
    pub fn content(&self, file: &SnapshotFile) -> Result<Vec<u8>, Error> {
        Ok(self.git.find_blob(file.oid)?.content().to_vec())
    }

    /// The text of a file of the commit, where it is there.
    ///
    /// # Errors
    /// Where it cannot be read or is not UTF-8.
    pub fn text(&self, snapshot: &Snapshot, path: &str) -> Result<Option<String>, Error> {
        let Some(file) = snapshot.file(path) else { return Ok(None) };
        match String::from_utf8(self.content(file)?) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Error::BadManifest { path: path.to_owned(), rule: "it is not UTF-8".to_owned() }),
        }
    }

    /// Whether an ignore file of the working tree names a path.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.git.is_path_ignored(path).unwrap_or(false)
    }
}

/// Collects the entries of a tree and of all trees below it.
pub(super) fn collect(
    git: &git2::Repository,
    tree: &git2::Tree<'_>,
    above: &str,
    files: &mut BTreeMap<String, SnapshotFile>,
) -> Result<(), Error> {
    for entry in tree {
        let name = std::str::from_utf8(entry.name_bytes())
            .map_err(|_| Error::PathNotText { path: format!("{above}{}", entry.name_bytes().escape_ascii()) })?;
        let path = format!("{above}{name}");
        let kind = match (entry.kind(), entry.filemode()) {
            (Some(ObjectType::Tree), _) => {
                collect(git, &git.find_tree(entry.id())?, &format!("{path}/"), files)?;
                continue;
            }
            (Some(ObjectType::Commit), _) => FileKind::Submodule,
            (_, 0o120_000) => FileKind::Link,
            (_, 0o100_755) => FileKind::Executable,
            _ => FileKind::Plain,
        };
        files.insert(path.clone(), SnapshotFile { path, kind, oid: entry.id() });
    }
    Ok(())
}

impl Snapshot {
    /// All files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = &SnapshotFile> {
        self.files.values()
    }

    /// The file or link at a path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&SnapshotFile> {
        self.files.get(path).filter(|file| file.kind != FileKind::Submodule)
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether the commit is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl SnapshotFile {
    /// Whether these bytes are its content, as git hashes them.
    #[must_use]
    pub fn is(&self, bytes: &[u8]) -> bool {
        Oid::hash_object(ObjectType::Blob, bytes).is_ok_and(|oid| oid == self.oid)
    }

    /// Whether a file of the machine has its content.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        Oid::hash_file(ObjectType::Blob, path).is_ok_and(|oid| oid == self.oid)
    }
}

/// Whether a content only points to a file that git LFS keeps elsewhere (git-lfs, docs/spec.md: a pointer is smaller
/// than 1024 bytes and begins with its version).
#[must_use]
pub fn is_lfs_pointer(content: &[u8]) -> bool {
    content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/")
}
