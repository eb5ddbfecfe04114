//! Finding a command's program: first in the release's own `bin`, then in the process's PATH.

use super::Error;
use rustix::fs::{Access, access};
use std::env::split_paths;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that a command's first word means. A word with a slash is a path from the root of the tree.
pub(super) fn find(process: &str, word: &str, root: &Path, path: Option<&OsStr>) -> Result<PathBuf, Error> {
    let not_executable = |program: PathBuf| Error::ProgramNotExecutable { process: process.to_owned(), program };
    let candidates: Vec<PathBuf> = if word.contains('/') {
        vec![root.join(word)]
    } else {
        // An entry of PATH may be relative, and an empty one means the working directory (POSIX.1-2017, 8.3).
        let in_path = path.into_iter().flat_map(split_paths).map(|folder| root.join(folder).join(word));
        std::iter::once(root.join("bin").join(word)).chain(in_path).collect()
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
        None => Error::ProgramNotFound { process: process.to_owned(), word: word.to_owned(), programs: programs(root) },
    })
}

/// The programs of the release.
fn programs(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root.join("bin"))
        .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::run::Error;
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
        let found = |word: &str| find("web.1", word, &root, Some(other.as_os_str()));
        assert_eq!(found("shop").expect("found"), root.join("bin/shop"));
        assert_eq!(found("tool").expect("found"), other.join("tool"));
        assert_eq!(found("tools/fix").expect("found"), root.join("tools/fix"));
        assert!(matches!(found("text"), Err(Error::ProgramNotExecutable { .. })));
        match found("fix") {
            Err(Error::ProgramNotFound { programs, .. }) => assert_eq!(programs, ["shop"]),
            other => panic!("{other:?}"),
        }
        assert!(find("web.1", "sh", &root, Some(OsStr::new("/bin"))).is_ok());
    }
}
