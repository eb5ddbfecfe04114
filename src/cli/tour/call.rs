//! A command that the tour runs, heard to its end. A signal that comes meanwhile is handed on to it: it may have been
//! sent to the tour alone, and the command knows how to stop.

use rustix::process::{Pid, Signal, kill_process};
use std::io::{self, Read};
use std::process::{Child, Output};
use std::thread;
use std::time::Duration;

/// How often it is asked whether a signal came.
const PULSE: Duration = Duration::from_millis(10);

/// All that the command says, and how it ends. `interrupted` gives the signal that came, where one did.
pub(super) fn output(mut child: Child, interrupted: impl Fn() -> Option<u8>) -> io::Result<Output> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let stdout = thread::spawn(|| read_all(stdout));
    let stderr = thread::spawn(|| read_all(stderr));
    let mut handed_on = None;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let signal = interrupted();
        if signal != handed_on {
            handed_on = signal;
            hand_on(&child, signal);
        }
        thread::sleep(PULSE);
    };
    let said = |reader: thread::JoinHandle<io::Result<Vec<u8>>>| {
        reader.join().unwrap_or_else(|_| Err(io::Error::other("its output could not be read")))
    };
    Ok(Output { status, stdout: said(stdout)?, stderr: said(stderr)? })
}

fn hand_on(child: &Child, signal: Option<u8>) {
    let signal = signal.and_then(|number| Signal::from_named_raw(number.into()));
    let child = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(child), Some(signal)) = (child, signal) {
        // One that has just ended needs none.
        let _ = kill_process(child, signal);
    }
}

fn read_all(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut said))?;
    Ok(said)
}
