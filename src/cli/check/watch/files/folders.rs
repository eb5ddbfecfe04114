//! What changes in the folders that this user may write, as the kernel reports it to anybody (inotify(7)). It does not
//! say who writes: what changed before anything was started, and what others hold open, is left out.

use super::{BLINK, Seen, mounts};
use crate::check::Sight;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::fs::{Access, access};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WANTED: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DONT_FOLLOW)
    .union(WatchFlags::ONLYDIR);

/// Folders that are watched at most: the kernel keeps about 1 KiB for each.
const MOST: usize = 20_000;
/// How long looking for them may take.
const SEARCH: Duration = Duration::from_secs(3);
/// Where programs and the system lie, which no service writes.
const PROGRAMS: [&str; 9] = ["/bin", "/boot", "/gnu", "/lib", "/lib64", "/nix", "/sbin", "/snap", "/usr"];

/// How long the machine is watched before anything is started: what changes then, others write.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::check::watch) struct Quiet(pub(in crate::cli::check::watch) Duration);

/// Folders of the machine, watched.
pub(super) struct Folders {
    inotify: OwnedFd,
    /// By the numbers that the kernel gives them.
    paths: BTreeMap<i32, PathBuf>,
    /// Where the watching itself happens.
    own: PathBuf,
    /// Where others write.
    busy: BTreeSet<PathBuf>,
}

impl Folders {
    /// Watches all that this user may write, the nearest to the root first.
    pub(super) fn open(own: &Path, quiet: Quiet) -> std::io::Result<(Self, Sight)> {
        let mut folders = Self::none(own)?;
        let mut unseen = Vec::new();
        if !folders.search() {
            unseen.push(format!("folders beyond the first {}", folders.paths.len()));
        }
        let begun = Instant::now();
        while begun.elapsed() < quiet.0 {
            folders.wait();
            for path in folders.changed().1 {
                folders.busy.extend(path.parent().map(Path::to_path_buf));
            }
        }
        unseen.extend(folders.busy.iter().map(|folder| format!("{}, where others write", folder.display())));
        let how = format!("what changes in the {} folders that this user may write (inotify)", folders.paths.len());
        Ok((folders, Sight { how, unseen }))
    }

    fn none(own: &Path) -> std::io::Result<Self> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        Ok(Self { inotify, paths: BTreeMap::new(), own: own.to_path_buf(), busy: BTreeSet::new() })
    }

    /// Notes what changes, until it may close.
    pub(super) fn watch(mut self, seen: &Mutex<Seen>, closing: &AtomicBool) {
        let mut changed = BTreeSet::new();
        loop {
            let last = closing.load(Ordering::Relaxed);
            let (lost, paths) = self.changed();
            changed.extend(paths);
            seen.lock().unwrap_or_else(PoisonError::into_inner).lost |= lost;
            if last {
                break;
            }
            self.wait();
        }
        let foreign = held_by_others(&self.own);
        let user = rustix::process::geteuid().as_raw();
        changed.retain(|path| {
            let busy = path.parent().is_some_and(|folder| self.busy.contains(folder));
            let ours = std::fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.uid() == user);
            !busy && ours && !foreign.contains(path)
        });
        seen.lock().unwrap_or_else(PoisonError::into_inner).paths = changed;
    }

    fn wait(&self) {
        let blink = Timespec::try_from(BLINK).ok();
        // Interrupted or over: either way it is looked at.
        let _ = poll(&mut [PollFd::new(&self.inotify, PollFlags::IN)], blink.as_ref());
    }

    /// Whether reports were lost, and the files that changed since the last call.
    fn changed(&mut self) -> (bool, BTreeSet<PathBuf>) {
        let (mut lost, mut found, mut come) = (false, BTreeSet::new(), Vec::new());
        let mut buffer = [MaybeUninit::uninit(); 16 << 10];
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            lost |= event.events().contains(ReadFlags::QUEUE_OVERFLOW);
            let (Some(folder), Some(name)) = (self.paths.get(&event.wd()), event.file_name()) else { continue };
            let path = folder.join(OsStr::from_bytes(name.to_bytes()));
            if event.events().contains(ReadFlags::ISDIR) {
                come.push(path);
            } else {
                found.insert(path);
            }
        }
        for folder in come {
            self.follow_new(&folder, &mut found);
        }
        (lost, found)
    }

    /// A folder that came, and what stands in it already.
    fn follow_new(&mut self, folder: &Path, found: &mut BTreeSet<PathBuf>) {
        if folder.starts_with(&self.own) || self.paths.len() >= MOST || !self.add(folder) {
            return;
        }
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.follow_new(&entry.path(), found);
            } else {
                found.insert(entry.path());
            }
        }
    }

    fn add(&mut self, folder: &Path) -> bool {
        let number = inotify::add_watch(&self.inotify, folder, WANTED);
        number.map(|number| self.paths.insert(number, folder.to_path_buf())).is_ok()
    }

    /// Looks for folders, the nearest to the root first; whether it came to the end.
    fn search(&mut self) -> bool {
        let pretended = mounts::pretended();
        let left_out = |path: &Path, own: &Path| {
            path == own || pretended.contains(path) || PROGRAMS.iter().any(|one| path == Path::new(one))
        };
        let begun = Instant::now();
        // /dev is only pretended, and /dev/shm in it is not.
        let mut open: VecDeque<PathBuf> = [PathBuf::from("/"), PathBuf::from("/dev/shm")].into();
        while let Some(folder) = open.pop_front() {
            if self.paths.len() >= MOST || begun.elapsed() > SEARCH {
                return false;
            }
            if access(&folder, Access::WRITE_OK | Access::EXEC_OK).is_ok() && !self.add(&folder) {
                return false;
            }
            let below = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let below = below.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            open.extend(below.map(|entry| entry.path()).filter(|path| !left_out(path, &self.own)));
        }
        true
    }
}

/// The files that processes hold open which have not been started here: they write them.
fn held_by_others(own: &Path) -> BTreeSet<PathBuf> {
    let mut family = super::Family::below(own);
    let mut held = BTreeSet::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if family.holds(pid) != Some(true) {
            let open = std::fs::read_dir(entry.path().join("fd")).into_iter().flatten().flatten();
            held.extend(open.filter_map(|one| std::fs::read_link(one.path()).ok()));
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::super::Seen;
    use super::Folders;
    use std::path::Path;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_file_that_changes_is_seen_and_one_in_a_new_folder_too_but_none_where_others_write()
    -> Result<(), Box<dyn std::error::Error>> {
        let (folder, busy) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let mut folders = Folders::none(Path::new("/nowhere"))?;
        assert!(folders.add(folder.path()) && folders.add(busy.path()));
        folders.busy.insert(busy.path().to_path_buf());
        std::fs::create_dir_all(folder.path().join("new/below"))?;
        let mut written = ["here", "new/there", "new/below/deep"].map(|name| folder.path().join(name));
        for path in &written {
            std::fs::write(path, "x")?;
        }
        std::fs::write(busy.path().join("others"), "x")?;
        let held = std::fs::File::create(folder.path().join("held"))?;
        let seen = Mutex::new(Seen::default());
        folders.watch(&seen, &AtomicBool::new(true));
        drop(held);
        written.sort();
        assert_eq!(seen.lock().map_err(|_| "poisoned")?.paths.iter().cloned().collect::<Vec<_>>(), written);
        Ok(())
    }
}
