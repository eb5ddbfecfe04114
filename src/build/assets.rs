//! Assets: files of the commit that the declaration names, and files that the package's build script made. Nothing
//! comes from the working tree, and nothing that is not a file is taken for one.

use super::Error;
use crate::artifact::{Content, Digest, Member, Mode, TreeFile, hash_file};
use crate::codebase::{FileKind, Repository, Snapshot, beside, is_lfs_pointer};
use crate::report::{Event, Reporter};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The parts that every build has, below the root of its archive. `bin/` holds the programs.
const RESERVED: [&str; 5] = ["bin", "build.json", "Cargo.lock", "twelve.toml", "sbom.cdx.json"];

/// Where the files of a commit are.
#[derive(Debug)]
pub(super) struct CommittedFiles<'a> {
    pub(super) repository: &'a Repository,
    pub(super) snapshot: &'a Snapshot,
    /// The folder of the declaration, from the repository's root: globs start there.
    pub(super) folder: &'a str,
    /// The exported commit.
    pub(super) source: &'a Path,
}

impl CommittedFiles<'_> {
    /// The assets that globs name.
    pub(super) fn assets(&self, globs: &[String], reporter: &Reporter) -> Result<Vec<Member>, Error> {
        let set = glob_set(globs)?;
        let above = beside(self.folder, "");
        let above = above.trim_start_matches('/');
        let mut used = vec![false; globs.len()];
        let mut members = Vec::new();
        for file in self.snapshot.files() {
            let Some(path) = file.path.strip_prefix(above) else { continue };
            // A submodule is one entry: what a glob would find in it must be refused by its name.
            let inside = format!("{path}/x");
            let mut matches = set.matches(path);
            if file.kind == FileKind::Submodule {
                matches.extend(set.matches(&inside));
            }
            if matches.is_empty() {
                continue;
            }
            matches.into_iter().for_each(|index| used[index] = true);
            let refuse = |what| Err(Error::NoAsset { path: path.to_owned(), what });
            let mode = match file.kind {
                FileKind::Plain => Mode::Plain,
                FileKind::Executable => Mode::Executable,
                FileKind::Link => return refuse("a link; a build holds files only"),
                FileKind::Submodule => return refuse("a submodule, whose files are not of this commit"),
            };
            let content = self.repository.content(file)?;
            if is_lfs_pointer(&content) {
                return refuse("a pointer to a file that git LFS keeps elsewhere");
            }
            let exported = self.source.join(&file.path);
            if !file.is_at(&exported) {
                return Err(Error::ChangedByBuild { path: file.path.clone() });
            }
            let found =
                TreeFile { path: archive_path(path)?, mode, size: content.len() as u64, sha256: Digest::of(&content) };
            members.push(Member { file: found, content: Content::File(exported) });
        }
        for (glob, _) in globs.iter().zip(used).filter(|(_, used)| !used) {
            reporter.tell(&Event::warning(format!("the asset glob `{glob}` matches no file of the commit")));
        }
        Ok(members)
    }
}

/// The assets that globs name in a build script's OUT_DIR.
pub(super) fn out_assets(folder: &Path, globs: &[String], reporter: &Reporter) -> Result<Vec<Member>, Error> {
    let set = glob_set(globs)?;
    let mut paths = Vec::new();
    files_below(folder, "", &mut paths)?;
    let mut used = vec![false; globs.len()];
    let mut members = Vec::new();
    for path in paths {
        let matches = set.matches(&path);
        if matches.is_empty() {
            continue;
        }
        matches.into_iter().for_each(|index| used[index] = true);
        let at = folder.join(&path);
        let metadata = fs::symlink_metadata(&at).map_err(Error::machine(&at, "read"))?;
        if !metadata.is_file() {
            return Err(Error::NoAsset { path, what: "a link; a build holds files only" });
        }
        let mode = if metadata.permissions().mode() & 0o111 == 0 { Mode::Plain } else { Mode::Executable };
        let (sha256, size) = hash_file(&at)?;
        let file = TreeFile { path: archive_path(&path)?, mode, size, sha256 };
        members.push(Member { file, content: Content::File(at) });
    }
    for (glob, _) in globs.iter().zip(used).filter(|(_, used)| !used) {
        reporter.tell(&Event::warning(format!("the glob `{glob}` of `out-assets` matches no file of the OUT_DIR")));
    }
    Ok(members)
}

fn files_below(root: &Path, folder: &str, paths: &mut Vec<String>) -> Result<(), Error> {
    let here = root.join(folder);
    let read = |cause| Error::machine(&here, "read")(cause);
    for entry in fs::read_dir(&here).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if entry.file_type().map_err(read)?.is_dir() {
            files_below(root, &path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// The path of an asset in the archive.
fn archive_path(path: &str) -> Result<crate::artifact::ArchivePath, Error> {
    let first = path.split('/').next().unwrap_or(path);
    if RESERVED.contains(&path) || first == "bin" {
        return Err(Error::Reserved { path: path.to_owned() });
    }
    Ok(format!("{}/{path}", crate::artifact::ROOT).parse()?)
}

pub(super) fn glob_set(globs: &[String]) -> Result<GlobSet, Error> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let bad = |rule: String| Error::BadGlob { glob: glob.clone(), rule };
        if glob.starts_with('/') || glob.split('/').any(|part| part == "..") {
            return Err(bad("it leaves the folder of the declaration".to_owned()));
        }
        let plain = glob.strip_prefix("./").unwrap_or(glob);
        let built = GlobBuilder::new(plain).literal_separator(true).build();
        builder.add(built.map_err(|cause| bad(cause.kind().to_string()))?);
    }
    let all = globs.join("`, `");
    builder.build().map_err(|cause| Error::BadGlob { glob: all, rule: cause.kind().to_string() })
}

#[cfg(test)]
mod tests {
    use super::{archive_path, glob_set};

    #[test]
    fn a_star_stays_in_its_folder_and_two_do_not() {
        let set = glob_set(&["static/*.css".to_owned(), "./migrations/**".to_owned()]).expect("globs");
        assert!(set.is_match("static/a.css") && !set.is_match("static/deep/a.css"));
        assert!(set.is_match("migrations/deep/1.sql") && !set.is_match("other/1.sql"));
    }

    #[test]
    fn a_glob_that_leaves_its_folder_is_refused() {
        for glob in ["../x", "/etc/*", "a/../../x", "a["] {
            assert!(glob_set(&[glob.to_owned()]).is_err(), "{glob}");
        }
    }

    #[test]
    fn the_names_of_a_builds_own_parts_are_refused() {
        for path in ["bin", "bin/x", "build.json", "Cargo.lock", "twelve.toml", "sbom.cdx.json"] {
            assert!(archive_path(path).is_err(), "{path}");
        }
        for path in ["binary", "static/bin/x", "docs/Cargo.lock"] {
            assert!(archive_path(path).is_ok(), "{path}");
        }
    }
}
