//! A real server of Azure's blobs for scenes: Azurite, one for all of them, ended with the tests. `tests/clouds.sh` installs it.

use crate::object_server::{Answer, lasting, request};
use crate::running::{free_port, wait_until};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// The account that it has.
pub(crate) const ACCOUNT: &str = "ada";
/// The container that it has.
pub(crate) const CONTAINER: &str = "rel";
/// The account's key, as it is before it is written in base64.
const KEY: [u8; 48] = [b'k'; 48];

/// Where it listens.
pub(crate) struct Azurite {
    pub(crate) port: u16,
    _folder: tempfile::TempDir,
}

impl Azurite {
    /// The server, where it can be had; that it is missing is said once and loudly.
    pub(crate) fn at_hand() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Azurite>> = OnceLock::new();
        let start = || {
            let program =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/azurite/node_modules/.bin/azurite-blob");
            if program.is_file() {
                return Some(Self::start(&program));
            }
            // Past the harness, which keeps what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED scenes of az://: Azurite is not installed; tests/clouds.sh does it"
            );
            None
        };
        SERVER.get_or_init(start).as_ref()
    }

    fn start(program: &Path) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(program).args(["--silent", "--disableTelemetry", "--location"]);
        command.arg(folder.path()).args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()]);
        command.env("AZURITE_ACCOUNTS", format!("{ACCOUNT}:{}", base64(&KEY)));
        lasting(command);
        let server = Self { port, _folder: folder };
        let made = || server.ask("PUT", "", "restype=container", b"").filter(|answer| answer.status < 300);
        wait_until("Azurite", || made().map(drop));
        server
    }

    /// The variables by which a user names it.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT.to_owned()),
            ("AZURE_STORAGE_ACCOUNT_KEY", base64(&KEY)),
            ("AZURE_ENDPOINT", format!("http://127.0.0.1:{}/{ACCOUNT}", self.port)),
            ("AZURE_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    /// What stands under a key, past the program.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let answer = self.ask("GET", key, "", b"").expect("an answer");
        (answer.status == 200).then_some(answer.body)
    }

    /// Overwrites what stands under a key, as no writer of ours can.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let answer = self.ask("PUT", key, "", bytes).expect("an answer");
        assert!(answer.status < 300, "{key}: {}", answer.status);
    }

    /// Removes what stands under a key.
    pub(crate) fn remove(&self, key: &str) {
        let answer = self.ask("DELETE", key, "", b"").expect("an answer");
        assert!(answer.status < 300, "{key}: {}", answer.status);
    }

    /// A request that the account's key has signed: "Authorize with Shared Key" of Azure's REST reference.
    fn ask(&self, method: &str, key: &str, query: &str, body: &[u8]) -> Option<Answer> {
        let path =
            if key.is_empty() { format!("/{ACCOUNT}/{CONTAINER}") } else { format!("/{ACCOUNT}/{CONTAINER}/{key}") };
        let now = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut headers = vec![("x-ms-date", now), ("x-ms-version", "2021-12-02".to_owned())];
        if method == "PUT" && query.is_empty() {
            headers.insert(0, ("x-ms-blob-type", "BlockBlob".to_owned()));
        }
        let length = if body.is_empty() { String::new() } else { body.len().to_string() };
        let signed: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        // Azurite's addresses name the account once more.
        let asked = query.split_once('=').map(|(name, value)| format!("\n{name}:{value}")).unwrap_or_default();
        let text = format!("{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{signed}/{ACCOUNT}{path}{asked}");
        let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).expect("a key");
        mac.update(text.as_bytes());
        headers.push(("Authorization", format!("SharedKey {ACCOUNT}:{}", base64(&mac.finalize().into_bytes()))));
        let address = if query.is_empty() { path } else { format!("{path}?{query}") };
        request(self.port, method, &address, &headers, body)
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[test]
fn the_key_is_written_as_the_rfc_says() {
    for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}
