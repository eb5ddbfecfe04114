//! Every write of the machine, with the process that makes it, as the kernel reports it to root (fanotify(7)).

use super::family::Family;
use super::{BLINK, Seen, mounts};
use crate::check::Sight;
use nix::errno::Errno;
use nix::sys::fanotify::{EventFFlags, Fanotify, FanotifyEvent, InitFlags, MarkFlags, MaskFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// All file systems, marked.
pub(super) struct Writes(Fanotify);

impl Writes {
    /// Marks every file system; why not, where this user may not.
    pub(super) fn open() -> Result<(Self, Sight), String> {
        let refused = |act: &str, cause: Errno| format!("fanotify, {act}: {}", cause.desc());
        let flags = InitFlags::FAN_CLASS_NOTIF
            | InitFlags::FAN_CLOEXEC
            | InitFlags::FAN_NONBLOCK
            | InitFlags::FAN_UNLIMITED_QUEUE;
        let files = EventFFlags::O_RDONLY | EventFFlags::O_CLOEXEC | EventFFlags::O_LARGEFILE;
        let fanotify = Fanotify::init(flags, files).map_err(|cause| refused("asked", cause))?;
        let (mut marked, mut unseen) = (0, Vec::new());
        for path in mounts::writable() {
            let whole = MarkFlags::FAN_MARK_ADD | MarkFlags::FAN_MARK_FILESYSTEM;
            let what = MaskFlags::FAN_MODIFY | MaskFlags::FAN_CLOSE_WRITE;
            match fanotify.mark(whole, what, rustix::fs::CWD, Some(&path)) {
                Ok(()) => marked += 1,
                Err(cause) => unseen.push(format!("{}: {}", path.display(), cause.desc())),
            }
        }
        if marked == 0 {
            return Err(refused("marking", Errno::EPERM));
        }
        let how = format!("every write of its processes, as the kernel reports it (fanotify, {marked} file systems)");
        Ok((Self(fanotify), Sight { how, unseen }))
    }

    /// Notes what the family writes, until it may close.
    pub(super) fn watch(self, family: &Mutex<Family>, seen: &Mutex<Seen>, closing: &AtomicBool) {
        loop {
            let last = closing.load(Ordering::Relaxed);
            self.take(family, seen);
            if last {
                return;
            }
            let blink = Timespec::try_from(BLINK).ok();
            // Interrupted or over: either way it is looked at.
            let _ = poll(&mut [PollFd::new(&self.0, PollFlags::IN)], blink.as_ref());
        }
    }

    fn take(&self, family: &Mutex<Family>, seen: &Mutex<Seen>) {
        while let Ok(events) = self.0.read_events() {
            let mut family = family.lock().unwrap_or_else(PoisonError::into_inner);
            // Who writes may end at any moment: all are asked about before any file is.
            let whose: Vec<Option<bool>> =
                events.iter().map(|event| u32::try_from(event.pid()).ok().and_then(|pid| family.holds(pid))).collect();
            drop(family);
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            for (event, whose) in events.iter().zip(whose) {
                seen.lost |= event.mask().contains(MaskFlags::FAN_Q_OVERFLOW);
                match (whose, path(event)) {
                    (Some(true), Some(path)) => drop(seen.paths.insert(path)),
                    (None, Some(path)) => drop(seen.untold.insert(path)),
                    _ => {}
                }
            }
        }
    }
}

/// The file of an event, where it is a plain one that still has a name.
fn path(event: &FanotifyEvent) -> Option<PathBuf> {
    let path = std::fs::read_link(format!("/proc/self/fd/{}", event.fd()?.as_raw_fd())).ok()?;
    (path.is_absolute() && path.is_file()).then_some(path)
}
