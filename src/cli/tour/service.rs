//! The running release of the tour: started, asked, stopped.

use super::super::surroundings::Surroundings;
use super::folder::TourFolder;
use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How long the service may take to answer, and to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// `cargo twelve run`, as long as it runs.
pub(super) struct Service {
    child: RefCell<Child>,
    port: u16,
}

impl Service {
    /// Starts the release and waits until it is ready.
    pub(super) fn start(folder: &TourFolder, directory: &Path, surroundings: &Surroundings) -> anyhow::Result<Self> {
        // A port that was free a moment ago: the system gives out another to the next who asks.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let number = port.to_string();
        let words = ["run", "--release-id", "v1", "--env-file", "prod.env", "--port", &number];
        let loud = surroundings.reporter.verbosity() == crate::report::Verbosity::Verbose;
        let log = |loud: bool| if loud { Stdio::inherit() } else { Stdio::null() };
        let child =
            folder.command(directory, &words).stdin(Stdio::null()).stdout(log(loud)).stderr(log(loud)).spawn()?;
        let service = Self { child: RefCell::new(child), port };
        let start = Instant::now();
        loop {
            if let Some(status) = service.child.borrow_mut().try_wait()? {
                bail!("`run` ended with {status} before it was ready; `tour -v` shows its log");
            }
            if service.get("/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return Ok(service);
            }
            ensure!(
                start.elapsed() < PATIENCE && folder.interrupted().is_none(),
                "the service was not ready in {} s",
                PATIENCE.as_secs()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its port.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Asks for a path and gives the answer's body.
    pub(super) fn request(&self, path: &str) -> anyhow::Result<String> {
        let answer = self.get(path)?;
        ensure!(
            answer.starts_with("HTTP/1.1 200"),
            "GET {path} was answered with {}",
            answer.lines().next().unwrap_or_default()
        );
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        Ok(format!("GET {path} answers {}", body.trim()))
    }

    /// Sends SIGTERM and waits for the clean end.
    pub(super) fn stop(&self) -> anyhow::Result<String> {
        let pid = i32::try_from(self.child.borrow().id()).ok().and_then(Pid::from_raw).context("a pid")?;
        kill_process(pid, Signal::TERM)?;
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.borrow_mut().try_wait()? {
                ensure!(status.code() == Some(0), "`run` ended with {status} after SIGTERM");
                ensure!(self.get("/").is_err(), "something still answers on port {}", self.port);
                return Ok("SIGTERM, drained, exit code 0, nothing listens any more".to_owned());
            }
            ensure!(start.elapsed() < PATIENCE, "`run` did not stop in {} s", PATIENCE.as_secs());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A whole HTTP answer, as text.
    fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Service {
    /// A tour that fails half way leaves no process behind.
    fn drop(&mut self) {
        let child = self.child.get_mut();
        if let Ok(None) = child.try_wait() {
            if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::TERM);
            }
            let _ = child.wait();
        }
    }
}
