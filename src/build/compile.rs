//! Compiling: cargo's own words go to people on stderr, its messages are collected for the manifest.

use super::Error;
use super::process_group::{PATIENCE, ProcessGroup};
use crate::codebase::cargo::Message;
use crate::report::Interruption;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs cargo and gives its messages.
///
/// # Errors
/// Where it cannot be started, fails, or a signal ended it; then everything that it started has ended too.
pub(super) fn compile(command: &mut Command) -> Result<Vec<Message>, Error> {
    let program = PathBuf::from(command.get_program());
    let not_started = |cause| Error::NotStarted { program, cause };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let interruption = Interruption::listen().map_err(Error::machine("a signal's handler", "set"))?;
    // Dropped at the end of this call, and with it everything that cargo has started and left.
    let group = ProcessGroup::start()?;
    let mut cargo = group.spawn(command).map_err(not_started)?;
    let Some(mut stdout) = cargo.stdout.take() else {
        return Err(Error::Misunderstood { said: "nothing".to_owned() });
    };
    let said = listen(&mut stdout, &interruption, None).map_err(Error::machine("cargo's output", "read"))?;
    if let Some(signal) = interruption.signal() {
        group.ask_to_end();
        // Everything that the group has started holds this pipe: its end is theirs.
        let _ = listen(&mut stdout, &interruption, Some(Instant::now() + PATIENCE));
        drop(group);
        let _ = cargo.wait();
        return Err(Error::Interrupted { signal });
    }
    let status = cargo.wait().map_err(Error::machine("cargo's end", "awaited"))?;
    if let Some(signal) = interruption.signal() {
        return Err(Error::Interrupted { signal });
    }
    if !status.success() {
        return Err(Error::NotCompiled);
    }
    messages(&said)
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
