//! The program itself, started as a platform starts it: config in the environment, logs on stdout.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

/// The head of a request whose body the service has to ask for.
const HEAD: &[u8] = b"POST / HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
    Content-Length: 15\r\nExpect: 100-continue\r\n\r\n";
const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
const BODY: &[u8] = br#"{"name":"Vera"}"#;

#[test]
fn answers_requests() -> io::Result<()> {
    let service = Service::start(&[("GREETING", "Ahoy"), ("RELEASE_ID", "v42")])?;
    let ok = |body: &str| ("HTTP/1.1 200 OK".to_owned(), body.to_owned());

    assert_eq!(service.get("/livez")?, ok(""));
    assert_eq!(service.get("/readyz")?, ok(""));
    assert_eq!(service.get("/")?, ok(r#"{"message":"Ahoy, world!"}"#));
    let (_, version) = service.get("/version")?;
    assert_eq!(serde_json::from_str::<Value>(&version)?["release"], "v42");
    Ok(())
}

#[test]
fn drains_when_asked_to_stop() -> io::Result<()> {
    let mut service = Service::start(&[("DRAIN_DELAY_SECONDS", "60")])?;
    let mut in_flight = service.request_in_flight()?;

    service.signal("TERM")?;
    service.logged("draining")?;
    let (status, _) = service.get("/readyz")?;
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");

    // A second signal cuts the delay short: nobody is let in any more.
    service.signal("TERM")?;
    service.logged("closed")?;
    while service.connect().is_ok() {}

    in_flight.write_all(BODY)?;
    let (status, body) = answer(in_flight)?;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert_eq!(body, r#"{"message":"Hello, Vera!"}"#);
    assert_eq!(service.child.wait()?.code(), Some(0));
    Ok(())
}

#[test]
fn cuts_off_what_outlasts_the_drain_timeout() -> io::Result<()> {
    let mut service = Service::start(&[("DRAIN_TIMEOUT_SECONDS", "0")])?;
    let _in_flight = service.request_in_flight()?;

    service.signal("INT")?;
    assert_eq!(service.child.wait()?.code(), Some(0));
    Ok(())
}

#[test]
fn prints_its_config() -> io::Result<()> {
    let mut program = Command::new(PROGRAM);
    let output = program.arg("check-config").env_clear().env("PORT", "80");
    let output = output.output()?;
    let config: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(config["PORT"], "80");
    assert_eq!(config["LOG_FORMAT"], "json");
    assert_eq!(output.status.code(), Some(0));
    Ok(())
}

#[test]
fn refuses_a_bad_config() -> io::Result<()> {
    let mut program = Command::new(PROGRAM);
    let output = program.arg("serve").env_clear().env("LOG_FORMAT", "xml");
    let output = output.output()?;
    assert!(String::from_utf8_lossy(&output.stderr).contains("LOG_FORMAT"));
    assert_eq!(output.status.code(), Some(2));
    Ok(())
}

struct Service {
    child: Child,
    logs: BufReader<ChildStdout>,
    port: u16,
}

impl Service {
    /// Starts the service on a free port and waits until it listens.
    fn start(config: &[(&str, &str)]) -> io::Result<Service> {
        let mut program = Command::new(PROGRAM);
        program.arg("serve").env_clear().env("PORT", "0");
        program.envs(config.iter().copied()).stdout(Stdio::piped());
        let mut child = program.spawn()?;
        let logs = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let logs = BufReader::new(logs);
        let port = 0;
        let mut service = Service { child, logs, port };
        let listening = service.logged("listening")?;
        service.port = serde_json::from_value(listening["port"].clone())?;
        Ok(service)
    }

    /// Reads the logs up to the event with this message.
    fn logged(&mut self, message: &str) -> io::Result<Value> {
        let mut line = String::new();
        while self.logs.read_line(&mut line)? > 0 {
            let event: Value = serde_json::from_str(&line)?;
            if event["message"] == message {
                return Ok(event);
            }
            line.clear();
        }
        Err(io::Error::other(format!("`{message}` was never logged")))
    }

    fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Sends a request on a connection of its own; the status line and the body of the answer.
    fn get(&self, path: &str) -> io::Result<(String, String)> {
        let mut connection = self.connect()?;
        let close = "Host: test\r\nConnection: close";
        write!(connection, "GET {path} HTTP/1.1\r\n{close}\r\n\r\n")?;
        answer(connection)
    }

    /// A request that the service has begun to answer and cannot finish without the body.
    fn request_in_flight(&self) -> io::Result<TcpStream> {
        let mut connection = self.connect()?;
        connection.write_all(HEAD)?;
        let mut seen = [0; GO_ON.len()];
        connection.read_exact(&mut seen)?;
        assert_eq!(seen, GO_ON);
        Ok(connection)
    }

    fn signal(&self, name: &str) -> io::Result<()> {
        let pid = self.child.id().to_string();
        let mut shell = Command::new("sh");
        let kill = shell.args(["-c", r#"kill -s "$0" "$1""#, name, &pid]);
        assert!(kill.status()?.success());
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(mut connection: TcpStream) -> io::Result<(String, String)> {
    let mut text = String::new();
    connection.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.lines().next().unwrap_or_default();
    Ok((status.to_owned(), body.to_owned()))
}
