//! Scenes of `export oci`: the image as it is made, and what runs of it.

use super::containers::{ImageRegistry, podman, podman_is_here, skopeo_is_here};
use super::ledger::{release, release_for, release_needing};
use super::running::{Running, free_port};
use super::scene::{Outcome, Scene, assert_page};
use cargo_twelve::artifact::System;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

/// What is declared in most scenes.
pub(crate) const SHOP: &str = "[processes.web]\ncommand = \"shop drain\"\nport = \"SHOP_PORT\"\nstop-signal = \"SIGTERM\"\n\
    [processes.worker]\ncommand = \"shop arguments $RELEASE_ID $PORT\"\nport = true\nstop-signal = \"SIGQUIT\"\n\
    [admin.report]\ncommand = \"shop env\"\n\
    [config.vars.GREETING]\ntype = \"string\"\n[config.vars.MODE]\ntype = \"string\"\ndefault = \"calm\"\n";

pub(crate) fn export(scene: &Scene, more: &[&str]) -> Outcome {
    let words = ["export", "oci", "--release-id", "shop@v1"];
    scene.twelve(words.iter().chain(more))
}

/// The digest that a successful export into a folder printed.
pub(crate) fn digest(outcome: &Outcome) -> String {
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let digest = outcome.stdout.trim().strip_prefix("sha256:").expect("a digest").to_owned();
    assert_eq!(digest.len(), 64, "{}", outcome.page());
    digest
}

/// A document of a layout.
pub(crate) fn document(layout: &Path, digest: &str) -> Value {
    let digest = digest.strip_prefix("sha256:").unwrap_or(digest);
    let bytes = std::fs::read(layout.join("blobs/sha256").join(digest)).expect("a part");
    serde_json::from_slice(&bytes).expect("a document")
}

pub(crate) fn config_of(layout: &Path, manifest: &str) -> Value {
    document(layout, document(layout, manifest)["config"]["digest"].as_str().expect("a digest"))
}

fn parts(layout: &Path) -> BTreeSet<String> {
    let entries = layout.join("blobs/sha256").read_dir().expect("a folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_release_becomes_an_image() {
    let scene = Scene::new();
    release(&scene, SHOP);
    let outcome = export(&scene, &["--to", "image"]);
    let layout = scene.path().join("image");
    let digest = digest(&outcome);
    let mut page = outcome.page();
    for value in [
        serde_json::from_slice(&std::fs::read(layout.join("index.json")).expect("an index")).expect("a document"),
        document(&layout, &digest),
        config_of(&layout, &digest),
    ] {
        let value: Value = value;
        page += &format!("---\n{}\n", serde_json::to_string_pretty(&value).expect("a document"));
    }
    // The size of a layer is that of the program that this machine's compiler made.
    let sizes = regex_lite::Regex::new(r#""size": \d{5,}"#).expect("an expression");
    assert_page("export_oci__image", &sizes.replace_all(&page, "\"size\": [SIZE]"));
}

#[test]
fn the_layer_is_the_builds_tarball_byte_for_byte() {
    let scene = Scene::new();
    let released = release(&scene, SHOP);
    let (layout, digest) = (scene.path().join("image"), digest(&export(&scene, &["--to", "image"])));
    let layers = document(&layout, &digest)["layers"].as_array().expect("layers").clone();
    let layer = layers.last().expect("a layer")["digest"].as_str().expect("a digest")["sha256:".len()..].to_owned();
    let bytes = std::fs::read(layout.join("blobs/sha256").join(layer)).expect("a part");
    assert!(bytes == std::fs::read(released.tarball).expect("the store's tarball"));
    let ids = config_of(&layout, &digest)["rootfs"]["diff_ids"].as_array().expect("digests").clone();
    assert_eq!(ids.last().expect("a digest").as_str(), Some(format!("sha256:{}", released.build).as_str()));
}

#[test]
fn the_same_release_is_the_same_image_wherever_it_is_made() {
    let (one, other) = (Scene::new(), Scene::new());
    let first = digest(&{
        release(&one, SHOP);
        export(&one, &["--to", "image"])
    });
    // Another machine: the store was copied there, and so is older by its files; nothing else is the same.
    let copied = Command::new("cp").arg("-r").arg(one.store()).arg(other.store()).status();
    assert!(copied.expect("cp starts").success());
    other.write("deep/tmp/x", "");
    let mut command = other.command(super::scene::PROGRAM);
    command.args(["export", "oci", "--release-id", "shop@v1", "--to", "deep/other"]);
    command.env("TMPDIR", other.path().join("deep/tmp")).env("TZ", "Asia/Tokyo").env("USER", "eve");
    let second = digest(&other.outcome(&mut command));
    assert_eq!(first, second);
    let (one, other) = (one.path().join("image"), other.path().join("deep/other"));
    assert_eq!(parts(&one), parts(&other));
    for name in ["index.json", "oci-layout", ".cargo-twelve-export"] {
        assert_eq!(std::fs::read(one.join(name)).expect("there"), std::fs::read(other.join(name)).expect("there"));
    }
}

#[test]
fn a_process_type_is_the_entrypoint_and_its_arguments() {
    let scene = Scene::new();
    release(&scene, SHOP);
    let digest = digest(&export(&scene, &["--to", "image", "--process", "worker", "--port", "8000"]));
    let config = config_of(&scene.path().join("image"), &digest)["config"].clone();
    assert_eq!(config["Entrypoint"], serde_json::json!(["/app/bin/shop"]));
    assert_eq!(config["Cmd"], serde_json::json!(["arguments", "v1", "8100"]));
    assert_eq!(config["StopSignal"], "SIGQUIT");
    assert_eq!(config["ExposedPorts"], serde_json::json!({"8100/tcp": {}}));
    export(&scene, &["--to", "other", "--process", "wroker"])
        .refused(66, &["no process type or admin process `wroker`", "`worker`?"]);
    assert!(!scene.path().join("other").exists());
}

#[test]
fn an_admin_process_is_an_image_too_and_has_no_port() {
    let scene = Scene::new();
    release(&scene, SHOP);
    let outcome = export(&scene, &["--to", "image", "--process", "admin.report"]);
    let config = config_of(&scene.path().join("image"), &digest(&outcome))["config"].clone();
    assert_eq!((&config["Cmd"], &config["ExposedPorts"]), (&serde_json::json!(["env"]), &Value::Null));
    let environment = config["Env"].to_string();
    assert!(environment.contains("PROCESS=admin.report") && !environment.contains("PORT="), "{environment}");
}

#[test]
fn a_command_with_a_variable_of_the_config_is_refused() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop arguments --mode $MODE\"\n[config.vars.MODE]\ntype = \"string\"\n",
    );
    let refused = export(&scene, &["--to", "image"]);
    refused.refused(77, &["`shop arguments --mode $MODE`, names `MODE`", "read them in the program"]);
}

#[test]
fn a_program_that_is_nowhere_is_refused() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"sh -c 'exec shop'\"\n");
    let refused = export(&scene, &["--to", "image"]);
    refused.refused(77, &["`web` starts `sh`, which is neither in the release nor in `scratch`", "--base"]);
}

#[test]
fn builds_for_several_machines_are_one_index() {
    let scene = Scene::new();
    let targets = ["aarch64-unknown-linux-musl", "x86_64-apple-darwin", "x86_64-unknown-linux-musl"];
    release_for(&scene, SHOP, &targets.map(|target| (target, System::default())));
    let (layout, digest) = (scene.path().join("image"), digest(&export(&scene, &["--to", "image"])));
    let index = document(&layout, &digest);
    let manifests = index["manifests"].as_array().expect("manifests").clone();
    let platforms: Vec<_> = manifests.iter().map(|one| one["platform"]["architecture"].clone()).collect();
    assert_eq!(platforms, ["amd64", "arm64"]);
    for manifest in &manifests {
        let config = config_of(&layout, manifest["digest"].as_str().expect("a digest"));
        assert_eq!(config["architecture"], manifest["platform"]["architecture"]);
    }
    // Two manifests and configs, two layers, the folder for temporary files, the index.
    assert_eq!(parts(&layout).len(), 8);
    let one = self::digest(&export(&scene, &["--to", "one", "--target", "aarch64-unknown-linux-musl"]));
    assert_eq!(format!("sha256:{one}"), manifests[1]["digest"]);
    export(&scene, &["--to", "none", "--target", "riscv64gc-unknown-linux-gnu"])
        .refused(66, &["no build for `riscv64gc"]);
    export(&scene, &["--to", "none", "--target", "x86_64-apple-darwin"])
        .refused(66, &["no build of the release can be"]);
}

#[test]
fn two_builds_for_one_machine_are_not_one_image() {
    let scene = Scene::new();
    let targets = ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"];
    release_for(&scene, SHOP, &targets.map(|target| (target, System::default())));
    let refused = export(&scene, &["--to", "image"]);
    refused.refused(2, &["are both for linux/amd64", "`--target x86_64-unknown-linux-musl`"]);
}

#[test]
fn a_build_that_needs_libraries_is_not_put_on_nothing() {
    let scene = Scene::new();
    let system = System {
        needed: vec!["libc.so.6".to_owned()],
        glibc: Some("2.36".to_owned()),
        loader: Some("/lib64/ld-linux-x86-64.so.2".to_owned()),
        ..System::default()
    };
    release_needing(&scene, SHOP, system);
    let refused = export(&scene, &["--to", "image"]);
    refused.refused(
        77,
        &["needs `glibc 2.36`, `libc.so.6`, and `scratch` holds nothing", "--base NAME@sha256:...", "-musl"],
    );
    assert!(!scene.path().join("image").exists());
}

#[test]
fn a_damaged_build_becomes_no_image() {
    let scene = Scene::new();
    let released = release(&scene, SHOP);
    let mut bytes = std::fs::read(&released.tarball).expect("the tarball");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&released.tarball, bytes).expect("written");
    export(&scene, &["--to", "image"]).refused(65, &["its digest is not the one of the release record"]);
    assert!(!scene.path().join("image").exists());
}

#[test]
fn a_layout_is_read_by_other_tools_and_keeps_its_digest() {
    if !skopeo_is_here() {
        return;
    }
    let scene = Scene::new();
    release(&scene, SHOP);
    let digest = digest(&export(&scene, &["--to", "image"]));
    let copied =
        scene.outcome(scene.command("skopeo").args(["copy", "-q", "--insecure-policy", "oci:image:v1", "oci:copy"]));
    assert_eq!(copied.code, Some(0), "{}", copied.stderr);
    assert!(parts(&scene.path().join("copy")).contains(&digest));
    let seen = scene.outcome(scene.command("skopeo").args(["inspect", "--config", "oci:image:v1"]));
    let config: Value = serde_json::from_str(&seen.stdout).expect("a config");
    assert_eq!(config["config"]["Labels"]["org.opencontainers.image.version"], "1.4.0");
}

/// Asks a server for a path, and gives the status line.
fn get(port: u16, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[test]
fn an_image_from_a_registry_runs_under_podman_as_it_should() {
    let scene = Scene::new();
    if !podman_is_here(&scene) {
        return;
    }
    let Some(registry) = ImageRegistry::open() else { return };
    release(&scene, SHOP);
    let pushed = export(&scene, &["--to", &registry.place("shop")]);
    assert_eq!(pushed.code, Some(0), "{}", pushed.page());
    let image = pushed.stdout.trim().to_owned();
    if skopeo_is_here() {
        let mut pull = scene.command("skopeo");
        pull.args(["copy", "-q", "--insecure-policy", "--src-tls-verify=false"]);
        let pulled = scene.outcome(pull.arg(format!("docker://{image}")).arg("oci:pulled"));
        assert_eq!(pulled.code, Some(0), "{}", pulled.stderr);
        digest(&export(&scene, &["--to", "made"]));
        assert_eq!(parts(&scene.path().join("pulled")), parts(&scene.path().join("made")));
    }
    scene.write("prod.env", "GREETING='hello there'\n");
    let carried = ["env", "export", "--release-id", "shop@v1", "--env-file", "prod.env", "--to", "docker"];
    let carried = scene.twelve(carried);
    assert_eq!(carried.code, Some(0), "{}", carried.page());
    scene.write("docker.env", carried.stdout);
    let port = free_port();
    let name = format!("twelve-image-{}", std::process::id());
    let container = |arguments: &[&str]| {
        let mut command = podman(&scene);
        command.args([
            "run",
            "--rm",
            "-q",
            "--network=host",
            "--read-only",
            "--env-file",
            "docker.env",
            "--name",
            &name,
        ]);
        command.arg(format!("--env=SHOP_PORT={port}")).arg(format!("--env=PORT={port}")).arg(&image).args(arguments);
        command
    };
    let running = Running::of(container(&[]));
    running.wait_for(&format!("listening on {port}"));
    assert_eq!(get(port, "/").expect("an answer"), "HTTP/1.1 200 OK");
    let asked = std::thread::spawn(move || get(port, "/slow"));
    running.wait_for("GET /slow");
    let stopped = scene.outcome(podman(&scene).args(["stop", "--time", "30", &name]));
    let ended = running.end();
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    assert_eq!(asked.join().expect("it ends").expect("what is under way is answered"), "HTTP/1.1 200 OK");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().ends_with("drained\n"), "{}", ended.text());

    let said = scene.outcome(&mut container(&["write", "/app/x"]));
    assert_eq!(said.stdout, "/app/x: Err(ReadOnlyFilesystem)\n/tmp/x: Ok(())\n", "{}", said.stderr);
    assert_eq!(scene.outcome(&mut container(&["exit", "7"])).code, Some(7));
    let environment = scene.outcome(&mut container(&["env"])).stdout;
    let own = ["HOSTNAME=", "TERM=", "container="];
    let seen: Vec<_> = environment.lines().filter(|line| !own.iter().any(|own| line.starts_with(own))).collect();
    let expected = format!(
        "GREETING=hello there\nHOME=/\nMODE=calm\n\
         PATH=/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPORT={port}\nPROCESS=web.1\n\
         RELEASE_COMMIT=c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff\nRELEASE_ID=v1\nRELEASE_VERSION=1.4.0\nSHOP_PORT={port}\n\
         TMPDIR=/tmp\nUSER=65532"
    );
    assert_eq!(seen.join("\n"), expected);
    let place = scene.outcome(&mut container(&["where"]));
    assert_eq!(place.stdout, "/app\n/app/bin/shop\n");
    // Whom it runs as, in the engine's own words.
    let inspected = scene.outcome(podman(&scene).args(["image", "inspect", "--format", "{{.User}}", &image]));
    assert_eq!(inspected.stdout, "65532:65532\n", "{}", inspected.stderr);
}
