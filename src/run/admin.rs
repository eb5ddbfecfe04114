//! A one-off process beside the formation: same tree, same config, same environment, and our own streams, untouched.
//!
//! It stays in our process group, so that a terminal is its own: it may read from it, knows its size, and gets
//! Ctrl-C and Ctrl-Z from it directly. Should we be killed, a watchdog ends it: nobody would be left to say how it ended, and
//! whoever comes next would start another beside it.

use super::end::End;
use super::supervisor::{STATUS, STOPPING, Signals, Watchdog, command, start};
use super::{Error, PlannedProcess};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, getpgrp, kill_process, waitpid};
use rustix::termios::tcgetpgrp;
use std::fs::File;
use std::process::Stdio;

/// Whether a terminal sends its signals to us and to the process alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreground {
    /// We were started from a terminal: Ctrl-C reaches the process by itself.
    Terminal,
    /// No terminal: every signal that reaches us is forwarded.
    None,
}

impl Foreground {
    /// Whether the terminal that we were started from, if any, has our process group in front: then the kernel sends
    /// its signals to all of the group.
    #[must_use]
    pub fn here() -> Self {
        let terminal = File::open("/dev/tty").ok().and_then(|terminal| tcgetpgrp(terminal).ok());
        if terminal == Some(getpgrp()) { Self::Terminal } else { Self::None }
    }
}

/// Whose streams a one-off process has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// Our own, all three.
    Own,
    /// What it prints goes to our stderr, and it has nothing to read: our stdout is for what we say ourselves.
    Stderr,
}

/// Runs a one-off process to its end; the answer is its exit code, 128 + n where a signal ended it.
///
/// # Errors
/// Where it cannot be started.
pub fn admin(
    process: PlannedProcess,
    signals: &mut Signals,
    foreground: Foreground,
    streams: Streams,
) -> Result<u8, Error> {
    let mut command = command(&process);
    if streams == Streams::Stderr {
        command.stdin(Stdio::null()).stdout(std::io::stderr());
    }
    // It finds the process by its TMPDIR. One that cannot be started is no reason not to migrate.
    let watchdog = process.temporary.parent().and_then(|folder| Watchdog::start(folder).ok());
    let child = start(&process, &mut command);
    // It has started and starts once: what it was given is wiped here.
    drop(process);
    let code = child.and_then(|child| attend(child, signals, foreground));
    if let Some(watchdog) = watchdog {
        watchdog.dismiss();
    }
    code
}

/// Hands signals on to a process until it ends.
fn attend(child: Pid, signals: &mut Signals, foreground: Foreground) -> Result<u8, Error> {
    loop {
        if let Some(end) = ended(child)? {
            return Ok(end.code());
        }
        match poll(&mut [PollFd::from_borrowed_fd(signals.descriptor(), PollFlags::IN)], None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(cause) => return Err(Error::system("the signals")(cause.into())),
        }
        for signal in signals.arrived() {
            forward(signal, child, foreground);
        }
    }
}

fn ended(child: Pid) -> Result<Option<End>, Error> {
    match waitpid(Some(child), WaitOptions::NOHANG) {
        Ok(status) => Ok(status.and_then(|(_, status)| End::from_status(status))),
        Err(Errno::INTR) => Ok(None),
        Err(cause) => Err(Error::system("a process's end")(cause.into())),
    }
}

fn forward(signal: i32, child: Pid, foreground: Foreground) {
    let from_terminal = [Signal::INT, Signal::QUIT].iter().any(|one| one.as_raw() == signal);
    let forwarded = STOPPING.contains(&signal) || signal == STATUS;
    if !forwarded || from_terminal && foreground == Foreground::Terminal {
        return;
    }
    // It has not been reaped, so the number is its own.
    let _ = Signal::from_named_raw(signal).map(|signal| kill_process(child, signal));
}
