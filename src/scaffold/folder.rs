//! A folder as a template: its regular files and nothing else. A link could lead anywhere and a device could never
//! end, so both are refused by name; what the folder's own repository ignores is none of the template.

use super::Error;
use super::template::SourceFile;
use crate::codebase::first_commit::IgnoreRules;
use crate::codebase::remote_tree::Limits;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What a template may be at most.
pub(super) const LIMITS: Limits = Limits { files: 10_000, bytes: 64 << 20, file_bytes: 16 << 20, depth: 32 };

/// What has been found so far.
struct Found<'a> {
    label: &'a str,
    root: &'a Path,
    ignored: IgnoreRules,
    files: Vec<SourceFile>,
    bytes: u64,
}

/// The files below a folder, sorted by their paths.
pub(super) fn files(root: &Path, label: &str) -> Result<Vec<SourceFile>, Error> {
    let ignored = IgnoreRules::of(root);
    let mut found = Found { label, root, ignored, files: Vec::new(), bytes: 0 };
    found.collect(root, 0)?;
    found.files.sort_by(|one, other| one.stored.cmp(&other.stored));
    Ok(found.files)
}

impl Found<'_> {
    fn collect(&mut self, folder: &Path, depth: usize) -> Result<(), Error> {
        let entries = fs::read_dir(folder).map_err(Error::machine("read", folder))?;
        for entry in entries {
            let entry = entry.map_err(Error::machine("read", folder))?;
            let path = entry.path();
            let below = path.strip_prefix(self.root).unwrap_or(&path);
            let wrong = |reason: &str| Error::template(format!("{}/{}", self.label, below.to_string_lossy()), reason);
            let stored = below.to_str().ok_or_else(|| wrong("the path is not UTF-8"))?.to_owned();
            if stored == ".git" || self.ignored.holds(&path) {
                continue;
            }
            let kind = entry.file_type().map_err(Error::machine("look at", &path))?;
            if kind.is_dir() {
                if depth >= LIMITS.depth {
                    return Err(wrong("folders lie too deep in each other"));
                }
                self.collect(&path, depth + 1)?;
                continue;
            }
            if kind.is_symlink() {
                return Err(wrong("a template has no links"));
            }
            if !kind.is_file() {
                return Err(wrong("a template has files and folders and nothing else"));
            }
            let known = entry.metadata().map_err(Error::machine("look at", &path))?;
            self.bytes += known.len();
            LIMITS.check(self.files.len() + 1, self.bytes, known.len()).map_err(wrong)?;
            let bytes = fs::read(&path).map_err(Error::machine("read", &path))?;
            let executable = known.permissions().mode() & 0o100 != 0;
            self.files.push(SourceFile { stored, bytes: bytes.into(), executable });
        }
        Ok(())
    }
}
