//! A registry on this machine's loopback: a sparse index and its `.crate` files over HTTP, as the Cargo book describes
//! them ("Registry Index", "Sparse Protocol"), served to the real cargo. It asks for a token where it has one.

use crate::scene::Scene;
use cargo_twelve::artifact::Digest;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What is served: a path and its bytes.
type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A registry. It answers as long as the test runs.
pub(crate) struct Registry {
    /// The address of its index, as cargo's config writes it.
    pub(crate) index: String,
    address: String,
    files: Files,
}

impl Registry {
    /// An empty registry that answers whoever has this token; everybody where there is none.
    pub(crate) fn start(token: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let files = Files::default();
        let (served, token) = (Arc::clone(&files), token.map(str::to_owned));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (served, token) = (Arc::clone(&served), token.clone());
                std::thread::spawn(move || answer(&stream, &served, token.as_deref()));
            }
        });
        let registry = Self { index: format!("sparse+http://{address}/"), address, files };
        let asks = if token_is_asked(&registry, "config.json") { "true" } else { "false" };
        let config = format!("{{\"dl\":\"http://{}/dl\",\"auth-required\":{asks}}}", registry.address);
        registry.serve("config.json", config.into_bytes());
        registry
    }

    /// Serves a package; `checksum` is what the index says of it.
    pub(crate) fn publish(&self, name: &str, version: &str, packed: &[u8], checksum: &str) {
        // The folder of a name of four letters or more (the Cargo book, "Index files").
        let path = format!("{}/{}/{name}", &name[..2], &name[2..4]);
        let entry = format!(
            "{{\"name\":\"{name}\",\"vers\":\"{version}\",\"deps\":[],\"cksum\":\"{checksum}\",\"features\":{{}},\"yanked\":false}}\n"
        );
        self.serve(&path, entry.into_bytes());
        self.serve(&format!("dl/{name}/{version}/download"), packed.to_vec());
    }

    /// Makes the real cargo pack a library with this source, and serves it.
    pub(crate) fn publish_library(&self, scene: &Scene, name: &str, source: &str) {
        let folder = format!("../packages/{}/{name}", self.address.replace(':', "-"));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\ndescription = \"d\"\nlicense = \"MIT\"\n"
        );
        scene.write(&format!("{folder}/Cargo.toml"), manifest);
        scene.write(&format!("{folder}/src/lib.rs"), source);
        let folder = scene.path().join(folder);
        let mut package = scene.command("cargo");
        package.args(["package", "--allow-dirty", "--no-verify", "--offline"]).current_dir(&folder);
        let outcome = scene.outcome(&mut package);
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        let packed = std::fs::read(folder.join(format!("target/package/{name}-1.0.0.crate"))).expect("packed");
        self.publish(name, "1.0.0", &packed, &Digest::of(&packed).to_string());
    }

    /// Serves a `.crate` of a cache as the registry that it is from would.
    pub(crate) fn mirror(&self, name: &str, version: &str, checksum: &str, file: &Path) {
        self.publish(name, version, &std::fs::read(file).expect("a `.crate`"), checksum);
    }

    fn serve(&self, path: &str, bytes: Vec<u8>) {
        self.files.lock().expect("whole").insert(path.to_owned(), bytes);
    }
}

fn token_is_asked(registry: &Registry, path: &str) -> bool {
    let mut stream = TcpStream::connect(&registry.address).expect("it listens");
    write!(stream, "GET /{path} HTTP/1.1\r\n\r\n").expect("asked");
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status).expect("an answer");
    status.contains(" 401 ")
}

/// Answers one request: 401 without the token, 404 for what is not there.
fn answer(mut stream: &TcpStream, files: &Files, token: Option<&str>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let path = lines.next().and_then(|line| line.split(' ').nth(1).map(|path| path[1..].to_owned()));
    let given = lines.find_map(|line| line.to_lowercase().strip_prefix("authorization: ").map(str::to_owned));
    let found = path.and_then(|path| files.lock().expect("whole").get(&path).cloned());
    let (status, body) = match found {
        _ if token.is_some_and(|token| given.as_deref() != Some(token)) => ("401 Unauthorized", Vec::new()),
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", Vec::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // A caller that has gone has its answer.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}
