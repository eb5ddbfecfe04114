//! Whether a process is ready: its port accepts, and where it declares a path, an HTTP request for it is answered
//! with 2xx. Asked without ever waiting, more and more seldom, and not at all once it is ready.

use crate::run::launch::Supervised;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use rustix::process::{Pid, test_kill_process};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// The first wait between two questions, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(200));

/// How long an answer may take before the question is asked again.
const ANSWER: Duration = Duration::from_secs(5);

/// The question whether a process is ready.
#[derive(Debug)]
pub(super) struct Readiness {
    port: u16,
    path: Option<String>,
    asked: Instant,
    late: Instant,
    next: Instant,
    wait: Duration,
    call: Option<Call>,
    addresses: [IpAddr; 2],
}

/// A connection that is under way.
#[derive(Debug)]
struct Call {
    stream: TcpStream,
    since: Instant,
    sent: bool,
    answer: Vec<u8>,
}

/// What is known of a process's readiness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing yet.
    NotYet,
    /// It is ready, and became so after this time.
    Ready(Duration),
    /// It should have been ready by now.
    Late,
}

impl Readiness {
    /// The question for a process that starts now; none where it declares no port.
    pub(super) fn of(supervised: &Supervised, now: Instant) -> Option<Self> {
        let rules = &supervised.process_type;
        if !supervised.sockets.is_empty() && rules.ready.is_none() {
            // A socket that somebody else opened accepts before the process lives: there is nothing to ask.
            return None;
        }
        let patience = Duration::from_millis(rules.start_timeout);
        Some(Self::at(supervised.port?, rules.ready.clone(), patience, now))
    }

    fn at(port: u16, path: Option<String>, patience: Duration, now: Instant) -> Self {
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        Self { port, path, asked: now, late: now + patience, next: now, wait: WAITS.0, call: None, addresses }
    }

    /// When to ask again.
    pub(super) fn next(&self) -> Instant {
        self.next.min(self.late)
    }

    /// Asks, where it is time.
    pub(super) fn ask(&mut self, now: Instant) -> Known {
        if now < self.next() {
            return Known::NotYet;
        }
        let mut call = self.call.take().or_else(|| self.call(now));
        match call.as_mut().map(|call| call.proceed(self.path.as_deref(), self.port)) {
            Some(Progress::Ready) => return Known::Ready(now.saturating_duration_since(self.asked)),
            Some(Progress::Waiting) if call.as_ref().is_some_and(|call| now < call.since + ANSWER) => self.call = call,
            // The next question goes to the other address: a process may listen on one of them only.
            _ => self.addresses.reverse(),
        }
        if now >= self.late {
            return Known::Late;
        }
        self.next = now + self.wait;
        self.wait = (self.wait * 5 / 4).min(WAITS.1);
        Known::NotYet
    }

    fn call(&self, now: Instant) -> Option<Call> {
        let address = SocketAddr::from((self.addresses[0], self.port));
        let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = socket_with(family, SocketType::STREAM, flags, None).ok()?;
        match connect(&socket, &address) {
            Ok(()) | Err(Errno::INPROGRESS) => {
                Some(Call { stream: TcpStream::from(socket), since: now, sent: false, answer: Vec::new() })
            }
            Err(_) => None,
        }
    }
}

/// The hidden command by which a process manager that has started a process itself waits until it is ready:
/// `await-ready PID PORT INSTANCE MILLISECONDS [PATH]`, where PORT is that of the first instance of its type.
pub const AWAIT_READY: &str = "await-ready";

/// What became of a process that somebody else has started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// It is ready.
    Ready,
    /// It should have been ready by now.
    Late,
    /// It has ended.
    Ended,
}

/// Waits until the process of this id, which listens on this port, is ready as those are that we start ourselves.
#[must_use]
pub fn await_ready(pid: i32, port: u16, path: Option<&str>, patience: Duration) -> Awaited {
    let mut readiness = Readiness::at(port, path.map(str::to_owned), patience, Instant::now());
    // Not asked of /proc, which may hide a process of another user namespace.
    let ended = || Pid::from_raw(pid).is_none_or(|pid| test_kill_process(pid) == Err(Errno::SRCH));
    loop {
        let now = Instant::now();
        match readiness.ask(now) {
            Known::Ready(_) => return Awaited::Ready,
            Known::Late => return Awaited::Late,
            Known::NotYet if ended() => return Awaited::Ended,
            Known::NotYet => std::thread::sleep(readiness.next().saturating_duration_since(now)),
        }
    }
}

enum Progress {
    Waiting,
    Ready,
    Failed,
}

impl Call {
    fn proceed(&mut self, path: Option<&str>, port: u16) -> Progress {
        if self.stream.peer_addr().is_err() {
            // Not connected yet, or refused: a refusal shows as an error of the socket.
            return match self.stream.take_error() {
                Ok(None) => Progress::Waiting,
                _ => Progress::Failed,
            };
        }
        let Some(path) = path else { return Progress::Ready };
        if !self.sent {
            let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
            match self.stream.write_all(request.as_bytes()) {
                Ok(()) => self.sent = true,
                Err(_) => return Progress::Failed,
            }
        }
        let mut part = [0; 512];
        match self.stream.read(&mut part) {
            Ok(0) => return Progress::Failed,
            Ok(count) => self.answer.extend(part.iter().take(count)),
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => return Progress::Waiting,
            Err(_) => return Progress::Failed,
        }
        answered(&self.answer)
    }
}

/// What the beginning of an answer says: the status line is `HTTP/1.1 200 OK` (RFC 9112, section 4).
fn answered(answer: &[u8]) -> Progress {
    let Some(status) = answer.get(..12) else { return Progress::Waiting };
    let good = status.starts_with(b"HTTP/1.") && status.get(8..10) == Some(b" 2");
    if good { Progress::Ready } else { Progress::Failed }
}

#[cfg(test)]
mod tests {
    use super::{Progress, answered};

    #[test]
    fn only_2xx_is_ready() {
        assert!(matches!(answered(b"HTTP/1.1 200 OK\r\n"), Progress::Ready));
        assert!(matches!(answered(b"HTTP/1.0 204 \r\n"), Progress::Ready));
        assert!(matches!(answered(b"HTTP/1.1 503 Service Unavailable\r\n"), Progress::Failed));
        assert!(matches!(answered(b"SSH-2.0-OpenSSH_9.6\r\n"), Progress::Failed));
        assert!(matches!(answered(b"HTTP/1.1 2"), Progress::Waiting));
    }
}
