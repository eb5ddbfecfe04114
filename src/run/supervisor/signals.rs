//! Signals arrive as bytes in a pipe of our own, so that the one loop waits for them as for everything else.

use crate::run::Error;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::signal_name;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

/// The signals that ask us to stop.
pub(in crate::run) const STOPPING: [i32; 4] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT];

/// The signal that asks how processes stand.
pub(in crate::run) const STATUS: i32 = SIGUSR1;

/// The signals that we answer. Caught before anything is made that must not be left behind.
pub struct Signals {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
    /// The first that asked us to stop.
    stop: Option<i32>,
}

impl Signals {
    /// From here on these signals are answered, and no longer end us.
    ///
    /// # Errors
    /// Where the machine gives no pair of sockets.
    pub fn catch() -> Result<Self, Error> {
        let failed = |cause| Error::System { what: "the signals", cause };
        let (read, write) = UnixStream::pair().map_err(failed)?;
        let caught = STOPPING.into_iter().chain([SIGCHLD, STATUS]);
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, caught).map_err(failed)?;
        Ok(Self { delivery, stop: None })
    }

    /// Readable when a signal has arrived.
    pub(in crate::run) fn descriptor(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }

    /// The signals that arrived since the last call, each once.
    pub(in crate::run) fn arrived(&mut self) -> Vec<i32> {
        let arrived: Vec<i32> = self.delivery.pending().collect();
        self.stop = self.stop.or_else(|| arrived.iter().copied().find(|signal| STOPPING.contains(signal)));
        arrived
    }

    /// The exit code that says which signal asked us to stop, where one did: 128 + n, as shells have it.
    pub fn stop_code(&mut self) -> Option<u8> {
        self.arrived();
        self.stop.and_then(|signal| u8::try_from(128 + signal).ok())
    }
}

/// A signal's name, `SIGTERM`.
pub(in crate::run) fn name(signal: i32) -> String {
    signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned)
}
