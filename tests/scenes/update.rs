//! `update`: a project is brought up to its template's newer version, and what was changed since stays changed.

use crate::scene::{Outcome, Scene, assert_page};
use std::fs;

const MANIFEST: &str = "[template]\nname = \"x\"\nversion = \"VERSION\"\ndescription = \"d\"\n";
const OLD: &str =
    "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\naxum = \"0.8\"\n";

/// The template `t`: a manifest of Cargo, two sources, and what only the old or the new version has.
fn template(scene: &Scene, version: &str, axum: &str, main: &str) {
    scene.write("t/template.toml", MANIFEST.replace("VERSION", version));
    scene.write("t/Cargo.toml.hbs", OLD.replace("0.8", axum));
    scene.write("t/src/main.rs", main);
    scene.write("t/README.md.hbs", format!("# {{{{name}}}}\n\none\ntwo\nthree\n\nTemplate {version}.\n"));
}

/// A project of version 1.0.0, committed, and the template at 2.0.0.
fn project() -> Scene {
    let scene = Scene::new();
    template(&scene, "1.0.0", "0.8", "fn main() {}\n");
    scene.write("t/old", "old\n");
    scene.write("t/notes", "notes\n");
    let outcome = scene.twelve(["new", "shop", "--template", "./t"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    template(&scene, "2.0.0", "0.9", "fn main() { new() }\n");
    fs::remove_file(scene.path().join("t/old")).expect("removed");
    scene.write("t/notes", "more notes\n");
    scene.write("t/added", "added\n");
    scene
}

fn commit(scene: &Scene) {
    scene.git("-C shop add -A");
    scene.git("-C shop commit -q -m changed");
}

fn read(scene: &Scene, path: &str) -> String {
    fs::read_to_string(scene.path().join("shop").join(path)).expect("a file")
}

fn actions(outcome: &Outcome) -> Vec<(String, String, serde_json::Value)> {
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let files = document["files"].as_array().expect("files").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    files.map(|file| (text(&file["path"]), text(&file["action"]), file["sha256"].clone())).collect()
}

#[test]
fn what_was_not_touched_becomes_what_the_template_makes_now() {
    let scene = project();
    let outcome = scene.twelve(["update", "shop"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_eq!(read(&scene, "src/main.rs"), "fn main() { new() }\n");
    assert_eq!(read(&scene, "added"), "added\n");
    assert!(!scene.path().join("shop/old").exists());
    assert_eq!(
        scene.git("-C shop status --porcelain --ignored -uall"),
        " M .twelve/base.tar.gz\n M .twelve/scaffold.toml\n M Cargo.toml\n M README.md\n M notes\n D old\n M src/main.rs\n?? added\n"
    );
    let again = scene.twelve(["update", "shop", "--allow-dirty"]);
    assert!(again.stderr.contains("(nothing to do)"), "{}", again.page());
}

#[test]
fn a_bumped_version_and_an_added_feature_leave_no_conflict() {
    let scene = project();
    let mine = OLD.replace("axum = \"0.8\"", "axum = { version = \"0.8\", features = [\"ws\"] }  # sockets");
    scene.write("shop/Cargo.toml", mine);
    commit(&scene);
    assert_eq!(scene.twelve(["update", "shop"]).code, Some(0));
    let merged = "axum = { version = \"0.9\", features = [\"ws\"] }  # sockets\n";
    assert_eq!(read(&scene, "Cargo.toml"), OLD.replace("axum = \"0.8\"\n", merged));
}

#[test]
fn conflicts_are_told_with_both_sides_and_a_manifest_stays_readable() {
    let scene = project();
    scene.write("shop/Cargo.toml", OLD.replace("0.8", "0.7"));
    scene.write("shop/src/main.rs", "fn main() { mine() }\n");
    scene.write("shop/README.md", "# shop\n\nONE\ntwo\nthree\n\nTemplate 1.0.0.\n");
    scene.write("shop/notes", [0xff, 0]);
    commit(&scene);
    let planned = scene.twelve(["update", "shop", "--dry-run"]);
    assert_eq!(planned.code, Some(1));
    let outcome = scene.twelve(["update", "shop"]);
    assert_eq!(outcome.code, Some(1));
    toml::from_str::<toml::Table>(&read(&scene, "Cargo.toml")).expect("TOML");
    assert!(read(&scene, "Cargo.toml").contains("axum = \"0.7\""), "what stood stays");
    assert!(read(&scene, "README.md").contains("ONE\ntwo") && read(&scene, "README.md").contains("Template 2.0.0."));
    let page = format!("{}{}--- src/main.rs\n{}", planned.page(), outcome.page(), read(&scene, "src/main.rs"));
    assert_page("update__conflicts", &page);
    let again = scene.twelve(["update", "shop", "--allow-dirty"]);
    assert_eq!(again.code, Some(77), "the markers are still there: {}", again.page());
}

#[test]
fn a_dry_run_lists_exactly_what_the_run_then_does() {
    let scene = project();
    scene.write("shop/README.md", "# shop\n\nONE\ntwo\nthree\n\nTemplate 1.0.0.\n");
    scene.write("shop/src/main.rs", "fn main() { mine() }\n");
    fs::remove_file(scene.path().join("shop/notes")).expect("removed");
    commit(&scene);
    let before = scene.git("-C shop status --porcelain");
    let planned = scene.twelve(["update", "shop", "--dry-run", "--format", "json"]);
    assert_eq!(scene.git("-C shop status --porcelain"), before, "a dry run writes nothing");
    let done = scene.twelve(["update", "shop", "--format", "json"]);
    assert_eq!(actions(&planned), actions(&done));
    let seen: Vec<_> = actions(&done).into_iter().map(|(path, action, _)| format!("{path} {action}")).collect();
    let expected = [
        ".twelve/base.tar.gz clean",
        ".twelve/scaffold.toml clean",
        "Cargo.toml clean",
        "README.md merged",
        "added new",
        "notes kept",
        "old removed",
        "src/main.rs conflict",
    ];
    assert_eq!(seen, expected);
    for (path, action, sha256) in actions(&done) {
        let standing = fs::read(scene.path().join("shop").join(&path)).ok();
        let digest = standing.map(|bytes| {
            use sha2::{Digest, Sha256};
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        });
        assert_eq!(sha256.as_str(), digest.as_deref(), "{path} {action}");
    }
}

#[test]
fn what_is_in_no_commit_is_not_written_over() {
    let scene = project();
    scene.write("shop/README.md", "# shop\n\nONE\ntwo\nthree\n\nTemplate 1.0.0.\n");
    scene.write("shop/added", "mine, in no commit\n");
    let outcome = scene.twelve(["update", "shop"]);
    assert_eq!(outcome.code, Some(77));
    assert!(outcome.stderr.contains("`README.md`, `added`"), "{}", outcome.page());
    assert_eq!(read(&scene, "added"), "mine, in no commit\n");
    assert!(read(&scene, ".twelve/scaffold.toml").contains("version = \"1.0.0\""), "nothing was updated");
    assert_eq!(scene.twelve(["update", "shop", "--allow-dirty"]).code, Some(1));
}

#[test]
fn an_update_can_be_verified_by_compiling() {
    let scene = project();
    // No registry is asked: the template's dependency is none that compiles here.
    scene.write("t/Cargo.toml.hbs", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let outcome = scene.twelve(["update", "shop", "--verify"]);
    assert_eq!(outcome.code, Some(1), "`new()` is nowhere: {}", outcome.page());
    scene.write("t/src/main.rs", "fn main() {}\n");
    assert_eq!(scene.twelve(["update", "shop", "--verify", "--allow-dirty"]).code, Some(0));
}

#[test]
fn what_cannot_be_updated_says_why() {
    let scene = Scene::new();
    scene.write("other/Cargo.toml", "");
    let outcome = scene.twelve(["update", "other"]);
    assert_eq!(outcome.code, Some(66), "{}", outcome.page());
    let scene = project();
    for (path, text, code) in [
        (".twelve/base.tar.gz", "not what it was", 65),
        (".twelve/scaffold.toml", "format = 9\n", 65),
        (".twelve/scaffold.toml", "\u{1b}[2J", 65),
    ] {
        scene.git("-C shop checkout -q -- .");
        scene.write(&format!("shop/{path}"), text);
        let outcome = scene.twelve(["update", "shop"]);
        assert_eq!(outcome.code, Some(code), "{}", outcome.page());
        assert!(outcome.stderr.contains(&format!("git checkout HEAD -- {path}")), "{}", outcome.page());
        assert!(!outcome.stderr.contains('\u{1b}'));
    }
}

#[test]
fn another_answer_is_an_update_too() {
    let scene = Scene::new();
    assert_eq!(scene.twelve(["new", "shop"]).code, Some(0));
    let outcome =
        scene.outcome(scene.command(crate::scene::PROGRAM).current_dir(scene.path().join("shop/src")).args([
            "update",
            "--set",
            "procfile=true",
        ]));
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_eq!(read(&scene, "Procfile"), "web: target/release/shop serve\n");
}
