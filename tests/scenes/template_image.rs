//! The Dockerfile of a template, built and run by a real engine: it packs what `release` made, and compiles nothing.

use crate::ci_path::TARGET;
use crate::containers::{podman, podman_is_here};
use crate::object_server::request;
use crate::running::{Running, free_port};
use crate::scene::{Outcome, PROGRAM, Scene};
use std::path::{Path, PathBuf};
use std::process::Command;

fn done(scene: &Scene, command: &mut Command) -> Outcome {
    let outcome = scene.outcome(command);
    assert_eq!(outcome.code, Some(0), "{command:?}: {}", outcome.page());
    outcome
}

/// The one file below a folder whose name ends so.
fn find(folder: &Path, end: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).find_map(|path| {
        match path.is_dir() {
            true => find(&path, end),
            false => path.to_string_lossy().ends_with(end).then_some(path),
        }
    })
}

/// What the Dockerfile starts from, where no image can be fetched: this machine's C library, under the same name.
fn base(scene: &Scene, program: &Path) {
    let needed = done(scene, scene.command("ldd").arg(program)).stdout;
    let libraries = needed.split_whitespace().filter_map(|word| word.strip_prefix('/'));
    done(scene, scene.command("tar").args(["-C", "/", "-chf", "base.tar"]).args(libraries));
    done(scene, podman(scene).args(["import", "--quiet", "base.tar", "docker.io/library/debian:stable-slim"]));
}

#[test]
fn the_dockerfile_packs_the_release_which_runs_as_nobody_and_drains() {
    let scene = Scene::new();
    if !podman_is_here(&scene) {
        return;
    }
    done(&scene, scene.command(PROGRAM).args(["new", "shop", "--no-input", "--set", "dockerfile=true"]));
    let shop = scene.path().join("shop");
    let mut release = scene.command(PROGRAM);
    done(&scene, release.arg("release").current_dir(&shop).env("CARGO_TARGET_DIR", TARGET));
    let build = find(&scene.store(), ".tar.gz").expect("the build");
    std::fs::create_dir_all(shop.join("target/twelve")).expect("a folder");
    std::fs::copy(&build, shop.join("target/twelve/build.tar.gz")).expect("a copy");
    done(&scene, scene.command("tar").arg("-xzf").arg(&build));
    base(&scene, &scene.path().join("app/bin/shop"));

    let mut image = podman(&scene);
    image.args(["build", "--quiet", "--tag", "shop:v1", "--build-arg", "BUILD=target/twelve/build.tar.gz"]);
    done(&scene, image.args(["--build-arg", "RELEASE=v1", "shop"]));
    let (port, name) = (free_port(), format!("twelve-image-{}", std::process::id()));
    let mut run = podman(&scene);
    run.args(["run", "--rm", "--network=host", "--name", &name, "--env", &format!("PORT={port}"), "shop:v1"]);
    let running = Running::of(run);
    running.wait_for("\"listening\"");
    let version = String::from_utf8(request(port, "GET", "/version", &[], b"").expect("an answer").body).expect("text");
    assert!(version.contains(r#""release":"v1""#), "{version}");
    let user = done(&scene, podman(&scene).args(["top", &name, "huser"])).stdout;
    assert!(user.ends_with("65534\n") || user.ends_with("nobody\n"), "{user}");
    done(&scene, podman(&scene).args(["stop", "--time", "20", &name]));
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().contains("\"drained\""), "{}", ended.text());
}
