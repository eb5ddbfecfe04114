//! What is not built, and what to type instead.

use crate::scene::{PROGRAM, Scene};
use crate::shop::{commit, shop, shop_with_packages};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn a_lockfile_that_is_not_the_commits_is_refused() {
    let scene = shop();
    scene.git("rm -q --cached Cargo.lock");
    scene.git("commit -qm untracked");
    scene.twelve(["build"]).refused(77, &["`Cargo.lock` stands in the working tree", "hint: git add :/Cargo.lock"]);
    scene.write(".gitignore", "/target\nCargo.lock\n");
    commit(&scene, "ignored");
    scene.twelve(["build"]).refused(77, &["an ignore file names it"]);
    std::fs::remove_file(scene.path().join("Cargo.lock")).expect("it stands");
    scene.twelve(["build"]).refused(77, &["the commit has no `Cargo.lock`", "hint: cargo generate-lockfile"]);
}

#[test]
fn a_stale_lockfile_is_refused() {
    let scene = shop_with_packages();
    let manifest = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    scene.write("Cargo.toml", format!("{manifest}not-locked-at-all = \"1\"\n"));
    commit(&scene, "stale");
    scene
        .twelve(["build"])
        .refused(77, &["`Cargo.lock` does not lock what the manifests ask for", "not-locked-at-all"]);
    scene.write("Cargo.toml", manifest.replace("1.4.0", "1.5.0"));
    commit(&scene, "bumped");
    scene
        .twelve(["build"])
        .refused(77, &["`Cargo.lock` does not lock what the manifests ask for", "git add :/Cargo.lock"]);
}

#[test]
fn a_folder_without_a_repository_or_a_commit_is_refused() {
    let scene = Scene::new();
    scene.write("Cargo.toml", "[package]\nname = \"shop\"\n");
    scene.twelve(["build"]).refused(77, &["lies in no git repository", "hint: git init"]);
    scene.git("init -q");
    scene.twelve(["build"]).refused(77, &["has no commit yet", "hint: git add -A"]);
}

#[test]
fn where_no_package_is_at_hand_nobody_is_told_to_commit_one() {
    let scene = Scene::new();
    let lost = |kind: &str| {
        for command in [&["build"][..], &["release"], &["check"], &["init"], &["dev"]] {
            let outcome = scene.twelve(command);
            assert_eq!(outcome.code, Some(66), "{kind}: {}", outcome.page());
            assert!(outcome.stderr.contains("there is no Cargo.toml in `"), "{kind}: {}", outcome.page());
            assert!(outcome.stderr.contains("`cargo twelve new PATH` makes a service"), "{kind}: {}", outcome.page());
        }
    };
    lost("no repository");
    scene.git("init -q");
    scene.write("notes", "");
    commit(&scene, "packageless");
    lost("a repository without one");
}

#[test]
fn a_manifest_that_was_never_added_is_said_to_be_so() {
    let scene = Scene::new();
    scene.git("init -q");
    scene.write("notes", "");
    commit(&scene, "packageless");
    scene.write("Cargo.toml", "[package]\nname = \"shop\"\n");
    scene.twelve(["build"]).refused(66, &["the commit has no Cargo.toml in `.`", "hint: git add Cargo.toml"]);
    for command in ["check", "init"] {
        scene.twelve([command]).refused(66, &["git does not track `Cargo.toml`", "`git add .`"]);
    }
}

#[test]
fn a_lockfile_is_committed_from_the_folder_of_a_member_too() {
    let scene = Scene::new();
    scene.write("Cargo.toml", "[workspace]\nmembers = [\"till\"]\nresolver = \"3\"\n");
    scene.write("till/Cargo.toml", "[package]\nname = \"till\"\nedition = \"2024\"\n");
    scene.write("till/src/main.rs", "fn main() {}\n");
    scene.write(".gitignore", "target\n");
    scene.git("init -q");
    commit(&scene, "first");
    let in_till = |command: &mut std::process::Command| {
        command.current_dir(scene.path().join("till"));
        scene.outcome(command)
    };
    let refused = in_till(scene.command(PROGRAM).arg("build"));
    let hint = refused.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).expect("a hint");
    let followed = in_till(scene.command("sh").args(["-c", hint]));
    assert_eq!(followed.code, Some(0), "{hint}: {}", followed.page());
    in_till(scene.command(PROGRAM).arg("build")).build_id();
}

#[test]
fn a_bare_repository_is_refused_with_the_line_that_clones_it() {
    let scene = shop();
    scene.git("clone -q --bare . ../shop.git");
    let bare = scene.path().join("../shop.git");
    let refused = scene.outcome(scene.command(PROGRAM).arg("build").current_dir(&bare));
    assert_eq!(refused.code, Some(77), "{}", refused.page());
    let hint = refused.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).expect("a hint");
    let words = format!("{} && test -f Cargo.toml", hint.replace("[SCENE]/shop.git", "."));
    let followed = scene.outcome(scene.command("sh").args(["-c", &words]).current_dir(&bare));
    assert_eq!(followed.code, Some(0), "{words}: {}", followed.page());
}

#[test]
fn a_shallow_clone_is_refused_before_anything_is_read_of_it() {
    let scene = shop();
    commit(&scene, "second");
    let address = format!("file://{}", scene.path().display());
    scene.git(&format!("clone -q --depth 1 {address} ../shallow"));
    let mut build = scene.command(PROGRAM);
    build.arg("build").current_dir(scene.path().join("../shallow"));
    scene.outcome(&mut build).refused(77, &["is a shallow clone", "git fetch --unshallow", "fetch-depth: 0"]);
}

#[test]
fn a_repository_of_another_owner_is_refused() {
    let scene = shop();
    let chown = scene.outcome(scene.command("chown").args(["-R", "65534", "."]));
    if chown.code != Some(0) {
        eprintln!("skipped: only root can give a repository to another owner");
        return;
    }
    let path = format!("{}/work", "[SCENE]");
    let hint = format!("hint: git config --global --add safe.directory {path}");
    scene.twelve(["build"]).refused(77, &["belongs to another user", &hint]);
    let real = scene.path().canonicalize().expect("it stands");
    scene.git(&format!("config --global --add safe.directory {}", real.display()));
    scene.twelve(["build"]).build_id();
}

#[test]
fn a_package_of_a_workspace_is_chosen_by_name() {
    let scene = Scene::new();
    scene.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n");
    let mut lock = "version = 4\n".to_owned();
    for name in ["kitchen", "till"] {
        scene
            .write(&format!("crates/{name}/Cargo.toml"), format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n"));
        scene.write(&format!("crates/{name}/src/main.rs"), "fn main() {}\n");
        lock += &format!("\n[[package]]\nname = \"{name}\"\nversion = \"0.0.0\"\n");
    }
    scene.write("crates/menu/Cargo.toml", "[package]\nname = \"menu\"\nedition = \"2024\"\n");
    scene.write("crates/menu/src/lib.rs", "");
    scene.write(
        "Cargo.lock",
        lock.replace(
            "\n[[package]]\nname = \"till\"",
            "\n[[package]]\nname = \"menu\"\nversion = \"0.0.0\"\n\n[[package]]\nname = \"till\"",
        ),
    );
    scene.git("init -q");
    commit(&scene, "first");
    scene.twelve(["build"]).refused(77, &["several packages could be meant: `kitchen`, `till`", "-p kitchen"]);
    scene.twelve(["build", "-p", "kitchn"]).refused(66, &["has no package `kitchn`", "did you mean `-p kitchen`?"]);
    scene.twelve(["build", "-p", "menu"]).refused(77, &["package `menu` has no bin target", "`kitchen`, `till`"]);
    let kitchen = scene.twelve(["build", "-p", "kitchen"]).build_id();
    let by_path = scene.twelve(["build", "--manifest-path", "crates/kitchen/Cargo.toml"]).build_id();
    assert_eq!(by_path, kitchen);
    scene.write("twelve.toml", "[build]\npackage = \"till\"\n");
    commit(&scene, "declared");
    scene.twelve(["build"]).build_id();
    assert!(scene.path().join("target/twelve/work/till").is_dir());
}

#[test]
fn a_toolchain_that_is_missing_is_named_with_the_command_that_installs_it() {
    let scene = shop();
    scene.write("rust-toolchain.toml", "[toolchain]\npath = \"/opt/rust\"\n");
    commit(&scene, "path");
    scene.twelve(["build"]).refused(77, &["`rust-toolchain.toml` names a toolchain by its path"]);
    if scene.outcome(scene.command("sh").args(["-c", "command -v rustup"])).code != Some(0) {
        eprintln!("skipped: there is no rustup");
        return;
    }
    scene.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.2.3\"\n");
    commit(&scene, "old");
    scene.twelve(["build"]).refused(77, &["the toolchain is not installed", "hint: rustup toolchain install 1.2.3"]);
}

#[test]
fn a_wrapper_as_cargo_neither_compiles_nor_hides_that_no_toolchain_is_chosen() {
    let scene = shop();
    if scene.outcome(scene.command("sh").args(["-c", "command -v rustup"])).code != Some(0) {
        eprintln!("skipped: there is no rustup");
        return;
    }
    let plain = scene.twelve(["build"]).build_id();
    scene.write("../wrapper/cargo", "#!/bin/sh\nexec cargo \"$@\"\n");
    let wrapper = scene.path().join("../wrapper/cargo");
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let build = |rustup_home: Option<&str>, cargo: Option<&Path>| {
        let mut command = scene.command(PROGRAM);
        command.arg("build").env_remove("RUSTUP_TOOLCHAIN");
        command.envs(rustup_home.map(|folder| ("RUSTUP_HOME", scene.path().join(folder))));
        command.envs(cargo.map(|cargo| ("CARGO", cargo)));
        scene.outcome(&mut command)
    };
    let wrapped = build(None, Some(&wrapper));
    assert!(wrapped.stderr.contains("kept out of the build, from the environment: `CARGO`"), "{}", wrapped.page());
    assert_eq!(wrapped.build_id(), plain);
    for cargo in [None, Some(&*wrapper)] {
        build(Some("../empty"), cargo).refused(77, &["no toolchain is chosen", "\nhint: rustup default stable\n"]);
    }
}

#[test]
fn a_target_that_is_missing_is_named_with_the_command_that_installs_it() {
    let scene = shop();
    scene.write("twelve.toml", "[build]\ntargets = [\"riscv64gc-unknown-linux-gnu\"]\n");
    commit(&scene, "target");
    scene.twelve(["build"]).refused(
        77,
        &["the target `riscv64gc-unknown-linux-gnu` is not installed", "hint: rustup target add riscv64gc"],
    );
}

#[test]
fn a_c_library_that_is_too_new_is_refused() {
    let scene = shop();
    scene.write("twelve.toml", "[build]\nmax-glibc = \"2.1\"\n");
    commit(&scene, "old");
    scene.twelve(["build"]).refused(77, &["binary `shop` needs GLIBC 2.", "allows at most 2.1"]);
}
