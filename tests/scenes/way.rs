//! A way to an object server that counts what is asked, and fails as ways and servers fail: it cuts connections, loses
//! answers, answers for the server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What goes wrong, once.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The connection breaks after so many bytes have come down.
    CutDownload(usize),
    /// The connection breaks after so many bytes have gone up.
    CutUpload(usize),
    /// A request of this method, whose path holds this, reaches the server, and its answer never arrives.
    LoseAnswer(&'static str, &'static str),
    /// Such a request does not reach the server, and this is the answer.
    Answer(&'static str, &'static str, &'static str),
}

#[derive(Debug, Default)]
struct State {
    requests: Vec<String>,
    faults: Vec<Fault>,
    /// Whether every put is answered with success and nothing is ever there.
    forgets: bool,
    /// Parts of header lines that the server knows in other words.
    words: &'static [(&'static str, &'static str)],
}

/// The way.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Way {
    /// A way to the server at a port.
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let way = Self { port: listener.local_addr().expect("an address").port(), state: Arc::default() };
        let shared = way.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let way = shared.clone();
                thread::spawn(move || way.carry(client, server));
            }
        });
        way
    }

    /// A server that says yes to every put and keeps nothing: it overwrites, as some do. What it lists is empty.
    pub(crate) fn to_nowhere() -> Self {
        let way = Self::to(9);
        way.state.lock().expect("unpoisoned").forgets = true;
        way
    }

    /// The same, where parts of header lines are said in the server's own words.
    pub(crate) fn translating(self, words: &'static [(&'static str, &'static str)]) -> Self {
        self.state.lock().expect("unpoisoned").words = words;
        self
    }

    /// Something goes wrong next.
    pub(crate) fn fail(&self, fault: Fault) {
        self.state.lock().expect("unpoisoned").faults.push(fault);
    }

    /// Whether all that was to go wrong has gone wrong.
    pub(crate) fn all_failed(&self) -> bool {
        self.state.lock().expect("unpoisoned").faults.is_empty()
    }

    /// The requests since the last time that this was asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("unpoisoned").requests)
    }

    fn carry(&self, mut client: TcpStream, server: u16) {
        let mut upstream: Option<TcpStream> = None;
        while let Some((head, mut body)) = read_request(&mut client) {
            let words = self.state.lock().expect("unpoisoned").words;
            let head = words.iter().fold(head, |head, (ours, theirs)| head.replace(ours, theirs));
            let line = head.lines().next().unwrap_or_default().to_owned();
            let (lost, answer) = self.next_fault(&line);
            if let Some(answer) = answer {
                // The body is taken before the answer, as servers do.
                let mut rest = vec![0; content_length(&head) - body.len()];
                let read = client.read_exact(&mut rest);
                if read.and_then(|()| client.write_all(answer.as_bytes())).is_err() {
                    return;
                }
                continue;
            }
            if upstream.is_none() {
                let Ok(stream) = TcpStream::connect(("127.0.0.1", server)) else { return };
                let (from, to) = (stream.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
                if lost {
                    thread::spawn(move || lose(from, to));
                } else {
                    let way = self.clone();
                    thread::spawn(move || way.pump_down(from, to));
                }
                upstream = Some(stream);
            }
            let Some(stream) = &mut upstream else { return };
            if stream.write_all(head.as_bytes()).is_err() {
                return;
            }
            let mut left = content_length(&head) - body.len();
            loop {
                if self.is_cut(body.len(), true) {
                    let _ = (client.shutdown(Shutdown::Both), stream.shutdown(Shutdown::Both));
                    return;
                }
                if stream.write_all(&body).is_err() || left == 0 {
                    break;
                }
                body.resize(left.min(64 << 10), 0);
                let Ok(count @ 1..) = client.read(&mut body) else { return };
                body.truncate(count);
                left -= count;
            }
        }
        if let Some(stream) = upstream {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Whether the answer to this request is to be lost, and the answer that is given for the server.
    fn next_fault(&self, line: &str) -> (bool, Option<String>) {
        let mut state = self.state.lock().expect("unpoisoned");
        state.requests.push(line.to_owned());
        if state.forgets {
            let (status, body) = match line {
                _ if line.starts_with("PUT ") => ("200 OK\r\nETag: \"x\"", ""),
                _ if line.contains("list-type=2") => ("200 OK", "<ListBucketResult></ListBucketResult>"),
                _ => ("404 Not Found", ""),
            };
            return (false, Some(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())));
        }
        let hits = |method: &str, part: &str| line.starts_with(method) && line.contains(part);
        let at = state.faults.iter().position(|fault| match fault {
            Fault::LoseAnswer(method, part) | Fault::Answer(method, part, _) => hits(method, part),
            _ => false,
        });
        match at.map(|at| state.faults.remove(at)) {
            Some(Fault::Answer(_, _, status)) => {
                (false, Some(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")))
            }
            Some(_) => (true, None),
            None => (false, None),
        }
    }

    /// Whether the connection breaks now that these bytes pass.
    fn is_cut(&self, bytes: usize, up: bool) -> bool {
        let mut state = self.state.lock().expect("unpoisoned");
        let left = state.faults.first_mut().and_then(|fault| match fault {
            Fault::CutUpload(left) if up => Some(left),
            Fault::CutDownload(left) if !up => Some(left),
            _ => None,
        });
        let Some(left) = left else { return false };
        *left = left.saturating_sub(bytes);
        let cut = *left == 0;
        if cut {
            state.faults.remove(0);
        }
        cut
    }

    fn pump_down(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut part = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from.read(&mut part) {
            if self.is_cut(count, false) || to.write_all(&part[..count]).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}

/// Waits until the server has answered, and breaks the connection instead of passing that on.
fn lose(mut from: TcpStream, to: TcpStream) {
    let _ = from.read(&mut [0; 1024]);
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// The head of a request, and what came of its body along with it.
fn read_request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            return Some((String::from_utf8(bytes).expect("text"), body));
        }
        let Ok(count @ 1..) = client.read(&mut part) else { return None };
        bytes.extend(&part[..count]);
    }
}

fn content_length(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.next().map_or(0, |(_, length)| length.trim().parse().expect("a number"))
}
