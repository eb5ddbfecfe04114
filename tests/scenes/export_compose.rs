//! Scenes of `export compose`: the file as it is written, and as a real reader of Compose files reads it.

use super::export_kubernetes::files;
use super::ledger::release;
use super::scene::{Outcome, Scene, assert_page};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What is declared in most scenes.
const SHOP: &str = "[processes.web]\ncommand = \"shop serve --port ${PORT} '$5'\"\nport = true\nready = \"/readyz\"\n\
    stop-timeout = \"2500ms\"\ncount = 2\n\n[processes.worker]\ncommand = \"shop\"\nrestart = \"always\"\n\
    stop-signal = \"SIGQUIT\"\n\n[processes.clock]\ncommand = \"shop clock\"\ncount = 0\n\n[admin.migrate]\n\
    command = \"shop migrate\"\nbefore-deploy = true\n\n[config.vars.DATABASE_URL]\ntype = \"service-url\"\n\
    schemes = [\"postgresql\", \"postgres\"]\nversion = \"16.4\"\nsecret = true\n\n[config.vars.CACHE]\n\
    type = \"service-url\"\nschemes = [\"redis\"]\n\n[config.vars.MAIL_URL]\ntype = \"service-url\"\n\
    schemes = [\"smtp\"]\nrequired = false\n\n[config.vars.HOOK_URL]\ntype = \"service-url\"\nschemes = [\"https\"]\n\n\
    [config.vars.SESSION_KEY]\ntype = \"string\"\nsecret = true\n\n[config.vars.GREETING]\ntype = \"string\"\n\
    default = \"$5 on\"\n";

/// The config that goes with it: the value of DATABASE_URL is for another place.
const CONFIG: &str =
    "DATABASE_URL=postgres://shop:hunter2@localhost/shop\nSESSION_KEY='hunter3$'\nHOOK_URL=https://hooks.example.org\n";

fn shop() -> Scene {
    let scene = Scene::new();
    release(&scene, SHOP);
    scene.write(".env", CONFIG);
    scene
}

fn export(scene: &Scene, more: &[&str]) -> Outcome {
    let words = ["export", "compose", "--release-id", "shop@v1", "--image", "localhost/shop", "--to", "compose"];
    scene.twelve(words.iter().chain(more))
}

fn exported(scene: &Scene, more: &[&str]) -> Outcome {
    let outcome = export(scene, &[&["--env-file", ".env", "--service", "CACHE=valkey/valkey:8"], more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    outcome
}

#[test]
fn a_release_becomes_a_compose_file_with_its_backing_services() {
    let scene = shop();
    let outcome = exported(&scene, &[]);
    let all = files(&scene.path().join("compose"), &outcome);
    assert!(!all.contains("hunter") && !outcome.page().contains("hunter"), "{all}");
    assert_page("export_compose__file", &format!("{}\n{all}", outcome.page()));
    assert_eq!(files(&scene.path().join("compose"), &exported(&scene, &[])), all);
}

#[test]
fn secrets_are_in_a_second_file_where_they_are_asked_for() {
    let scene = shop();
    let outcome = exported(&scene, &["--with-secrets"]);
    assert_eq!(outcome.stdout, "compose.override.yaml\ncompose.yaml\n");
    let private = scene.path().join("compose/compose.override.yaml");
    assert_eq!(private.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(private).expect("text");
    // Each process has it: two webs, a worker, the clock that nobody starts, and the migration.
    assert_eq!(text.matches("SESSION_KEY: \"hunter3$$\"").count(), 5, "{text}");
    assert!(!text.contains("hunter2"), "the database is one of the file's own: {text}");
    assert!(!std::fs::read_to_string(scene.path().join("compose/compose.yaml")).expect("text").contains("hunter"));
    scene.write(".env", CONFIG.replace("SESSION_KEY", "ANOTHER"));
    assert_eq!(export(&scene, &["--env-file", ".env", "--service", "CACHE=redis:7"]).code, Some(0));
    let lacking = export(&scene, &["--env-file", ".env", "--service", "CACHE=redis:7", "--with-secrets"]);
    assert_eq!(lacking.code, Some(78), "{}", lacking.page());
}

#[test]
fn a_service_that_cannot_be_made_is_named_with_the_way_out() {
    let scene = shop();
    for (words, says, hint) in [
        (
            &[][..],
            "`CACHE` names a backing service, and nobody says at which version",
            "--service CACHE=docker.io/library/redis:VERSION",
        ),
        (&["--service", "CACHE"], "`CACHE` is not `VARIABLE=IMAGE`", "--service DATABASE_URL=postgres:16"),
        (&["--service", "CACHE=a b"], "`a b` is no image", "hint"),
        (&["--service", "CASH=redis:7"], "`CASH` is no variable of the type `service-url`", "DATABASE_URL, CACHE"),
        (
            &["--service", "CACHE=redis:7", "--service", "HOOK_URL=nginx"],
            "nothing is known of `https://`",
            "`HOOK_URL=...`",
        ),
    ] {
        let refused = export(&scene, &[&["--env-file", ".env"], words].concat());
        assert_eq!(refused.code, Some(2), "{}", refused.page());
        assert!(refused.stderr.contains(says) && refused.stderr.contains(hint), "{}", refused.stderr);
    }
    // One that runs elsewhere needs no version.
    scene.write(".env", format!("{CONFIG}CACHE=redis://cache.example.org\n"));
    let outcome = export(&scene, &["--env-file", ".env"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let text = std::fs::read_to_string(scene.path().join("compose/compose.yaml")).expect("text");
    assert!(text.contains("CACHE: redis://cache.example.org\n") && !text.contains("\n  cache:"), "{text}");
}

#[test]
fn a_secret_in_a_command_is_refused_since_a_file_would_hold_it() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop serve $KEY\"\n[config.vars.KEY]\ntype = \"string\"\nsecret = true\n",
    );
    scene.write(".env", "KEY=hunter2\n");
    let refused = export(&scene, &["--env-file", ".env"]);
    assert_eq!(refused.code, Some(2), "{}", refused.page());
    assert!(refused.stderr.contains("the command of `web.1` names `KEY`, a secret"), "{}", refused.stderr);
    assert!(!scene.path().join("compose").exists());
}

#[test]
fn podman_compose_reads_what_was_meant() {
    let scene = shop();
    exported(&scene, &["--with-secrets"]);
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/podman-compose");
    if !tool.exists() {
        eprintln!("SKIPPED: there is no target/tools/podman-compose, which tests/all makes");
        return;
    }
    let mut command = scene.command("python3");
    command.current_dir(scene.path().join("compose")).env("PYTHONPATH", tool);
    command.args(["-m", "podman_compose", "--profile", "admin", "config"]);
    let read = scene.outcome(&mut command);
    assert_eq!(read.code, Some(0), "{}", read.page());
    for line in ["GREETING: $5 on", "SESSION_KEY: hunter3$", "DATABASE_URL: postgresql://shop:shop@database:5432/shop"]
    {
        let count = read.stdout.lines().filter(|found| found.trim() == line).count();
        assert!(count >= 4, "{count} of {line}\n{}", read.page());
    }
    assert!(read.stdout.contains("- $5\n"), "{}", read.page());
    assert!(read.stdout.contains("127.0.0.1:5001:5001"), "{}", read.page());
}
