//! What a process leaves on the disk: files that are new or other in its HOME and its release, and files that it holds
//! open for writing anywhere. Its private TMPDIR does not count, nor does what the declaration lets it write.

use crate::app::Declaration;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Size and time of change of a file, by which another content shows.
type Print = (u64, i64, i64);

/// What stood there before.
pub(super) struct Traces {
    folder: PathBuf,
    allowed: Vec<PathBuf>,
    before: BTreeMap<PathBuf, Print>,
}

impl Traces {
    /// Looks before anything starts.
    pub(super) fn before(folder: &Path, declaration: &Declaration) -> Self {
        let writable = declaration.sandbox.iter().flat_map(|sandbox| &sandbox.writable).map(PathBuf::from);
        let mut traces = Self { folder: folder.to_path_buf(), allowed: writable.collect(), before: BTreeMap::new() };
        traces.before = traces.now();
        traces
    }

    /// What these processes hold open for writing, and what is new or other since.
    pub(super) fn written(&self, processes: &BTreeSet<u32>) -> Vec<String> {
        let open = processes.iter().flat_map(|pid| open_for_writing(*pid));
        let outside = open.filter(|path| !path.starts_with(&self.folder) || path.starts_with(self.folder.join("home")));
        self.merged(outside.filter(|path| !self.is_allowed(path)).map(|path| self.shown(&path)).collect())
    }

    /// What is new or other by now, beside what was seen earlier.
    pub(super) fn merged(&self, seen: Vec<String>) -> Vec<String> {
        let mut all: BTreeSet<String> = seen.into_iter().collect();
        for (path, print) in self.now() {
            if self.before.get(&path) != Some(&print) && !self.is_allowed(&path) && self.is_the_apps(&path) {
                all.insert(self.shown(&path));
            }
        }
        all.into_iter().collect()
    }

    /// HOME, and files in an unpacked tree that were there before: unpacking makes the others.
    fn is_the_apps(&self, path: &Path) -> bool {
        path.starts_with(self.folder.join("home")) || self.before.contains_key(path)
    }

    fn now(&self) -> BTreeMap<PathBuf, Print> {
        let mut found = BTreeMap::new();
        for folder in ["home", "cache"] {
            collect(&self.folder.join(folder), &mut found);
        }
        found
    }

    fn is_allowed(&self, path: &Path) -> bool {
        self.allowed.iter().any(|allowed| path.starts_with(allowed))
    }

    /// As people know it: `$HOME/x`.
    fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(self.folder.join("home")) {
            Ok(rest) => format!("$HOME/{}", rest.display()),
            Err(_) => path.display().to_string(),
        }
    }
}

/// Whether a file's name is that of a log.
pub(super) fn is_log(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    name.ends_with(".log")
        || name.contains(".log.")
        || path.to_lowercase().contains("/logs/")
        || path.to_lowercase().contains("/log/")
}

fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, Print>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            collect(&entry.path(), found);
        } else {
            found.insert(entry.path(), (metadata.size(), metadata.mtime(), metadata.mtime_nsec()));
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
