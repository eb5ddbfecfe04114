//! A real object server for scenes: SeaweedFS, one for all of them, ended with the tests. `tests/all` installs it.

use crate::running::free_port;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The bucket that it has.
pub(crate) const BUCKET: &str = "rel";

/// Where it listens.
pub(crate) struct ObjectServer {
    pub(crate) s3: u16,
    filer: u16,
    _folder: tempfile::TempDir,
}

/// What the server says to a plain request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl ObjectServer {
    /// The server, where it can be had; what is skipped without it is said loudly.
    pub(crate) fn at_hand(scene: &str) -> Option<&'static Self> {
        static SERVER: OnceLock<Option<ObjectServer>> = OnceLock::new();
        let server = SERVER.get_or_init(|| program().map(Self::start)).as_ref();
        if server.is_none() {
            // Past the harness, which keeps what a passing test prints.
            let _ =
                writeln!(std::io::stderr(), "SKIPPED {scene}: SeaweedFS (`weed`) is not installed; tests/all does it");
        }
        server
    }

    fn start(program: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ports: Vec<u16> = std::iter::repeat_with(low_port).take(4).collect();
        let [master, volume, filer, s3] = ports[..] else { unreachable!("four ports") };
        let mut server = Command::new("setpriv");
        server.args(["--pdeathsig", "KILL"]).arg(program);
        server.args(["mini", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.port.iceberg=0", "-s3.port.lance=0"]);
        server.args(["-webdav=false", "-admin.ui=false", "-master.telemetry=false"]);
        server.arg(format!("-bucket={BUCKET}")).arg(format!("-dir={}", folder.path().display()));
        server.args([format!("-master.port={master}"), format!("-volume.port={volume}")]);
        server.args([format!("-filer.port={filer}"), format!("-s3.port={s3}")]);
        server.env("AWS_ACCESS_KEY_ID", "AKTEST").env("AWS_SECRET_ACCESS_KEY", "SKTEST");
        lasting(server);
        let server = Self { s3, filer, _folder: folder };
        let start = Instant::now();
        while !server.is_ready() {
            assert!(start.elapsed() < Duration::from_secs(60), "the object server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn is_ready(&self) -> bool {
        request(self.s3, "GET", "/", &[], b"").is_some_and(|answer| answer.status == 403)
            && request(self.filer, "GET", &format!("/buckets/{BUCKET}/"), &[], b"")
                .is_some_and(|answer| answer.status == 200)
    }

    /// What stands under a key, past the S3 interface.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let answer = request(self.filer, "GET", &format!("/buckets/{BUCKET}/{key}"), &[], b"").expect("an answer");
        (answer.status == 200).then_some(answer.body)
    }

    /// Overwrites what stands under a key, as no writer of ours can.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let answer = request(self.filer, "PUT", &format!("/buckets/{BUCKET}/{key}"), &[], bytes).expect("an answer");
        assert!(answer.status < 300, "{key}: {}", answer.status);
    }

    /// Removes what stands under a key.
    pub(crate) fn remove(&self, key: &str) {
        let answer = request(self.filer, "DELETE", &format!("/buckets/{BUCKET}/{key}"), &[], b"").expect("an answer");
        assert!(answer.status < 300, "{key}: {}", answer.status);
    }
}

/// Starts a server that `setpriv` ends with the tests. The kernel ends it when the thread that started it ends, so that
/// thread lasts as long as they do.
pub(crate) fn lasting(mut server: Command) {
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    std::thread::spawn(move || {
        let _ = server.spawn().expect("setpriv starts it").wait();
    });
}

/// One request and its answer; none where nobody listens.
pub(crate) fn request(port: u16, method: &str, path: &str, headers: &[(&str, String)], body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let length = body.len();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let status = std::str::from_utf8(&bytes[..end]).ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: bytes[end + 4..].to_vec() })
}

/// A free port whose neighbour 10,000 above, which the server takes too, is one.
fn low_port() -> u16 {
    loop {
        let port = 10_000 + free_port() % 20_000;
        let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if free(port) && free(port + 10_000) {
            return port;
        }
    }
}

fn program() -> Option<PathBuf> {
    let installed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/tools/seaweedfs/bin/weed");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&path).map(|folder| folder.join("weed"));
    if installed.is_file() { Some(installed) } else { all.find(|program| program.is_file()) }
}
