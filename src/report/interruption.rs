//! Signals that ask to stop, while a program of ours is at work. Outside of that they do what they always do.
//!
//! The compiler runs in a process group of its own, so that one signal ends cargo and everything that it started, and
//! a Ctrl-C at the terminal reaches it through us alone.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The handlers that the last one left behind, which take the default action. The next takes them away: while it
/// listens, a signal would still be deadly. A build for several targets listens once for each.
static LEFT: Mutex<Vec<SigId>> = Mutex::new(Vec::new());

/// Listens for signals that ask to stop.
#[derive(Debug)]
pub struct Interruption {
    /// Readable once a signal came.
    woken: UnixStream,
    signal: Arc<AtomicUsize>,
    /// While this holds, a signal does what it always does.
    idle: Arc<AtomicBool>,
    registered: Vec<SigId>,
}

impl Interruption {
    /// Listens from here on, until it is dropped.
    ///
    /// # Errors
    /// Where a handler cannot be set.
    pub fn listen() -> io::Result<Self> {
        let (woken, wakes) = UnixStream::pair()?;
        let signal = Arc::new(AtomicUsize::new(0));
        let idle = Arc::new(AtomicBool::new(false));
        let (mut defaults, mut registered) = (Vec::new(), Vec::new());
        for number in [SIGHUP, SIGINT, SIGTERM] {
            // In this order: once idle, the default action comes before anything is noted.
            defaults.push(flag::register_conditional_default(number, Arc::clone(&idle))?);
            registered.push(flag::register_usize(number, Arc::clone(&signal), number.cast_unsigned() as usize)?);
            registered.push(low_level::pipe::register(number, wakes.try_clone()?)?);
        }
        let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        for id in std::mem::replace(&mut *left, defaults) {
            low_level::unregister(id);
        }
        drop(left);
        Ok(Self { woken, signal, idle, registered })
    }

    /// The signal that came, where one did.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        i32::try_from(self.signal.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
    }
}

impl AsFd for Interruption {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.woken.as_fd()
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        // One handler a signal stays, and from here on takes the default action: without any, it would be ignored.
        self.idle.store(true, Ordering::SeqCst);
        for id in self.registered.drain(..) {
            low_level::unregister(id);
        }
    }
}
