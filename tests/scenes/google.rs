//! A server that speaks like Google's storage, for scenes. None can be had that knows the condition of a create over the XML
//! interface; that interface is otherwise S3's, so this is moto's S3 behind a way that says the condition in S3's words.
//! `tests/clouds.sh` installs it.

use crate::object_server::{lasting, request};
use crate::running::{free_port, wait_until};
use crate::way::Way;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// The bucket that it has.
pub(crate) const BUCKET: &str = "rel";

/// Somebody whom moto believes: it checks no signature.
macro_rules! somebody {
    () => {
        "AWS4-HMAC-SHA256 Credential=AKTEST/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    };
}

/// What S3 says otherwise; Google's reads of what is public name nobody.
const WORDS: [(&str, &str); 3] = [
    ("x-goog-if-generation-match: 0", "If-None-Match: *"),
    ("authorization: Bearer", "x-nobody:"),
    ("\r\nhost: ", concat!("\r\nAuthorization: ", somebody!(), "\r\nhost: ")),
];

/// The server, and the way that the program takes to it.
pub(crate) struct Google {
    port: u16,
    way: Way,
}

impl Google {
    /// The server, where it can be had; that it is missing is said once and loudly.
    pub(crate) fn at_hand() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Google>> = OnceLock::new();
        let start = || {
            let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/moto");
            if packages.is_dir() {
                return Some(Self::start(&packages));
            }
            // Past the harness, which keeps what a passing test prints.
            let _ =
                writeln!(std::io::stderr(), "SKIPPED scenes of gs://: moto is not installed; tests/clouds.sh does it");
            None
        };
        SERVER.get_or_init(start).as_ref()
    }

    fn start(packages: &Path) -> Self {
        let port = free_port();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "python3", "-m", "moto.server", "-H", "127.0.0.1", "-p"]);
        command.arg(port.to_string()).env("PYTHONPATH", packages);
        lasting(command);
        let path = format!("/{BUCKET}");
        let made = || request(port, "PUT", &path, &somebody(), b"").filter(|answer| answer.status < 300);
        wait_until("moto", || made().map(drop));
        Self { port, way: Way::to(port).translating(&WORDS) }
    }

    /// The variables by which a user names it.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let endpoint = format!("http://127.0.0.1:{}", self.way.port);
        let key = r#"{"private_key": "none", "private_key_id": "none", "client_email": "none", "disable_oauth": true}"#;
        vec![
            ("GOOGLE_BASE_URL", endpoint),
            ("GOOGLE_SERVICE_ACCOUNT_KEY", key.to_owned()),
            ("GOOGLE_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    /// What stands under a key, past the program.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let answer = request(self.port, "GET", &format!("/{BUCKET}/{key}"), &somebody(), b"").expect("an answer");
        (answer.status == 200).then_some(answer.body)
    }

    /// Overwrites what stands under a key, as no writer of ours can.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let answer = request(self.port, "PUT", &format!("/{BUCKET}/{key}"), &somebody(), bytes).expect("an answer");
        assert!(answer.status < 300, "{key}: {}", answer.status);
    }

    /// Removes what stands under a key.
    pub(crate) fn remove(&self, key: &str) {
        let answer = request(self.port, "DELETE", &format!("/{BUCKET}/{key}"), &somebody(), b"").expect("an answer");
        assert!(answer.status < 300, "{key}: {}", answer.status);
    }
}

fn somebody() -> [(&'static str, String); 1] {
    [("Authorization", somebody!().to_owned())]
}
