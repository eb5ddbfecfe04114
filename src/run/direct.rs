//! Becoming a process: no supervisor stays, what we hold for it is handed on, and what only a supervisor can do is
//! left to whoever started us.
//!
//! Two things outlive us by their locks, which the process inherits without knowing: the tree in the cache, so that no
//! other run removes it, and the private folder, which the next such start finds unlocked and sweeps away.

use super::supervisor::{command, unstartable};
use super::{Error, GivenSockets, PlannedProcess, PrivateFolder, Tree};

/// What a process manager tells its main process, which the process now is.
pub const HANDED_ON: [&str; 6] =
    ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// Becomes the process; comes back only where that fails.
#[must_use]
pub fn become_process(process: &PlannedProcess, tree: &Tree, folder: PrivateFolder, given: &GivenSockets) -> Error {
    given.keep_the_rest_to_ourselves();
    let held = tree.hold_beyond_us().and_then(|()| folder.hold_beyond_us());
    let cause = match held {
        Ok(()) => process.confinement.become_command(&mut command(process), &process.temporary),
        Err(cause) => cause,
    };
    drop(folder);
    unstartable(process, cause)
}
