//! `new` inside a workspace: the project becomes a member, and not a byte of the workspace changes besides.

use crate::scene::{Scene, assert_page};
use std::fs;

const ROOT: &str = "# The team's workspace.\r\n[workspace]\r\nresolver = \"3\"   # the newest\r\nmembers = [\r\n    \"apps/api\", # the first\r\n    # jobs\r\n    \"apps/zeta\",\r\n]\r\nexclude = [\"scratch\"]\r\n\r\n[workspace.package]\r\nedition = \"2024\"\r\nlicense = \"MIT\"\r\n\r\n[workspace.dependencies]\r\ntokio = { version = \"1.40\", features = [\"time\"] }\r\n";

fn workspace(root: &str) -> Scene {
    let scene = Scene::new();
    scene.git("init -q .");
    scene.write("Cargo.toml", root);
    for app in ["api", "zeta"] {
        scene.write(&format!("apps/{app}/Cargo.toml"), format!("[package]\nname = \"{app}\"\nedition = \"2024\"\n"));
        scene.write(&format!("apps/{app}/src/main.rs"), "fn main() {}\n");
    }
    scene
}

fn read(scene: &Scene, path: &str) -> String {
    fs::read_to_string(scene.path().join(path)).expect("a file")
}

#[test]
fn the_project_is_a_member_and_no_other_byte_changes() {
    let scene = workspace(ROOT);
    let planned = scene.twelve(["new", "apps/shop", "--template", "worker", "--dry-run"]);
    assert_eq!(read(&scene, "Cargo.toml"), ROOT, "a dry run writes nothing");
    let outcome = scene.twelve(["new", "apps/shop", "--template", "worker"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let line = "    \"apps/api\", # the first\r\n";
    assert_eq!(read(&scene, "Cargo.toml"), ROOT.replace(line, &format!("{line}    \"apps/shop\",\r\n")));
    let page = format!("{}{}--- Cargo.toml\n{}", planned.page(), outcome.page(), read(&scene, "apps/shop/Cargo.toml"));
    assert_page("new__in_a_workspace", &page);
    let metadata = scene.outcome(scene.command("cargo").args(["metadata", "--no-deps", "--format-version", "1"]));
    assert!(metadata.stdout.contains("\"name\":\"shop\""), "{}", metadata.stderr);
    assert!(!metadata.stderr.contains("warning"), "{}", metadata.stderr);

    // What the template makes now is again a member's.
    let updated = scene.twelve(["update", "apps/shop", "--allow-dirty"]);
    assert!(updated.stderr.contains("nothing to do"), "{}", updated.page());
}

#[test]
fn a_glob_that_holds_it_already_and_an_exclusion_are_left_alone() {
    let root = "[workspace]\nmembers = [\"apps/*\"]\nexclude = [\"scratch\"]\n";
    let scene = workspace(root);
    assert_eq!(scene.twelve(["new", "apps/shop", "--template", "worker"]).code, Some(0));
    assert_eq!(scene.twelve(["new", "scratch/shop", "--template", "worker"]).code, Some(0));
    assert_eq!(read(&scene, "Cargo.toml"), root);
    assert!(!scene.path().join("apps/shop/Cargo.lock").exists(), "the workspace has the lockfile");
    assert!(scene.path().join("scratch/shop/Cargo.lock").exists(), "it stands alone");
}

#[test]
fn where_the_members_cannot_be_added_to_nothing_is_made() {
    let root = "workspace.resolver = \"3\"\n";
    let scene = workspace(root);
    let outcome = scene.twelve(["new", "apps/shop", "--template", "worker"]);
    assert_eq!(outcome.code, Some(65), "{}", outcome.page());
    assert!(!scene.path().join("apps/shop").exists());
    assert_eq!(read(&scene, "Cargo.toml"), root);
}
