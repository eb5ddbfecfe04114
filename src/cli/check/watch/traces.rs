//! What a process leaves on the disk: what the eye on the machine's files saw, what is new or other in its HOME and its
//! release, and what it holds open for writing. Its private TMPDIR does not count, nor does what the declaration lets it
//! write.

use super::files::{Files, Quiet};
use crate::artifact::BuildManifest;
use crate::check::Sight;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Size and time of change of a file, by which another content shows.
type Print = (u64, i64, i64);

/// How long others are watched, where the kernel does not say who writes.
const QUIET: Quiet = Quiet(Duration::from_secs(1));

/// What stood there before, and what came.
pub(super) struct Traces<'a> {
    folder: &'a Path,
    manifest: &'a BuildManifest,
    allowed: Vec<PathBuf>,
    before: BTreeMap<PathBuf, Print>,
    /// The unpacked releases of other process types.
    others: BTreeSet<PathBuf>,
    files: Files,
    held: BTreeSet<PathBuf>,
}

impl<'a> Traces<'a> {
    /// Looks before anything starts.
    pub(super) fn before(folder: &'a Path, manifest: &'a BuildManifest) -> Self {
        let writable = manifest.declaration.sandbox.iter().flat_map(|sandbox| &sandbox.writable).map(PathBuf::from);
        let files = Files::open(folder, QUIET);
        Self {
            folder,
            manifest,
            allowed: writable.collect(),
            before: home(folder),
            others: trees(folder).collect(),
            files,
            held: BTreeSet::new(),
        }
    }

    /// What belongs to these processes is meant from now on.
    pub(super) fn follow(&self, supervisor: u32) {
        self.files.follow(supervisor);
    }

    /// Notes what processes hold open for writing.
    pub(super) fn hold(&mut self, processes: &BTreeSet<u32>) {
        self.held.extend(processes.iter().flat_map(|pid| open_for_writing(*pid)));
    }

    /// All that was written, as people know it, and how well it was seen.
    pub(super) fn after(self) -> (Vec<String>, Sight) {
        let Self { folder, manifest, allowed, before, others, files, held } = self;
        let (seen, sight) = files.close();
        let mut all: BTreeSet<PathBuf> = seen.into_iter().chain(held).collect();
        all.extend(home(folder).into_iter().filter(|(path, print)| before.get(path) != Some(print)).map(|one| one.0));
        all.extend(
            trees(folder).filter(|tree| !others.contains(tree)).flat_map(|tree| beside_release(&tree, manifest)),
        );
        let shown = all.iter().filter(|path| !allowed.iter().any(|allowed| path.starts_with(allowed)));
        let shown: BTreeSet<String> = shown.filter_map(|path| shown_as(folder, path)).collect();
        (shown.into_iter().collect(), sight)
    }
}

/// As people know a path: `$HOME/x`, `./x` for one in the release, which is the working directory, and a stroke behind
/// a folder. None where it is the watching's own.
fn shown_as(folder: &Path, path: &Path) -> Option<String> {
    let stroke = if path.is_dir() { "/" } else { "" };
    let Ok(inside) = path.strip_prefix(folder) else { return Some(format!("{}{stroke}", path.display())) };
    if let Ok(rest) = inside.strip_prefix("home") {
        return Some(format!("$HOME/{}{stroke}", rest.display()));
    }
    // cache/START/APP/BUILD/app/...
    let mut parts = inside.components();
    (parts.next()?.as_os_str() == "cache").then_some(())?;
    parts.nth(2)?;
    (parts.next()?.as_os_str() == crate::artifact::ROOT).then(|| format!("./{}{stroke}", parts.as_path().display()))
}

/// Whether a file's name is that of a log.
pub(super) fn is_log(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    name.ends_with(".log")
        || name.contains(".log.")
        || path.to_lowercase().contains("/logs/")
        || path.to_lowercase().contains("/log/")
}

fn home(folder: &Path) -> BTreeMap<PathBuf, Print> {
    let mut found = BTreeMap::new();
    collect(&folder.join("home"), &mut found);
    found
}

/// The unpacked release of each start.
fn trees(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let below = |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let builds = below(folder.join("cache")).flat_map(below).flat_map(below);
    builds.map(|build| build.join(crate::artifact::ROOT)).filter(|tree| tree.is_dir())
}

/// What stands in an unpacked release and is not of it, or has another size.
fn beside_release(tree: &Path, manifest: &BuildManifest) -> Vec<PathBuf> {
    let mut found = BTreeMap::new();
    collect(tree, &mut found);
    let of_it = |path: &Path, print: &Print| {
        let name = Path::new(crate::artifact::ROOT).join(path.strip_prefix(tree).unwrap_or(path));
        let listed = manifest.files.iter().find(|file| Path::new(file.path.as_str()) == name);
        name == Path::new(crate::artifact::MANIFEST_PATH) || listed.is_some_and(|file| file.size == print.0)
    };
    found.into_iter().filter(|(path, print)| !of_it(path, print)).map(|(path, _)| path).collect()
}

/// Files, and folders that hold nothing, below a folder.
fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, Print>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        let path = entry.path();
        if !metadata.is_dir() {
            found.insert(path, (metadata.size(), metadata.mtime(), metadata.mtime_nsec()));
        } else if std::fs::read_dir(&path).is_ok_and(|mut inside| inside.next().is_none()) {
            found.insert(path, (0, 0, 0));
        } else {
            collect(&path, found);
        }
    }
}

/// Plain files that a process holds open for writing: the access mode is the last octal digit of `flags` (proc(5),
/// `/proc/PID/fdinfo`; open(2): O_WRONLY is 1, O_RDWR is 2).
fn open_for_writing(pid: u32) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten() {
        let Ok(path) = std::fs::read_link(entry.path()) else { continue };
        let shown = path.to_string_lossy();
        if !path.is_absolute()
            || ["/dev/", "/proc/", "/sys/", "/memfd:"].iter().any(|special| shown.starts_with(special))
            || shown.ends_with(" (deleted)")
        {
            continue;
        }
        let info = format!("/proc/{pid}/fdinfo/{}", entry.file_name().to_string_lossy());
        let flags = std::fs::read_to_string(info).unwrap_or_default();
        let mode = flags.lines().find_map(|line| line.strip_prefix("flags:")?.trim().chars().last());
        if matches!(mode, Some('1' | '2')) && path.is_file() {
            found.push(path);
        }
    }
    found
}
