//! What cargo cannot see. It rebuilds a package when a file that rustc named has a newer mtime; what a macro or a
//! build script reads without saying so (templates, migrations) is in no list. So where anything changed in a package's
//! folder its sources are touched, and where something changed outside all packages, those of every package.

use super::Error;
use super::places::Places;
use super::source::Export;
use super::work_folder::WorkFolder;
use crate::codebase::Packages;
use crate::codebase::cargo::Package;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Touches the sources of all packages that may have changed.
pub(super) fn touch(work: &WorkFolder, places: &Places, packages: &Packages, export: &Export) -> Result<(), Error> {
    let own: Vec<&Package> = packages.all().filter(|package| package.source.is_none()).collect();
    let tracked = Tracked::read(&work.target(), packages.workspace_root());
    let mut touched: Vec<&Path> = Vec::new();
    for path in &export.unbuilt {
        let (path, here) = (places.source.join(path), work.source().join(path));
        if here.exists() && tracked.names(&path) {
            continue;
        }
        let around: Vec<_> =
            own.iter().filter(|package| folder(package).is_some_and(|at| path.starts_with(at))).collect();
        let meant = if around.is_empty() { own.iter().collect() } else { around };
        touched.extend(meant.into_iter().flat_map(|package| sources(package)));
    }
    touched.sort_unstable();
    touched.dedup();
    for path in touched {
        // A source that is not there is cargo's to report.
        let path = places.here(path);
        let Ok(file) = File::options().write(true).open(&path) else { continue };
        file.set_modified(export.modified).map_err(Error::machine(path, "written"))?;
    }
    Ok(())
}

fn folder(package: &Package) -> Option<&Path> {
    package.manifest_path.parent().map(|folder| folder.as_std_path())
}

fn sources(package: &Package) -> impl Iterator<Item = &Path> {
    package.targets.iter().map(|target| target.src_path.as_std_path())
}

/// The Rust sources that rustc named as its own when it last compiled: of these cargo sees every change itself, and
/// touching their package would compile more than has changed.
struct Tracked {
    workspace: PathBuf,
    lists: Vec<String>,
}

impl Tracked {
    fn read(target: &Path, workspace: &Path) -> Self {
        let folders = fs::read_dir(target).into_iter().flatten().flatten();
        let folders =
            folders.map(|folder| folder.path()).flat_map(|path| [path.join("deps"), path.join("release/deps")]);
        let files = folders.flat_map(|deps| fs::read_dir(deps).into_iter().flatten().flatten());
        let lists = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|one| one == "d"));
        let lists = lists.filter_map(|path| fs::read_to_string(path).ok()).collect();
        Self { workspace: workspace.to_path_buf(), lists }
    }

    /// Whether a file is one of them.
    fn names(&self, path: &Path) -> bool {
        if path.extension().is_none_or(|extension| extension != "rs") {
            return false;
        }
        let Ok(relative) = path.strip_prefix(&self.workspace) else { return false };
        // rustc escapes spaces in these lists; such a path is not found, and its package touched.
        let (relative, absolute) = (relative.to_string_lossy(), path.to_string_lossy());
        self.lists.iter().any(|list| list.split_whitespace().any(|word| word == relative || word == absolute))
    }
}
