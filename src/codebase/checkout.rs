//! A dependency's repository as cargo keeps it: a bare copy of its objects, and checkouts of single commits. A checkout
//! is believed only after every file of it was compared with the objects, which git names by their content.

use super::snapshot::{FileKind, collect};
use git2::{Oid, Repository as Git};
use std::collections::BTreeMap;
use std::path::Path;

/// Whether a copy of a repository's objects has a commit.
#[must_use]
pub fn has_commit(objects: &Path, revision: &str) -> bool {
    let commit = || Git::open(objects).ok()?.find_commit(Oid::from_str(revision).ok()?).ok().map(drop);
    commit().is_some()
}

/// Whether a checkout holds the files of a commit and no others. What cannot be read is not clean.
#[must_use]
pub fn is_clean_checkout(objects: &Path, revision: &str, checkout: &Path) -> bool {
    let clean = || {
        let git = Git::open(objects).ok()?;
        let tree = git.find_commit(Oid::from_str(revision).ok()?).ok()?.tree().ok()?;
        let mut files = BTreeMap::new();
        collect(&git, &tree, "", &mut files).ok()?;
        let whole = files.values().all(|file| match file.kind {
            FileKind::Plain | FileKind::Executable => {
                let path = checkout.join(&file.path);
                path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) && file.is_at(&path)
            }
            FileKind::Link => std::fs::read_link(checkout.join(&file.path))
                .is_ok_and(|leads| file.is(leads.as_os_str().as_encoded_bytes())),
            // cargo checks submodules out beside; their commits are not compared, so they are made anew.
            FileKind::Submodule => false,
        });
        // `.git` and the mark of a finished checkout are cargo's own.
        let known = |path: &str| files.contains_key(path) || path == ".cargo-ok" || path == ".git";
        (whole && only(checkout, "", &known)?).then_some(())
    };
    clean().is_some()
}

/// Whether every file below a folder is known.
fn only(root: &Path, folder: &str, known: &impl Fn(&str) -> bool) -> Option<bool> {
    for entry in std::fs::read_dir(root.join(folder)).ok()? {
        let entry = entry.ok()?;
        let name = entry.file_name().to_str()?.to_owned();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        let is_folder = entry.file_type().ok()?.is_dir();
        if is_folder && path != ".git" {
            if !only(root, &path, known)? {
                return Some(false);
            }
        } else if !known(&path) {
            return Some(false);
        }
    }
    Some(true)
}
