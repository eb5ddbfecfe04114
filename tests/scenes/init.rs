//! `init`: an existing crate is adopted, and nothing that stands is written over.

use crate::scene::{Outcome, Scene, assert_page};
use std::fs;

/// A crate that reads its port and a database's address.
fn shop() -> Scene {
    let scene = Scene::new();
    let manifest = "[package]\nname = \"shop\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\naxum = \"0.8\"\nsqlx = \"0.9\"\n";
    scene.write("Cargo.toml", manifest);
    scene.write("Cargo.lock", "version = 4\n");
    let main = "fn main() {\n    let port = std::env::var(\"PORT\");\n    let url = std::env::var(\"DATABASE_URL\");\n    let key = option(\"x\");\n    let _ = std::env::var(\"SESSION_KEY\").unwrap();\n}\n";
    scene.write("src/main.rs", main);
    scene.git("init -q .");
    scene.git("add -A");
    scene.git("commit -q -m first");
    scene
}

fn read(scene: &Scene, path: &str) -> String {
    fs::read_to_string(scene.path().join(path)).expect("a file")
}

fn done(outcome: Outcome) -> Outcome {
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    outcome
}

#[test]
fn writes_a_declaration_from_what_the_source_shows_and_says_what_check_still_says() {
    let scene = shop();
    let outcome = done(scene.twelve(["init", "--add", "env-example,workflow"]));
    let page = format!(
        "{}--- twelve.toml\n{}--- .env.example\n{}",
        outcome.page(),
        read(&scene, "twelve.toml"),
        read(&scene, ".env.example")
    );
    assert_page("init__declaration", &page);
    assert!(read(&scene, ".github/workflows/release.yml").contains("cargo twelve release"));
    assert_eq!(
        scene.git("status --porcelain -uall"),
        "?? .env.example\n?? .github/workflows/release.yml\n?? twelve.toml\n"
    );
}

#[test]
fn writes_over_nothing() {
    let scene = shop();
    scene.write(".env.example", "mine\n");
    let outcome = done(scene.twelve(["init"]));
    assert!(outcome.stderr.contains("`.env.example` stands already"), "{}", outcome.page());
    assert_eq!(read(&scene, ".env.example"), "mine\n");
    scene.write("twelve.toml", "# mine\n");
    let again = scene.twelve(["init"]);
    assert_eq!(again.code, Some(73), "{}", again.page());
    assert_eq!(read(&scene, "twelve.toml"), "# mine\n");
}

#[test]
fn a_dry_run_writes_nothing_and_lists_what_the_run_then_writes() {
    let scene = shop();
    let planned = done(scene.twelve(["init", "--dry-run", "--format", "json"]));
    assert_eq!(scene.git("status --porcelain -uall"), "");
    let made = done(scene.twelve(["init", "--format", "json"]));
    let [planned, made] =
        [planned, made].map(|outcome| serde_json::from_str::<serde_json::Value>(&outcome.stdout).expect("JSON"));
    assert_eq!(planned["files"], made["files"]);
    assert_eq!(made["variables"]["DATABASE_URL"], "src/main.rs:3:15");
}

#[test]
fn a_procfile_goes_on_to_say_what_it_says() {
    let scene = shop();
    scene.write("Procfile", "web: shop\nrelease: shop migrate\n");
    done(scene.twelve(["init", "--quiet"]));
    assert!(!read(&scene, "twelve.toml").contains("[processes"));
}
