//! `run` while it runs: what it has said so far, signals to it, and its end.

use super::scene::{Scene, without_clock};
use rustix::process::{Pid, Signal, kill_process};
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything may take: far longer than it takes, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A `run` that runs.
pub(crate) struct Running {
    child: Child,
    stdout: Heard,
    stderr: Heard,
}

/// What came through a pipe so far.
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

/// What it said, and how it ended.
pub(crate) struct Ended {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Running {
    /// Starts `run --release-id v1` with these further arguments.
    pub(crate) fn start(scene: &Scene, arguments: &[&str]) -> Self {
        let mut command = scene.command(super::scene::PROGRAM);
        command.args(["run", "--release-id", "shop@v1"]).args(arguments);
        Self::of(command)
    }

    /// Starts a command and listens to it.
    pub(crate) fn of(mut command: std::process::Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let stdout = Heard::from(child.stdout.take().expect("a pipe"));
        let stderr = Heard::from(child.stderr.take().expect("a pipe"));
        Self { child, stdout, stderr }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits until stdout holds this text.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        wait_until(&format!("{text:?} on stdout"), || Some(self.said()).filter(|said| said.contains(text)))
    }

    /// Waits until stderr holds this text.
    pub(crate) fn wait_for_event(&self, text: &str) -> String {
        wait_until(&format!("{text:?} on stderr"), || Some(self.stderr.text()).filter(|said| said.contains(text)))
    }

    /// What it has said on stderr so far.
    pub(crate) fn events(&self) -> String {
        self.stderr.text()
    }

    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&without_clock(self.stdout.text().as_bytes())).into_owned()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it lives");
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn stop(self) -> Ended {
        self.signal(Signal::TERM);
        self.end()
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Ended {
        let status = wait_until("its end", || self.child.try_wait().expect("it can be waited for"));
        Ended {
            stdout: without_clock(&self.stdout.whole()),
            stderr: String::from_utf8_lossy(&without_clock(&self.stderr.whole())).into_owned(),
            code: status.code(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A scene that failed leaves nothing behind either: the watchdog ends the rest.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).expect("text")
    }
}

impl Heard {
    fn from(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut part = vec![0; 64 << 10];
            while let Ok(count @ 1..) = pipe.read(&mut part) {
                shared.lock().expect("unpoisoned").extend(&part[..count]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().expect("unpoisoned")).into_owned()
    }

    fn whole(&mut self) -> Vec<u8> {
        self.reader.take().expect("asked once").join().expect("read");
        std::mem::take(&mut self.bytes.lock().expect("unpoisoned"))
    }
}

/// Asks again and again until there is an answer.
pub(crate) fn wait_until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process with this id lives and has not ended.
pub(crate) fn lives(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}

/// A port that nobody listened on a moment ago.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}
