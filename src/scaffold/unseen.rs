//! What is typed at the terminal unseen. The terminal's echo is off meanwhile, and a signal would end the program before it is on
//! again: whoever typed Ctrl-C would type unseen from then on, in the shell too.

use crate::report::Interruption;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use signal_hook::low_level::emulate_default_handler;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::thread;

/// Asks, and gives the terminal back as it was where a signal ends the program meanwhile.
///
/// # Errors
/// Where stdin is no terminal.
pub fn unseen<T>(ask: impl FnOnce() -> T) -> io::Result<T> {
    let before = tcgetattr(io::stdin())?;
    let interruption = Interruption::listen()?;
    let (answered, answers) = UnixStream::pair()?;
    let watcher = thread::spawn(move || {
        let mut watched = [PollFd::new(&interruption, PollFlags::IN), PollFd::new(&answered, PollFlags::IN)];
        while poll(&mut watched, None) == Err(Errno::INTR) {}
        if let Some(signal) = interruption.signal() {
            // What cannot be restored is gone, as this program is about to be.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
            let _ = io::stderr().write_all(b"\n");
            let _ = emulate_default_handler(signal);
        }
    });
    let answer = ask();
    drop(answers);
    // The watcher does not fail.
    let _ = watcher.join();
    Ok(answer)
}
