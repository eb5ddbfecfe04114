//! Requests as a client sends them: whole, or half before the signal and half after it.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request of which only the first half has been sent.
pub(super) struct Held(TcpStream);

impl Held {
    /// Connects and sends the first half of a request's head.
    pub(super) fn send_half(address: SocketAddr, path: &str) -> std::io::Result<Self> {
        let mut stream = connect(address)?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n").as_bytes())?;
        // It is on its way once the other side has had the time to read it.
        std::thread::sleep(Duration::from_millis(100));
        stream.set_nonblocking(true)?;
        let waits = stream.peek(&mut [0]).is_err_and(|cause| cause.kind() == ErrorKind::WouldBlock);
        stream.set_nonblocking(false)?;
        // Who answers half a request, or hangs up on it, has none in flight.
        if waits { Ok(Self(stream)) } else { Err(ErrorKind::ConnectionAborted.into()) }
    }

    /// Sends the second half; whether an answer came.
    pub(super) fn finish(mut self) -> bool {
        self.0.write_all(b"Connection: close\r\n\r\n").is_ok() && answered(&mut self.0)
    }
}

/// A whole request; whether an answer came.
pub(super) fn whole(address: SocketAddr, path: &str) -> std::io::Result<bool> {
    let mut stream = connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    Ok(answered(&mut stream))
}

/// Whether a new connection is accepted.
pub(super) fn connects(address: SocketAddr) -> bool {
    connect(address).is_ok()
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn answered(stream: &mut TcpStream) -> bool {
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    // The status line is enough; a long answer need not be read to its end.
    while answer.len() < 12 {
        match stream.read(&mut part) {
            Ok(count @ 1..) => answer.extend_from_slice(&part[..count]),
            _ => break,
        }
    }
    answer.starts_with(b"HTTP/1.")
}
