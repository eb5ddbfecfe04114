//! Scenes of the config that `run` gives to processes: where it comes from, who may read it, what is said of it.

use super::ledger::{release, running_as_root};
use super::running::{Running, free_port, wait_until};
use super::scene::{Scene, assert_page};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

const DECLARED: &str = "[processes.web]\ncommand = \"sleep 60\"\nport = \"SERVER_PORT\"\n\
    [config]\npassthrough = [\"OTEL_*\"]\n\
    [config.vars.DATABASE_URL]\ntype = \"service-url\"\nsecret = true\n\
    [config.vars.SESSION_KEY]\ntype = \"string\"\nmin-len = 4\nsecret = true\nfrom-file = true\n\
    [config.vars.TOKEN]\ntype = \"string\"\nsecret = true\nfrom-file = true\n\
    [config.vars.LOG_FORMAT]\ntype = \"enum\"\nvalues = [\"json\", \"text\"]\ndefault = \"json\"\n\
    [config.vars.WORKERS]\ntype = \"int\"\n";

/// A private env file.
fn env_file(scene: &Scene, name: &str, text: &str) {
    scene.write(name, text);
    set_mode(scene, name, 0o600);
}

fn set_mode(scene: &Scene, name: &str, mode: u32) {
    std::fs::set_permissions(scene.path().join(name), std::fs::Permissions::from_mode(mode)).expect("a mode");
}

/// A `run` of v1 that is given a variable in each way there is.
fn run_given_everything(scene: &Scene, port: &str) -> std::process::Command {
    env_file(scene, "base.env", "WORKERS=1\nDATABASE_URL=postgres://u:hunter2@one/shop\n");
    env_file(scene, "prod.env", "# production\nWORKERS=2\nOTEL_NAME=shop\nSESSION_KEY_FILE=/proc/self/cwd/key\n");
    scene.write("key", "hunter3\n");
    scene.write("credentials/TOKEN", "hunter4\n");
    let mut command = scene.command(super::scene::PROGRAM);
    command.args([
        "run",
        "--release-id",
        "shop@v1",
        "--env-file",
        "base.env",
        "--env-file",
        "prod.env",
        "-e",
        "WORKERS=3",
    ]);
    command.args(["-e", "EXTRA=hunter5", "--port", port]).env("LEAKED", "1").env("TZ", "UTC").env("USER", "ada");
    command.env("CREDENTIALS_DIRECTORY", scene.path().join("credentials"));
    command
}

#[test]
fn the_environment_of_a_process_is_exactly_what_explain_said() {
    let scene = Scene::new();
    release(&scene, DECLARED);
    let port = free_port().to_string();
    let explained = scene.outcome(run_given_everything(&scene, &port).args(["--explain", "--format", "json"]));
    assert_eq!(explained.code, Some(0), "{}", explained.stderr);
    let document: Value = serde_json::from_str(explained.stdout.lines().last().expect("a line")).expect("JSON");
    let variables = document["processes"][0]["variables"].as_array().expect("variables");
    let said: BTreeMap<&str, &str> = variables
        .iter()
        .map(|one| (one["name"].as_str().expect("a name"), one["source"].as_str().expect("a source")))
        .collect();
    let running = Running::of(run_given_everything(&scene, &port));
    running.wait_for_event("Started web.1 (pid ");
    let stderr = running.wait_for_event(", port");
    let pid = stderr.split_once("web.1 (pid ").and_then(|(_, rest)| rest.split_once(',')).expect("a pid").0;
    // Between fork and exec the process still shows our own environment.
    let found = wait_until("its environment", || {
        let bytes = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
        let text = String::from_utf8(bytes).expect("text");
        let pairs = text.split_terminator('\0').map(|pair| pair.split_once('=').expect("a pair"));
        let pairs: BTreeMap<String, String> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (pairs.get("PROCESS").map(String::as_str) == Some("web.1")).then_some(pairs)
    });
    running.stop();
    assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), said.keys().copied().collect::<Vec<_>>());
    for (name, source, value) in [
        ("DATABASE_URL", "base.env:2", "postgres://u:hunter2@one/shop"),
        ("EXTRA", "command line", "hunter5"),
        ("LOG_FORMAT", "default", "json"),
        ("OTEL_NAME", "prod.env:3", "shop"),
        ("SERVER_PORT", "run", &port),
        ("SESSION_KEY", "file named by SESSION_KEY_FILE, prod.env:4", "hunter3"),
        ("TOKEN", "credential", "hunter4"),
        ("TZ", "environment", "UTC"),
        ("WORKERS", "command line", "3"),
    ] {
        assert_eq!((said[name], found[name].as_str()), (source, value), "{name}");
    }
}

#[test]
fn explain_shows_no_value_and_starts_nothing() {
    let scene = Scene::new();
    release(&scene, DECLARED);
    let port = free_port();
    // The port may be in use: by the very formation that is asked about.
    let _held = std::net::TcpListener::bind(("127.0.0.1", port)).expect("a listener");
    let command = &mut run_given_everything(&scene, &port.to_string());
    let explained = scene.outcome(command.args(["--explain", "--user", "root", "web=2"]));
    if running_as_root() {
        assert_page("run__explain", &explained.page());
    }
    assert!(!explained.page().contains("hunter"), "{}", explained.page());
}

#[test]
fn an_env_file_that_others_can_read_is_told_and_with_strict_refused() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop both\"\n[config.vars.NAME]\ntype = \"string\"\n");
    let run = |further: &[&str]| {
        scene.twelve(["run", "--release-id", "shop@v1", "--env-file", "prod.env"].iter().chain(further))
    };
    env_file(&scene, "prod.env", "NAME=x\nKEY=hunter2\n");
    assert!(!run(&["--strict"]).stderr.contains("everybody"));
    for mode in [0o644, 0o602] {
        set_mode(&scene, "prod.env", mode);
        let told = run(&[]);
        assert_eq!(told.code, Some(0), "{}", told.stderr);
        assert!(told.stderr.contains("everybody on this machine can read or change it"), "{}", told.stderr);
        assert!(told.stderr.contains("hint: `chmod 600 prod.env`"), "{}", told.stderr);
        let refused = run(&["--strict"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(77), ""), "{}", refused.stderr);
    }
    // What is declared to be no secret may be read by all.
    scene.write("prod.env", "NAME=x\n");
    set_mode(&scene, "prod.env", 0o644);
    assert!(!run(&["--strict"]).stderr.contains("everybody"));
}

#[test]
fn a_word_behind_e_that_is_no_variable_is_refused_without_being_shown() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop env\"\n");
    let refused = scene.twelve(["run", "--release-id", "shop@v1", "-e", "hunter-2"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("-e NAME=value") && !refused.stderr.contains("hunter"), "{}", refused.stderr);
    let mut command = scene.command(super::scene::PROGRAM);
    command.args(["run", "--release-id", "shop@v1", "-e", "HERE", "-e", "NOWHERE"]).env("HERE", "here");
    let ended = Running::of(command).end();
    assert!(ended.text().contains("web.1 | HERE=here\n"), "{}", ended.text());
    assert!(ended.stderr.contains("the environment has no `NOWHERE`"), "{}", ended.stderr);
}
