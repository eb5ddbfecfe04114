//! Watching the working tree: which of its files were changed, as the kernel reports it (inotify(7)). Nothing is
//! polled, and nothing wakes while nobody saves.
//!
//! The law: what git ignores is none of the codebase's, whoever writes there; a folder that says of itself that it is a
//! cache (`CACHEDIR.TAG`, as cargo's target folder does) is not looked into; a file that was named counts whatever
//! ignores it.

mod ignored;
mod known;
mod temporary;

pub use known::{Change, ChangeKind, Judgement};

use ignored::Ignored;
use known::Known;
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What is reported of a folder: saves in place, renames over, links, removals.
const WANTED: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::ONLYDIR);

/// What says of a folder that it is a cache (bford.info/cachedir).
const TAG: &str = "CACHEDIR.TAG";

/// Folders of version control.
const HISTORIES: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// Why a folder cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be watched", path = .path.display())]
pub struct Unwatched {
    /// The folder.
    pub path: PathBuf,
    /// Whether the machine's limit of watched folders is reached.
    pub limit: bool,
    /// Why.
    #[source]
    pub cause: std::io::Error,
}

/// The files that are watched.
#[derive(Debug)]
pub struct Watch {
    inotify: OwnedFd,
    ignored: Ignored,
    /// The folders, by the numbers that the kernel gives them.
    folders: BTreeMap<i32, Folder>,
    /// Files that count whatever ignores them.
    named: BTreeSet<PathBuf>,
    known: Known,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// Not only the named files in it.
    whole: bool,
}

impl Watch {
    /// Watches nothing yet. What the repository of a folder ignores will not be watched.
    ///
    /// # Errors
    /// Where the machine gives no inotify.
    pub fn around(folder: &Path) -> Result<Self, Unwatched> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)
            .map_err(|cause| unwatched(Path::new("/"), cause))?;
        Ok(Self {
            inotify,
            ignored: Ignored::around(folder),
            folders: BTreeMap::new(),
            named: BTreeSet::new(),
            known: Known::default(),
        })
    }

    /// Watches a folder and all that lies below it, without what is ignored.
    ///
    /// # Errors
    /// Where a folder cannot be watched.
    pub fn follow(&mut self, folder: &Path) -> Result<(), Unwatched> {
        let mut found = Vec::new();
        self.follow_below(folder, &mut found)?;
        found.into_iter().for_each(|path| self.known.note(path));
        Ok(())
    }

    /// Whether a folder is watched with all that lies in it.
    #[must_use]
    pub fn follows(&self, folder: &Path) -> bool {
        self.folders.values().any(|one| one.whole && one.path == folder)
    }

    /// Watches one file, which need not stand yet, whatever ignores it.
    ///
    /// # Errors
    /// Where its folder cannot be watched.
    pub fn follow_file(&mut self, path: &Path) -> Result<(), Unwatched> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        if !self.folders.values().any(|one| one.path == folder) {
            self.add(folder, false)?;
        }
        self.named.insert(path.to_path_buf());
        if path.is_file() {
            self.known.note(path.to_path_buf());
        }
        Ok(())
    }

    /// Readable when something was reported.
    #[must_use]
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }

    /// The files that were changed since the last call, sorted.
    ///
    /// # Errors
    /// Where a folder that came cannot be watched.
    pub fn changes(&mut self, judgement: Judgement) -> Result<Vec<Change>, Unwatched> {
        let mut reported = Vec::new();
        for report in self.reports()? {
            self.take(&report, &mut reported)?;
        }
        let mut reported: BTreeSet<PathBuf> = reported.into_iter().collect();
        reported.retain(|path| self.counts(path));
        if judgement == Judgement::Content {
            // cargo has just read it, and writes it where it must.
            reported.retain(|path| !path.ends_with("Cargo.lock"));
        }
        let known = &mut self.known;
        let change = |path: PathBuf| known.change(&path, judgement).map(|kind| Change { path, kind });
        Ok(reported.into_iter().filter_map(change).collect())
    }

    fn reports(&self) -> Result<Vec<Report>, Unwatched> {
        let mut buffer = [MaybeUninit::uninit(); 16 << 10];
        let mut reader = Reader::new(&self.inotify, &mut buffer);
        let mut reports = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => reports.push(Report {
                    folder: event.wd(),
                    flags: event.events(),
                    name: event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()).to_os_string()),
                }),
                Err(Errno::AGAIN) => return Ok(reports),
                Err(Errno::INTR) => {}
                Err(cause) => return Err(unwatched(Path::new("/"), cause)),
            }
        }
    }

    /// Adds the files that a report is about.
    fn take(&mut self, report: &Report, reported: &mut Vec<PathBuf>) -> Result<(), Unwatched> {
        if report.flags.contains(ReadFlags::QUEUE_OVERFLOW) {
            return self.look_at_all(reported);
        }
        if report.flags.contains(ReadFlags::IGNORED) {
            self.folders.remove(&report.folder);
            return Ok(());
        }
        let (Some(folder), Some(name)) = (self.folders.get(&report.folder), &report.name) else { return Ok(()) };
        let (path, whole) = (folder.path.join(name), folder.whole);
        if name == TAG && path.exists() {
            // cargo makes its target folder under another name, tags it, and renames it.
            let cache = folder.path.clone();
            self.forget(&cache);
            reported.retain(|path| !path.starts_with(&cache));
            return Ok(());
        }
        if !report.flags.contains(ReadFlags::ISDIR) {
            if whole || self.named.contains(&path) {
                reported.push(path);
            }
            return Ok(());
        }
        if report.flags.intersects(ReadFlags::DELETE | ReadFlags::MOVED_FROM) {
            self.forget(&path);
            reported.extend(self.known.below(&path));
        } else if whole && !self.is_foreign(&path) {
            self.follow_below(&path, reported)?;
        }
        Ok(())
    }

    /// Reports were lost: every file that is known or found may have changed.
    fn look_at_all(&mut self, reported: &mut Vec<PathBuf>) -> Result<(), Unwatched> {
        let roots: Vec<PathBuf> = self.folders.values().filter(|one| one.whole).map(|one| one.path.clone()).collect();
        reported.extend(self.known.below(Path::new("/")));
        roots.iter().filter(|root| root.is_dir()).try_for_each(|root| self.follow_below(root, reported))
    }

    /// Watches a folder and all that lies below it, and adds the files that stand there.
    fn follow_below(&mut self, folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Unwatched> {
        let mut open = vec![folder.to_path_buf()];
        while let Some(folder) = open.pop() {
            // Watched before it is read, so that nothing comes in between.
            if !self.add(&folder, true)? {
                continue;
            }
            let entries: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().collect();
            if entries.iter().any(|entry| entry.file_name() == TAG) {
                // It was tagged while it was looked at.
                self.forget(&folder);
                continue;
            }
            for entry in entries {
                let path = entry.path();
                // A link to a folder may lead anywhere, and in circles.
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && !self.is_foreign(&path) => open.push(path),
                    Ok(kind) if !kind.is_dir() => found.push(path),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Asks for reports of a folder; whether it stands.
    fn add(&mut self, path: &Path, whole: bool) -> Result<bool, Unwatched> {
        match inotify::add_watch(&self.inotify, path, WANTED) {
            Ok(number) => {
                self.folders.insert(number, Folder { path: path.to_path_buf(), whole });
                Ok(true)
            }
            // It went as soon as it came, or is closed to us, and then to cargo too.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => Ok(false),
            Err(cause) => Err(unwatched(path, cause)),
        }
    }

    /// No more reports of a folder that went, nor of those below it: what was moved goes on to be reported elsewhere.
    fn forget(&mut self, path: &Path) {
        let gone: Vec<i32> =
            self.folders.iter().filter(|(_, one)| one.path.starts_with(path)).map(|(number, _)| *number).collect();
        for number in gone {
            self.folders.remove(&number);
            // It may have been removed with its folder.
            let _ = inotify::remove_watch(&self.inotify, number);
        }
    }

    /// Whether a file of a watched folder is of the codebase, or was named.
    fn counts(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.named.contains(path) || !temporary::is_an_editors(&name) && !self.ignored.holds(path)
    }

    /// Whether a folder is none of the codebase's.
    fn is_foreign(&self, path: &Path) -> bool {
        let history = path.file_name().is_some_and(|name| HISTORIES.iter().any(|history| name == *history));
        history || path.join(TAG).exists() || self.ignored.holds(path)
    }
}

/// One report of the kernel.
struct Report {
    folder: i32,
    flags: ReadFlags,
    name: Option<std::ffi::OsString>,
}

fn unwatched(path: &Path, cause: Errno) -> Unwatched {
    Unwatched { path: path.to_path_buf(), limit: matches!(cause, Errno::NOSPC | Errno::MFILE), cause: cause.into() }
}

#[cfg(test)]
mod tests;
