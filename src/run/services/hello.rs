//! The hello of each kind: the first words of its protocol, as far as they need no credentials.

use super::in_words;
use crate::config::ServiceKind;
use std::io::{Read, Write};
use std::net::TcpStream;

/// PostgreSQL, "SSLRequest": its length, then 80877103 (protocol, 55.7).
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// AMQP 0-9-1, 4.2.2.
const AMQP_HEADER: &[u8; 8] = b"AMQP\0\0\x09\x01";

/// A ClientHello of TLS 1.2 with two cipher suites and no extension (RFC 5246, 7.4.1.2). A server answers it with a
/// handshake or with an alert; either way it speaks TLS.
fn client_hello() -> Vec<u8> {
    // Nothing depends on the random here: the session ends before it begins.
    let (head, random, tail) = ([3, 3], [0x2a; 32], [0, 0, 4, 0xc0, 0x2f, 0xc0, 0x2b, 1, 0]);
    let length = 43;
    [&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length], &head[..], &random, &tail].concat()
}

/// Says hello and judges the answer.
///
/// # Errors
/// Where what answers is not of this kind, or says itself that it is not ready: a predicate of the service.
pub(super) fn exchange(mut stream: TcpStream, kind: ServiceKind, host: &str) -> Result<(), String> {
    match kind {
        ServiceKind::Other => Ok(()),
        ServiceKind::Postgres => postgres(&mut stream),
        ServiceKind::MySql => match answer(&mut stream, b"", 5)?.get(4) {
            Some(10) => Ok(()),
            Some(0xff) => Err("greets with an error".to_owned()),
            _ => Err(stranger("MySQL")),
        },
        ServiceKind::Redis => redis(&line(&mut stream, b"*1\r\n$4\r\nPING\r\n")?),
        ServiceKind::Amqp => match answer(&mut stream, AMQP_HEADER, 1)?.first() {
            // A method frame, or the header of the version that it speaks.
            Some(1 | b'A') => Ok(()),
            _ => Err(stranger("AMQP")),
        },
        ServiceKind::Nats => begins(&line(&mut stream, b"")?, "INFO ", "NATS"),
        ServiceKind::Smtp => begins(&line(&mut stream, b"")?, "220", "SMTP"),
        ServiceKind::Http => {
            let request =
                format!("HEAD / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: cargo-twelve\r\nConnection: close\r\n\r\n");
            http(&line(&mut stream, request.as_bytes())?)
        }
        ServiceKind::Tls => match answer(&mut stream, &client_hello(), 1)?.first() {
            Some(0x15 | 0x16) => Ok(()),
            _ => Err(stranger("TLS")),
        },
    }
}

/// SSLRequest, and where there is no TLS the start of a session: a server that is starting up says so only there
/// (SQLSTATE 57P03), as pg_isready(1) knows. Every other answer means that it takes connections.
fn postgres(stream: &mut TcpStream) -> Result<(), String> {
    match answer(stream, &SSL_REQUEST, 1)?.first() {
        Some(b'S') => return Ok(()),
        Some(b'N') => {}
        _ => return Err(stranger("PostgreSQL")),
    }
    let parameters = b"user\0cargo-twelve\0database\0postgres\0application_name\0cargo-twelve\0\0";
    let length = u32::try_from(8 + parameters.len()).unwrap_or(u32::MAX);
    let startup = [&length.to_be_bytes()[..], &[0, 3, 0, 0], parameters].concat();
    let said = answer(stream, &startup, 5)?;
    match said.first() {
        Some(b'R') => Ok(()),
        Some(b'E') => {
            let length = said.get(1..5).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
            let fields = answer(stream, b"", (length as usize).saturating_sub(4).min(4096))?;
            let starting = fields.split(|byte| *byte == 0).any(|field| field == b"C57P03");
            if starting { Err("is starting up or shutting down".to_owned()) } else { Ok(()) }
        }
        _ => Err(stranger("PostgreSQL")),
    }
}

fn redis(line: &str) -> Result<(), String> {
    match line {
        _ if line.starts_with("+PONG") || line.starts_with("-NOAUTH") || line.starts_with("-NOPERM") => Ok(()),
        _ if line.starts_with("-LOADING") => Err("is loading its data".to_owned()),
        _ if line.starts_with("-DENIED") => Err("is in protected mode and answers its own machine alone".to_owned()),
        _ if line.starts_with('-') => Err("answers with an error".to_owned()),
        _ => Err(stranger("Redis")),
    }
}

/// Any status means that somebody serves, but for those with which a proxy says that nobody is behind it.
fn http(line: &str) -> Result<(), String> {
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)?.parse::<u16>().ok());
    match status {
        Some(status @ 502..=504) => Err(format!("answers with the status {status}")),
        Some(_) => Ok(()),
        None => Err(stranger("HTTP")),
    }
}

fn begins(line: &str, word: &str, kind: &str) -> Result<(), String> {
    if line.starts_with(word) { Ok(()) } else { Err(stranger(kind)) }
}

fn stranger(kind: &str) -> String {
    format!("answers, and not as {kind}")
}

/// Says something and reads so many bytes.
fn answer(stream: &mut TcpStream, say: &[u8], length: usize) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; length];
    stream.write_all(say).and_then(|()| stream.read_exact(&mut bytes)).map_err(|cause| in_words(&cause))?;
    Ok(bytes)
}

/// Says something and reads the first line, of which no more than this is kept.
fn line(stream: &mut TcpStream, say: &[u8]) -> Result<String, String> {
    stream.write_all(say).map_err(|cause| in_words(&cause))?;
    let mut bytes = Vec::new();
    while bytes.len() < 256 && !bytes.ends_with(b"\n") {
        bytes.extend(answer(stream, b"", 1)?);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::exchange;
    use crate::config::ServiceKind as Kind;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    /// What is judged of a peer that says these parts, each after it has heard something, the first at once where
    /// nothing is to be heard; then it closes.
    fn judged(kind: Kind, first: Speaks, parts: &'static [&'static [u8]]) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        let peer = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            for (index, part) in parts.iter().enumerate() {
                if first == Speaks::Second || index > 0 {
                    let _ = stream.read(&mut [0; 512]);
                }
                let _ = stream.write_all(part);
            }
        });
        let answer = exchange(TcpStream::connect(address).expect("connected"), kind, "host");
        peer.join().expect("it ended");
        answer
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Speaks {
        First,
        Second,
    }

    #[test]
    fn each_kind_is_known_by_its_first_words() {
        use Speaks::{First, Second};
        for (kind, first, parts) in [
            (Kind::Postgres, Second, &[b"S" as &[u8]] as &[&[u8]]),
            (Kind::Postgres, Second, &[b"N", b"R\0\0\0\x0c\0\0\0\x05"]),
            (Kind::Postgres, Second, &[b"N", b"E\0\0\0\x13SFATAL\0C28000\0\0"]),
            (Kind::MySql, First, &[b"\x4a\0\0\0\x0a8.0.36\0"]),
            (Kind::Redis, Second, &[b"+PONG\r\n"]),
            (Kind::Redis, Second, &[b"-NOAUTH Authentication required.\r\n"]),
            (Kind::Amqp, Second, &[b"\x01\0\0\0\0\x01"]),
            (Kind::Nats, First, &[b"INFO {\"server_id\":\"x\"}\r\n"]),
            (Kind::Smtp, First, &[b"220 mail ESMTP\r\n"]),
            (Kind::Http, Second, &[b"HTTP/1.1 404 Not Found\r\n\r\n"]),
            (Kind::Tls, Second, &[b"\x15\x03\x03\0\x02\x02\x28"]),
        ] {
            assert_eq!(judged(kind, first, parts), Ok(()), "{kind:?} {parts:?}");
        }
    }

    #[test]
    fn a_server_that_says_that_it_is_not_ready_is_believed() {
        use Speaks::{First, Second};
        for (kind, first, parts, why) in [
            (
                Kind::Postgres,
                Second,
                &[b"N" as &[u8], b"E\0\0\0\x13SFATAL\0C57P03\0\0"] as &[&[u8]],
                "is starting up or shutting down",
            ),
            (Kind::Redis, Second, &[b"-LOADING Redis is loading the dataset in memory\r\n"], "is loading its data"),
            (Kind::MySql, First, &[b"\x17\0\0\0\xff\x10\x04Too many"], "greets with an error"),
            (Kind::Http, Second, &[b"HTTP/1.1 503 Service Unavailable\r\n\r\n"], "answers with the status 503"),
            (Kind::Postgres, Second, &[b"HTTP/1.1 400 Bad Request\r\n"], "answers, and not as PostgreSQL"),
            (Kind::Redis, Second, &[b"HTTP/1.1 400 Bad Request\r\n"], "answers, and not as Redis"),
            (Kind::Smtp, First, &[b"554 no\r\n"], "answers, and not as SMTP"),
            (Kind::Nats, First, &[b""], "closes the connection without an answer"),
        ] {
            assert_eq!(judged(kind, first, parts), Err(why.to_owned()), "{kind:?} {parts:?}");
        }
    }
}
