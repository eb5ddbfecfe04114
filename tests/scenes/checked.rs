//! A small service for scenes of the audit, file by file, and what the audit says of it.

use crate::scene::{Outcome, Scene};
use crate::shop::commit;
use serde_json::Value;

/// The manifest of a service with these dependencies; none of them is ever fetched.
pub(crate) fn manifest(dependencies: &str) -> String {
    format!(
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.85\"\n\n[dependencies]\n{dependencies}"
    )
}

/// A lockfile that locks these packages for the service.
pub(crate) fn lock(packages: &[(&str, &str)]) -> String {
    let mut text = "version = 4\n".to_owned();
    let mut all: Vec<(&str, &str)> = packages.to_vec();
    all.sort_unstable();
    for (name, version) in &all {
        let source = "registry+https://github.com/rust-lang/crates.io-index";
        let checksum = "0".repeat(64);
        text += &format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\nchecksum = \"{checksum}\"\n"
        );
    }
    let names: Vec<String> = all.iter().map(|(name, _)| format!(" \"{name}\",\n")).collect();
    text + &format!("\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\n{}]\n", names.concat())
}

/// A service of axum that keeps every promise that can be read, apart from what these files say otherwise.
pub(crate) fn service(files: &[(&str, &str)]) -> Scene {
    service_with(&[("axum", "0.8.0"), ("tokio", "1.40.0")], files)
}

/// The same with other dependencies.
pub(crate) fn service_with(packages: &[(&str, &str)], files: &[(&str, &str)]) -> Scene {
    let scene = Scene::new();
    let dependencies: String = packages.iter().map(|(name, version)| format!("{name} = \"{version}\"\n")).collect();
    scene.write("Cargo.toml", manifest(&dependencies));
    scene.write("Cargo.lock", lock(packages));
    scene.write(".gitignore", "/target\n");
    scene.write("src/main.rs", GOOD);
    for (path, text) in files {
        scene.write(path, text);
    }
    scene.git("init -q");
    commit(&scene, "first");
    scene
}

/// A main that reads its port from the environment and drains at SIGTERM.
pub(crate) const GOOD: &str = r#"use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() {
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    let listener = TcpListener::bind(("0.0.0.0", port)).await.unwrap();
    let stop = async { signal(SignalKind::terminate()).unwrap().recv().await; };
    axum::serve(listener, axum::Router::new()).with_graceful_shutdown(stop).await.unwrap();
}
"#;

/// What the audit says, as its document.
pub(crate) fn checked(scene: &Scene) -> Checked {
    checked_with(scene, &[])
}

/// The same with further arguments.
pub(crate) fn checked_with(scene: &Scene, arguments: &[&str]) -> Checked {
    let outcome = scene.twelve([&["check", "--format", "json"], arguments].concat());
    let document = serde_json::from_str(&outcome.stdout).expect("one document");
    Checked { document, outcome }
}

/// The document of an audit.
pub(crate) struct Checked {
    pub(crate) document: Value,
    pub(crate) outcome: Outcome,
}

impl Checked {
    /// What one rule says.
    pub(crate) fn rule(&self, id: &str) -> &Value {
        let rules = self.document["rules"].as_array().expect("rules");
        rules.iter().find(|rule| rule["id"] == id).expect("a known rule")
    }

    /// The verdict of one rule.
    pub(crate) fn verdict(&self, id: &str) -> &str {
        self.rule(id)["verdict"].as_str().expect("a verdict")
    }

    /// Asserts the verdict of each of these rules.
    pub(crate) fn says(&self, expected: &[(&str, &str)]) {
        for (id, verdict) in expected {
            assert_eq!(self.verdict(id), *verdict, "{id}: {:#}", self.rule(id));
        }
    }

    /// Where the first finding of a rule stands, as `path:line`.
    pub(crate) fn place(&self, id: &str) -> String {
        let place = &self.rule(id)["findings"][0]["evidence"][0];
        format!("{}:{}", place["path"].as_str().expect("a path"), place["line"])
    }
}
