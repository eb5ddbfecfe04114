//! Files that processes write, wherever on the machine: an eye that is open as long as a process type is watched. The
//! kernel itself says who writes what (fanotify) to whom it allows that; other users see what changes in the folders
//! that they may write (inotify), and not who did it.

mod family;
mod folders;
mod mounts;
mod writes;

pub(super) use folders::Quiet;

use crate::check::Sight;
use crate::report::Counted;
use family::Family;
use folders::Folders;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use writes::Writes;

/// How long the eye waits for a report before it asks whether it may close.
const BLINK: Duration = Duration::from_millis(50);

/// What was seen so far.
#[derive(Debug, Default)]
struct Seen {
    paths: BTreeSet<PathBuf>,
    /// Files of which nobody can say who wrote them.
    untold: BTreeSet<PathBuf>,
    /// Reports were lost: there were more than the kernel keeps.
    lost: bool,
}

/// An eye on the machine's files.
pub(super) struct Files {
    family: Arc<Mutex<Family>>,
    seen: Arc<Mutex<Seen>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    sight: Sight,
}

impl Files {
    /// Opens the eye. `folder` is where the watching itself happens, and tells what belongs to it.
    pub(super) fn open(folder: &Path, quiet: Quiet) -> Self {
        let family = Arc::new(Mutex::new(Family::below(folder)));
        let seen = Arc::new(Mutex::new(Seen::default()));
        let closing = Arc::new(AtomicBool::new(false));
        let eye = (Arc::clone(&family), Arc::clone(&seen), Arc::clone(&closing));
        let (thread, sight) = match Writes::open() {
            Ok((writes, sight)) => (Some(std::thread::spawn(move || writes.watch(&eye.0, &eye.1, &eye.2))), sight),
            Err(why) => match Folders::open(folder, quiet) {
                Ok((folders, mut sight)) => {
                    sight.unseen.push(format!("who writes: {why}"));
                    (Some(std::thread::spawn(move || folders.watch(&eye.1, &eye.2))), sight)
                }
                Err(cause) => {
                    let unseen = vec![format!("who writes: {why}"), format!("folders of the machine: {cause}")];
                    (None, Sight { how: "files of HOME and the release, and files held open".into(), unseen })
                }
            },
        };
        Self { family, seen, closing, thread, sight }
    }

    /// A supervisor whose processes are meant.
    pub(super) fn follow(&self, supervisor: u32) {
        self.family.lock().unwrap_or_else(PoisonError::into_inner).follow(supervisor);
    }

    /// Closes the eye; the files that were written, and how well it saw.
    pub(super) fn close(mut self) -> (BTreeSet<PathBuf>, Sight) {
        self.shut();
        let mut sight = std::mem::take(&mut self.sight);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.lost {
            sight.unseen.push("writes that came faster than the kernel reports them".into());
        }
        if let Some(first) = seen.untold.first() {
            let files = Counted(seen.untold.len(), "file");
            let writer = "whose writer had ended before it could be asked";
            sight.unseen.push(format!("{files} of the machine {writer}, as {}", first.display()));
        }
        (std::mem::take(&mut seen.paths), sight)
    }

    fn shut(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has seen what it has seen.
            let _ = thread.join();
        }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.shut();
    }
}
