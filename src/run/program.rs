//! Finding a command's program: first among the release's own, then in the process's PATH.

use super::Error;
use rustix::fs::{Access, access};
use std::collections::BTreeMap;
use std::env::split_paths;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The app's own programs, which come before those of the machine.
#[derive(Debug, Clone, Copy)]
pub enum Programs<'a> {
    /// Those in the tree's `bin`.
    OfTree,
    /// Those that were just compiled, by their names: there is no tree yet.
    Compiled(&'a BTreeMap<String, PathBuf>),
}

impl Programs<'_> {
    /// Where the program of a name would be. `bin/` before it means the same, as it does in a tree.
    fn own(self, word: &str, root: &Path) -> Option<PathBuf> {
        match self {
            Self::OfTree => Some(root.join("bin").join(word)),
            Self::Compiled(programs) => programs.get(word).cloned(),
        }
    }

    /// Where a word with a slash leads, from the root of the tree.
    fn path(self, word: &str, root: &Path) -> PathBuf {
        let own = word.strip_prefix("bin/").and_then(|name| match self {
            Self::OfTree => None,
            Self::Compiled(programs) => programs.get(name).cloned(),
        });
        own.unwrap_or_else(|| root.join(word))
    }

    /// Their names.
    fn names(self, root: &Path) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::OfTree => fs::read_dir(root.join("bin"))
                .map(|entries| {
                    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
                })
                .unwrap_or_default(),
            Self::Compiled(programs) => programs.keys().cloned().collect(),
        };
        names.sort();
        names
    }
}

/// The file that a command's first word means. A word with a slash is a path from the root of the tree.
pub(super) fn find(
    process: &str,
    word: &str,
    root: &Path,
    programs: Programs<'_>,
    path: Option<&OsStr>,
) -> Result<PathBuf, Error> {
    let not_executable = |program: PathBuf| Error::ProgramNotExecutable { process: process.to_owned(), program };
    let candidates: Vec<PathBuf> = if word.contains('/') {
        vec![programs.path(word, root)]
    } else {
        // An entry of PATH may be relative, and an empty one means the working directory (POSIX.1-2017, 8.3).
        let in_path = path.into_iter().flat_map(split_paths).map(|folder| root.join(folder).join(word));
        programs.own(word, root).into_iter().chain(in_path).collect()
    };
    let mut there = None;
    for candidate in candidates.into_iter().filter(|candidate| candidate.is_file()) {
        if access(&candidate, Access::EXEC_OK).is_ok() {
            return Ok(candidate);
        }
        // As shells do: the search goes on, and the file is named only where nothing better is found.
        there.get_or_insert(candidate);
    }
    Err(match there {
        Some(program) => not_executable(program),
        None => {
            let programs = programs.names(root);
            Error::ProgramNotFound { process: process.to_owned(), word: word.to_owned(), programs }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Programs, find};
    use crate::run::Error;
    use std::collections::BTreeMap;
    use std::ffi::OsStr;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn file(path: &Path, mode: u32) {
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, b"#!/bin/sh\n").expect("a file");
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("a mode");
    }

    #[test]
    fn the_release_comes_before_the_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, other) = (folder.path().join("app"), folder.path().join("other"));
        for path in [root.join("bin/shop"), other.join("shop"), other.join("tool"), root.join("tools/fix")] {
            file(&path, 0o755);
        }
        file(&other.join("text"), 0o644);
        let found = |word: &str| find("web.1", word, &root, Programs::OfTree, Some(other.as_os_str()));
        assert_eq!(found("shop").expect("found"), root.join("bin/shop"));
        assert_eq!(found("tool").expect("found"), other.join("tool"));
        assert_eq!(found("tools/fix").expect("found"), root.join("tools/fix"));
        assert!(matches!(found("text"), Err(Error::ProgramNotExecutable { .. })));
        match found("fix") {
            Err(Error::ProgramNotFound { programs, .. }) => assert_eq!(programs, ["shop"]),
            other => panic!("{other:?}"),
        }
        assert!(find("web.1", "sh", &root, Programs::OfTree, Some(OsStr::new("/bin"))).is_ok());
    }

    #[test]
    fn what_was_just_compiled_stands_for_the_tree() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, compiled) = (folder.path().join("app"), folder.path().join("target/debug/shop"));
        for path in [root.join("bin/shop"), root.join("bin/other"), compiled.clone()] {
            file(&path, 0o755);
        }
        let programs = BTreeMap::from([("shop".to_owned(), compiled.clone())]);
        let found = |word: &str| find("web.1", word, &root, Programs::Compiled(&programs), None);
        assert_eq!(found("shop").expect("found"), compiled);
        assert_eq!(found("bin/shop").expect("found"), compiled);
        match found("other") {
            Err(Error::ProgramNotFound { programs, .. }) => assert_eq!(programs, ["shop"]),
            other => panic!("{other:?}"),
        }
    }
}
