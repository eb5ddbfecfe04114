//! The hidden commands by which the program starts itself: the watchdog with every run, the other with every process
//! that is given sockets. They are read without the parser of the command line, which costs time and memory in each.

use super::ExitCode;
use crate::run;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Executes a hidden command, where the words name one.
pub(super) fn exec(words: &[OsString]) -> Option<u8> {
    match (words.get(1).map(OsString::as_os_str)?, words.get(2..)?) {
        (name, [folder]) if name == OsStr::new(run::WATCHDOG) => Some(watch(folder).into()),
        (name, [program, own_name, arguments @ ..]) if name == OsStr::new(run::BECOME) => {
            let error = run::become_listener(program, own_name, arguments);
            eprintln!("error: `{}` cannot be executed: {error}", Path::new(program).display());
            Some(ExitCode::NotExecutable.into())
        }
        _ => None,
    }
}

fn watch(folder: &OsStr) -> ExitCode {
    match run::watch(Path::new(folder)) {
        Ok(()) => ExitCode::Done,
        // Nobody reads what it says; the supervisor tells of its end.
        Err(_) => ExitCode::Machine,
    }
}
