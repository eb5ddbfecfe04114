//! The hidden commands by which the program starts itself: the watchdog with every run, another with every process that
//! is given sockets, and one that exported units call. They are read without the parser of the command line, which costs time and memory in each.

use super::ExitCode;
use crate::run::{self, Awaited};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

/// Executes a hidden command, where the words name one.
pub(super) fn exec(words: &[OsString]) -> Option<u8> {
    match (words.get(1).map(OsString::as_os_str)?, words.get(2..)?) {
        (name, [folder]) if name == OsStr::new(run::WATCHDOG) => Some(watch(folder).into()),
        (name, [program, own_name, arguments @ ..]) if name == OsStr::new(run::BECOME) => {
            let error = run::become_listener(program, own_name, arguments);
            eprintln!("error: `{}` cannot be executed: {error}", Path::new(program).display());
            Some(ExitCode::NotExecutable.into())
        }
        (name, words) if name == OsStr::new(run::AWAIT_READY) => Some(wait(words).into()),
        _ => None,
    }
}

/// Waits until a process is ready: its id, the port of the first instance of its type, its number, how long in
/// milliseconds, and the path that it answers, where it declares one.
fn wait(words: &[OsString]) -> ExitCode {
    let number = |index: usize| words.get(index).and_then(|word| word.to_str()?.parse::<u64>().ok());
    let port = number(1).zip(number(2)).and_then(|(first, instance)| (first + instance).checked_sub(1));
    let port = port.and_then(|port| u16::try_from(port).ok());
    let pid = number(0).and_then(|pid| i32::try_from(pid).ok());
    let (Some(pid), Some(port), Some(patience)) = (pid, port, number(3)) else {
        eprintln!("error: `{}` takes a process id, a port, an instance from 1, and milliseconds", run::AWAIT_READY);
        return ExitCode::Usage;
    };
    let path = words.get(4).and_then(|path| path.to_str());
    match run::await_ready(pid, port, path, Duration::from_millis(patience)) {
        Awaited::Ready => return ExitCode::Done,
        Awaited::Late => eprintln!("error: what listens on port {port} was not ready within {patience} ms"),
        Awaited::Ended => eprintln!("error: the process ended before it was ready on port {port}"),
    }
    ExitCode::Unavailable
}

fn watch(folder: &OsStr) -> ExitCode {
    match run::watch(Path::new(folder)) {
        Ok(()) => ExitCode::Done,
        // Nobody reads what it says; the supervisor tells of its end.
        Err(_) => ExitCode::Machine,
    }
}
