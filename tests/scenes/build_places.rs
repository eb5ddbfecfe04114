//! Where the source stands when it is compiled: at one path for all, or at a path of this machine written otherwise.

use crate::scene::{Outcome, PROGRAM, Scene};
use crate::shop::{cargo_home, commit, compiled_program_prints, shop, shop_with_packages};
use serde_json::Value;
use std::path::Path;

/// Whether this machine lets its users make namespaces; where it does not, these scenes have nothing to show.
fn no_namespaces(scene: &Scene) -> bool {
    let tried = scene.outcome(scene.command("unshare").args(["--user", "--map-root-user", "--mount", "--net", "true"]));
    let impossible = tried.code != Some(0);
    if impossible {
        eprintln!("SKIPPED: no user namespaces here: {}", tried.stderr);
    }
    impossible
}

/// What build.json says of a build that was made.
fn manifest(scene: &Scene, outcome: &Outcome) -> Value {
    let path = scene.store().join("shop/builds").join(outcome.build_id()).join("build.json");
    serde_json::from_slice(&std::fs::read(path).expect("a manifest")).expect("JSON")
}

fn source_path(manifest: &Value) -> &str {
    manifest["toolchain"]["source_path"].as_str().expect("text")
}

#[test]
fn both_places_give_the_same_files() {
    let scene = shop_with_packages();
    if no_namespaces(&scene) {
        return;
    }
    let canonical = manifest(&scene, &scene.twelve(["build"]));
    let remapped = manifest(&scene, &scene.twelve(["build", "--no-namespace"]));
    assert_eq!([source_path(&canonical), source_path(&remapped)], ["canonical", "remapped"]);
    assert_eq!(canonical["files"], remapped["files"]);
    assert_eq!(canonical["lockfile"], remapped["lockfile"]);
    assert_eq!(manifest(&scene, &scene.twelve(["build"])), canonical, "and back again");
}

#[test]
fn a_path_that_is_compiled_in_is_the_same_in_every_clone() {
    let scene = shop_with_packages();
    if no_namespaces(&scene) {
        return;
    }
    let script = "fn main() {\n    println!(\"cargo::rustc-env=HERE={}\", std::env::var(\"OUT_DIR\").unwrap());\n}\n";
    scene.write("build.rs", script);
    scene.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{} {}\", env!(\"CARGO_MANIFEST_DIR\"), env!(\"HERE\").split(\"/shop-\").next().unwrap());\n}\n",
    );
    commit(&scene, "paths");
    let first = scene.twelve(["build"]).build_id();
    assert!(compiled_program_prints(&scene).starts_with("/b/src /b/target/"));
    scene.git("clone -q . ../elsewhere/of/another/depth");
    let clone = scene.path().join("../elsewhere/of/another/depth");
    let mut elsewhere = scene.command(PROGRAM);
    elsewhere.arg("build").current_dir(clone).env("CARGO_HOME", cargo_home(&scene));
    assert_eq!(scene.outcome(&mut elsewhere).build_id(), first);
}

#[test]
fn a_build_script_finds_no_home_and_no_network() {
    let scene = shop();
    if no_namespaces(&scene) {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let script = format!(
        "fn main() {{\n    assert!(!std::path::Path::new({:?}).exists());\n    assert!(std::net::TcpStream::connect(\"{address}\").is_err());\n    std::fs::write(\"/tmp/left\", \"x\").unwrap();\n}}\n",
        scene.home()
    );
    scene.write("build.rs", script);
    commit(&scene, "script");
    scene.twelve(["build"]).build_id();
    let left = std::fs::read_dir(scene.path().join("target/twelve/work/shop/tmp")).expect("the folder").count();
    assert_eq!(left, 0, "its temporary files went with the namespace");
}

#[test]
fn a_file_of_the_machine_is_no_source() {
    let scene = shop_with_packages();
    for (file, path) in [("/etc/passwd", "/etc/passwd"), ("../../../../../etc/passwd", "etc/passwd")] {
        scene.write("src/main.rs", format!("fn main() {{\n    print!(include_str!({file:?}));\n}}\n"));
        commit(&scene, "include");
        for arguments in [&["build"][..], &["build", "--no-namespace"]] {
            let outcome = scene.twelve(arguments);
            let missing = outcome.stderr.contains("couldn't read");
            // A relative path leads elsewhere from another place.
            if !(missing && file.starts_with('.')) {
                let said = format!("{path}`, which is a file of this machine");
                outcome.refused(77, &["error: `shop` was compiled from `/", &said, "hint: commit the file"]);
            }
        }
    }
    scene.write("src/a file.txt", "ok");
    scene.write("src/main.rs", "fn main() {\n    println!(include_str!(\"a file.txt\"));\n}\n");
    commit(&scene, "own");
    scene.twelve(["build"]).build_id();
    assert_eq!(compiled_program_prints(&scene), "ok\n");
}

#[test]
fn a_build_script_finds_the_same_name_of_every_machine() {
    let scene = shop();
    if no_namespaces(&scene) {
        return;
    }
    let renamed = ["--user", "--map-root-user", "--uts", "sh", "-c", "echo b >/proc/sys/kernel/hostname"];
    if scene.outcome(scene.command("unshare").args(renamed)).code != Some(0) {
        eprintln!("SKIPPED: the kernel's settings cannot be written here");
        return;
    }
    let script = "fn main() {\n    let name = std::fs::read_to_string(\"/proc/sys/kernel/hostname\").unwrap();\n    println!(\"cargo::rustc-env=HERE={}\", name.trim());\n}\n";
    scene.write("build.rs", script);
    scene.write("src/main.rs", "fn main() {\n    println!(env!(\"HERE\"));\n}\n");
    commit(&scene, "name");
    scene.twelve(["build"]).build_id();
    assert_eq!(compiled_program_prints(&scene), "b\n");
}

#[test]
fn a_machine_without_namespaces_is_told_of_and_builds_all_the_same() {
    let scene = shop();
    if no_namespaces(&scene) {
        return;
    }
    let canonical = manifest(&scene, &scene.twelve(["build"]));
    // In a user namespace of its own, a process may forbid itself any more of them.
    let mut forbidden = scene.command("unshare");
    let script = "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$0\" build";
    forbidden.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, PROGRAM]);
    let outcome = scene.outcome(&mut forbidden);
    assert!(outcome.stderr.contains("no mount namespace here (unshare: "), "{}", outcome.page());
    let remapped = manifest(&scene, &outcome);
    assert_eq!(source_path(&remapped), "remapped");
    assert_eq!(remapped["files"], canonical["files"]);
}

#[test]
fn what_was_compiled_for_another_path_is_not_taken_over() {
    let scene = shop();
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    std::fs::write(format!(\"{out}/here\"), &out).unwrap();\n}\n";
    scene.write("build.rs", script);
    scene.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", include_str!(concat!(env!(\"OUT_DIR\"), \"/here\")));\n}\n",
    );
    commit(&scene, "paths");
    scene.twelve(["build", "--no-namespace"]).build_id();
    let moved = scene.path().with_file_name("moved");
    std::fs::rename(scene.path(), &moved).expect("moved");
    std::fs::create_dir(scene.path()).expect("a folder");
    let outcome = scene.outcome(scene.command(PROGRAM).args(["build", "--no-namespace"]).current_dir(&moved));
    outcome.build_id();
    std::fs::remove_dir(scene.path()).expect("it is empty");
    std::fs::rename(&moved, scene.path()).expect("moved back");
    let here = compiled_program_prints(&scene);
    assert!(Path::new(&here).components().any(|part| part.as_os_str() == "moved"), "{here}");
}
