//! Compiling: cargo's own words go to people on stderr, its messages are collected for the manifest.

use super::Error;
use super::interruption::Interruption;
use crate::codebase::cargo::Message;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long cargo and its compilers may take to end after they were asked to.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs cargo and gives its messages.
///
/// # Errors
/// Where it cannot be started, fails, or a signal ended it; then everything that it started has ended too.
pub(super) fn compile(command: &mut Command) -> Result<Vec<Message>, Error> {
    let program = PathBuf::from(command.get_program());
    let not_started = |cause| Error::NotStarted { program, cause };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).process_group(0);
    let interruption = Interruption::listen().map_err(Error::machine("a signal's handler", "set"))?;
    let mut child = Compiler(command.spawn().map_err(not_started)?);
    let Some(mut stdout) = child.0.stdout.take() else {
        return Err(Error::Misunderstood { said: "nothing".to_owned() });
    };
    let said = listen(&mut stdout, &interruption, None).map_err(Error::machine("cargo's output", "read"))?;
    if let Some(signal) = interruption.signal() {
        child.end(&mut stdout, &interruption);
        return Err(Error::Interrupted { signal });
    }
    let status = child.0.wait().map_err(Error::machine("cargo's end", "awaited"))?;
    if let Some(signal) = interruption.signal() {
        return Err(Error::Interrupted { signal });
    }
    if !status.success() {
        return Err(Error::NotCompiled);
    }
    messages(&said)
}

/// cargo and everything that it started. However this call ends, none of it stays behind.
struct Compiler(Child);

impl Compiler {
    /// Asks the group to end, and kills what is left of it.
    fn end(&mut self, stdout: &mut ChildStdout, interruption: &Interruption) {
        self.signal(Signal::TERM);
        // Everything that the group has started holds this pipe: its end is theirs.
        let _ = listen(stdout, interruption, Some(Instant::now() + PATIENCE));
        self.signal(Signal::KILL);
        let _ = self.0.wait();
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // The group may be gone by now, which is what is wanted.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Compiler {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.signal(Signal::KILL);
            let _ = self.0.wait();
        }
    }
}

/// Reads to the end; without a deadline a signal ends it too, with one only the deadline does.
fn listen(stdout: &mut ChildStdout, interruption: &Interruption, deadline: Option<Instant>) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if deadline.is_none() && interruption.signal().is_some() {
            return Ok(said);
        }
        let wait = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
            Some(Duration::ZERO) => return Ok(said),
            wait => wait.and_then(|wait| wait.try_into().ok()),
        };
        let mut polled = vec![PollFd::new(stdout, PollFlags::IN)];
        if deadline.is_none() {
            polled.push(PollFd::new(interruption, PollFlags::IN));
        }
        match poll(&mut polled, wait.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(cause) => return Err(cause.into()),
        }
        if polled[0].revents().is_empty() {
            continue;
        }
        match stdout.read(&mut buffer) {
            Ok(0) => return Ok(said),
            Ok(count) => said.extend_from_slice(&buffer[..count]),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
}

fn messages(said: &[u8]) -> Result<Vec<Message>, Error> {
    Message::parse_stream(said)
        .collect::<Result<_, _>>()
        .map_err(|cause| Error::Misunderstood { said: format!("its messages: {cause}") })
}
