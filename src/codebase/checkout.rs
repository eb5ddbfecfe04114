//! A dependency's repository as cargo keeps it: a bare copy of its objects, and checkouts of single commits. A checkout
//! is believed only after every file of it was compared with the objects, which git names by their content.

use super::snapshot::{FileKind, SnapshotFile, collect};
use git2::{Oid, Repository as Git};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Whether a copy of a repository's objects has a commit.
#[must_use]
pub fn has_commit(objects: &Path, revision: &str) -> bool {
    let commit = || Git::open(objects).ok()?.find_commit(Oid::from_str(revision).ok()?).ok().map(drop);
    commit().is_some()
}

/// Whether a checkout holds the files of a commit and no others. What cannot be read is not clean, nor is one with
/// submodules: their commits are not compared, so they are made anew.
#[must_use]
pub fn is_clean_checkout(objects: &Path, revision: &str, checkout: &Path) -> bool {
    files_of(objects, revision).is_some_and(|files| {
        let whole = files.values().all(|file| file.kind != FileKind::Submodule);
        whole && difference(&files, checkout).is_none()
    })
}

/// The first path of a checkout that is not as the commit has it. Submodules are not looked into.
#[must_use]
pub fn tampered_checkout(objects: &Path, revision: &str, checkout: &Path) -> Option<PathBuf> {
    difference(&files_of(objects, revision)?, checkout)
}

fn files_of(objects: &Path, revision: &str) -> Option<BTreeMap<String, SnapshotFile>> {
    let git = Git::open(objects).ok()?;
    let tree = git.find_commit(Oid::from_str(revision).ok()?).ok()?.tree().ok()?;
    let mut files = BTreeMap::new();
    collect(&git, &tree, "", &mut files).ok()?;
    Some(files)
}

fn difference(files: &BTreeMap<String, SnapshotFile>, checkout: &Path) -> Option<PathBuf> {
    let stands = |file: &SnapshotFile| {
        let path = checkout.join(&file.path);
        match file.kind {
            FileKind::Plain | FileKind::Executable => {
                path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) && file.is_at(&path)
            }
            FileKind::Link => std::fs::read_link(path).is_ok_and(|leads| file.is(leads.as_os_str().as_encoded_bytes())),
            FileKind::Submodule => true,
        }
    };
    let edited = files.values().find(|file| !stands(file)).map(|file| checkout.join(&file.path));
    edited.or_else(|| added(checkout, "", files))
}

/// The first file that the commit does not have. `.git` and the mark of a finished checkout are cargo's own.
fn added(root: &Path, folder: &str, files: &BTreeMap<String, SnapshotFile>) -> Option<PathBuf> {
    let here = root.join(folder);
    let Ok(entries) = std::fs::read_dir(&here) else { return Some(here) };
    entries.into_iter().find_map(|entry| {
        let Ok(entry) = entry else { return Some(here.clone()) };
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if path == ".git" || path == ".cargo-ok" || files.contains_key(&path) {
            return None;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            return added(root, &path, files);
        }
        Some(entry.path())
    })
}
