//! `cargo twelve reproduce`: a release is what its commit compiles to, or what is other is named.

use crate::running::wait_until;
use crate::scene::{PROGRAM, Scene};
use crate::shop::{commit, shop, shop_with_packages};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::process::Stdio;

/// A build script whose work is another one each time.
const UNSTEADY: &str = r#"fn main() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    println!("cargo::rustc-env=NOW={now}");
    let folder = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap()).join("dist");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("when.txt"), now.to_string()).unwrap();
}
"#;

fn released(scene: &Scene) {
    let outcome = scene.twelve(["release"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "v1\n"), "{}", outcome.page());
}

#[test]
fn a_release_is_reproduced_from_its_commit_in_another_clone() {
    let scene = shop_with_packages();
    released(&scene);
    scene.write("src/main.rs", "fn main() {}\n");
    commit(&scene, "later");
    scene.write("src/main.rs", "fn main() { /* dirty */ }\n");
    scene.git("clone -q . ../elsewhere/of/another/depth");
    let mut elsewhere = scene.command(PROGRAM);
    elsewhere.args(["reproduce", "v1"]).current_dir(scene.path().join("../elsewhere/of/another/depth"));
    let outcome = scene.outcome(&mut elsewhere);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stdout.starts_with("shop v1 is reproduced for "), "{}", outcome.page());
    assert!(!outcome.stderr.contains("warning"), "{}", outcome.page());
    let here = scene.twelve(["reproduce", "v1", "--format", "json"]);
    assert_eq!(here.code, Some(0), "{}", here.page());
    assert!(here.stdout.contains(r#""event":"compiling""#), "it compiles although the store holds it: {}", here.page());
    let document: Value = serde_json::from_str(here.stdout.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&document["event"], &document["same"]), (&Value::from("reproduced"), &Value::from(true)));
    assert_eq!(document["builds"][0]["released"], document["builds"][0]["made"]);
    let left = std::fs::read_dir(scene.path().join("target/twelve/work")).expect("a folder").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["shop"], "the folder of the second build is gone");
}

#[test]
fn what_a_reproduce_that_was_killed_left_goes_with_the_next() {
    let scene = shop();
    // It takes a minute in the folder of a second build alone.
    let script = "fn main() {\n    if env!(\"CARGO_MANIFEST_DIR\").contains(\".afresh-\") {\n        std::fs::write(\"started\", \"\").unwrap();\n        std::thread::sleep(std::time::Duration::from_secs(60));\n    }\n}\n";
    scene.write("build.rs", script);
    commit(&scene, "slow");
    assert_eq!(scene.twelve(["release", "--no-namespace"]).stdout, "v1\n");
    let folders = || {
        let entries = std::fs::read_dir(scene.path().join("target/twelve/work")).expect("a folder").flatten();
        let second = |name: &String| name.starts_with(".afresh-");
        entries.map(|entry| entry.file_name().into_string().expect("text")).filter(second).collect::<Vec<_>>()
    };
    let started = |before: &[String]| {
        let mut command = scene.command(PROGRAM);
        command.args(["reproduce", "v1"]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("it starts");
        let folder = wait_until("the build script", || {
            let new = |name: &String| {
                !before.contains(name)
                    && scene.path().join("target/twelve/work").join(name).join("cargo/src/started").exists()
            };
            folders().into_iter().find(new)
        });
        (child, folder)
    };
    let (mut first, left) = started(&[]);
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    let left = [left];
    assert_eq!(folders(), left);
    let (mut second, folder) = started(&left);
    assert_eq!(folders(), [folder]);
    let pid = i32::try_from(second.id()).ok().and_then(Pid::from_raw).expect("a pid");
    kill_process(pid, Signal::TERM).expect("it runs");
    assert_eq!(second.wait().expect("it ends").code(), Some(143));
    assert_eq!(folders(), [""; 0]);
}

#[test]
fn a_release_without_the_canonical_path_is_reproduced_without_it() {
    let scene = shop_with_packages();
    let outcome = scene.twelve(["release", "--no-namespace"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "v1\n"), "{}", outcome.page());
    let shown: Value = serde_json::from_str(&scene.twelve(["show", "v1", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(shown["builds"][0]["toolchain"]["source_path"], "remapped");
    let outcome = scene.twelve(["reproduce", "v1"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    // What remembers the folder that it was compiled in escapes remapping, and that is seen.
    scene.write("src/main.rs", "fn main() {\n    println!(env!(\"CARGO_MANIFEST_DIR\"));\n}\n");
    commit(&scene, "remembers");
    assert_eq!(scene.twelve(["release", "--no-namespace"]).stdout, "v2\n");
    let outcome = scene.twelve(["reproduce", "v2"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.page());
    assert!(outcome.stdout.contains("~  file") && outcome.stdout.contains(".rodata ("), "{}", outcome.page());
}

#[test]
fn a_build_that_differs_is_answered_with_its_files_and_sections() {
    let scene = shop();
    scene.write("build.rs", UNSTEADY);
    scene.write("src/main.rs", "fn main() {\n    println!(env!(\"NOW\"));\n}\n");
    scene.write("twelve.toml", "[build]\nout-assets = [\"dist/**\"]\n");
    commit(&scene, "unsteady");
    released(&scene);
    let outcome = scene.twelve(["reproduce", "v1"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.page());
    for said in ["shop v1 is not reproduced for ", "app/bin/shop: ", "app/dist/when.txt: ", ".rodata ("] {
        assert!(outcome.stdout.contains(said), "`{said}` is not in:\n{}", outcome.page());
    }
    assert!(!outcome.stdout.contains(".text"), "the code is the same: {}", outcome.page());
    let outcome = scene.twelve(["reproduce", "v1", "--format", "json"]);
    let document: Value = serde_json::from_str(outcome.stdout.lines().last().expect("a line")).expect("JSON");
    assert_eq!(document["same"], false);
    let build = &document["builds"][0];
    let changed: Vec<_> = build["files"]["changed"].as_array().expect("files").iter().collect();
    assert_eq!(changed.iter().map(|one| &one["to"]["path"]).collect::<Vec<_>>(), ["app/bin/shop", "app/dist/when.txt"]);
    assert!(changed.iter().all(|one| one["from"]["sha256"] != one["to"]["sha256"]));
    assert_eq!(build["sections"][0]["path"], "app/bin/shop");
    assert_eq!(build["manifest"], Value::Array(Vec::new()), "build.json differs in its files alone");
}

#[test]
fn another_toolchain_is_named_before_anything_is_compiled() {
    let scene = shop();
    // The other toolchain is a script that cannot stand at the canonical path.
    assert_eq!(scene.twelve(["release", "--no-namespace"]).stdout, "v1\n");
    let real = scene.outcome(scene.command("rustc").args(["--print", "sysroot"])).stdout;
    let bin = format!("{}/bin", real.trim());
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = -V ] && echo 'cargo 0.0.1 (of another time)' && exit\nexec {bin}/cargo \"$@\"\n"
    );
    scene.write("../toolchain/cargo", script);
    scene.outcome(scene.command("chmod").args(["755", "../toolchain/cargo"]));
    let path = format!("{bin}:{}", std::env::var("PATH").expect("PATH"));
    let mut reproduce = scene.command(PROGRAM);
    reproduce.args(["reproduce", "v1"]).env("CARGO", scene.path().join("../toolchain/cargo")).env("PATH", path);
    let outcome = scene.outcome(&mut reproduce);
    assert_eq!(outcome.code, Some(1), "{}", outcome.page());
    let warning = outcome.stderr.find("was made with the cargo `cargo 1.").expect("it is named");
    assert!(warning < outcome.stderr.find("Compiling").expect("it compiles"), "{}", outcome.page());
    assert!(outcome.stderr.contains("and here it is `cargo 0.0.1 (of another time)`"), "{}", outcome.page());
    assert!(outcome.stdout.contains("build.json  toolchain.cargo: `cargo 1."), "{}", outcome.page());
    assert!(!outcome.stdout.contains("~  file"), "no file differs: {}", outcome.page());
}

#[test]
fn what_is_missing_is_named_before_anything_is_compiled() {
    let scene = shop();
    scene.git("clone -q . ../behind");
    scene.write("static/site.css", "body { color: red }\n");
    commit(&scene, "ahead");
    released(&scene);
    scene
        .twelve(["reproduce", "v1", "--repository", "../behind"])
        .refused(66, &["does not have commit `", "hint: git fetch --all, or work in a clone that has it"]);
    scene.twelve(["reproduce", "v2"]).refused(66, &["`shop` has no release `v2`"]);
    scene
        .twelve(["reproduce", "v1", "--target", "riscv64gc-unknown-linux-gnu"])
        .refused(66, &["has no build for `riscv64gc-unknown-linux-gnu`", "hint: it has builds for `"]);
    scene
        .twelve(["reproduce", "v1", "--repository", ".."])
        .refused(77, &["lies in no git repository", "hint: go to a clone of the codebase", "`--repository PATH`"]);
}
