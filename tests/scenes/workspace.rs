//! A workspace with several services: each is an app of its own, and all are of one codebase.

use crate::scene::{Outcome, Scene};
use crate::shop::commit;
use serde_json::Value;
use std::fs;

const SERVICES: [&str; 3] = ["kitchen", "menu", "till"];

/// Three services, each with its declaration in its own folder.
fn services() -> Scene {
    let scene = Scene::new();
    scene.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n");
    let mut lock = "version = 4\n".to_owned();
    for (minor, name) in SERVICES.iter().enumerate() {
        let folder = format!("crates/{name}");
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"1.{minor}.0\"\nedition = \"2024\"\n");
        scene.write(&format!("{folder}/Cargo.toml"), manifest);
        scene.write(&format!("{folder}/src/main.rs"), format!("fn main() {{\n    println!(\"{name}\");\n}}\n"));
        scene.write(&format!("{folder}/twelve.toml"), format!("[processes.web]\ncommand = \"{name}\"\n"));
        lock += &format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.{minor}.0\"\n");
    }
    scene.write("Cargo.lock", lock);
    scene.write(".gitignore", "/target\n");
    scene.git("init -q");
    commit(&scene, "first");
    scene
}

fn says(outcome: &Outcome, stdout: &str) {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), stdout), "{}", outcome.page());
}

#[test]
fn each_service_of_a_workspace_is_an_app_of_one_codebase() {
    let scene = services();
    scene.twelve(["release"]).refused(77, &["several packages could be meant: `kitchen`, `menu`, `till`"]);
    for name in SERVICES {
        says(&scene.twelve(["release", "-p", name]), "v1\n");
    }
    says(&scene.twelve(["release", "-p", "till", "--again"]), "v2\n");
    let codebase = |app: &str| -> Value {
        let path = scene.store().join(app).join("codebase.json");
        serde_json::from_slice(&fs::read(path).expect("a codebase")).expect("JSON")
    };
    for (minor, name) in SERVICES.iter().enumerate() {
        assert_eq!(codebase(name)["app"], *name);
        assert_eq!(codebase(name)["roots"], codebase("till")["roots"], "all are of one codebase");
        let shown = scene.twelve(["show", &format!("{name}@v1"), "--format", "json"]);
        let document: Value = serde_json::from_str(&shown.stdout).expect("one document");
        assert_eq!(document["release"]["version"], format!("1.{minor}.0"));
        assert_eq!(document["builds"][0]["declaration"]["processes"][0]["command"], **name);
        let files = document["builds"][0]["files"].as_array().expect("files").iter();
        let bins: Vec<_> = files.filter_map(|file| file["path"].as_str()?.strip_prefix("app/bin/")).collect();
        assert_eq!(bins, [*name], "its own program and no other's");
    }
    let mut in_folder = scene.command(crate::scene::PROGRAM);
    in_folder.arg("releases").arg("-q").current_dir(scene.path().join("crates/till"));
    let listed = scene.outcome(&mut in_folder);
    assert!(listed.stdout.contains("v2"), "the app at hand is the package's: {}", listed.page());
}

#[test]
#[cfg(target_os = "linux")]
fn each_service_of_a_workspace_runs_and_is_reproduced() {
    let scene = services();
    for name in SERVICES {
        says(&scene.twelve(["release", "-p", name]), "v1\n");
        let release = format!("{name}@v1");
        says(&scene.twelve(["run", "--release-id", &release]), &format!("web.1 | {name}\n"));
        let outcome = scene.twelve(["reproduce", &release]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    }
}
