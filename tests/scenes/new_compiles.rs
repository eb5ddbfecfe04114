//! What `new` makes is a service that compiles, passes its own tests and clippy, and stays as it was committed,
//! whatever it is called. This is the one test that compiles the template's dependencies; every project of it shares
//! one target folder.

use crate::scene::Scene;

const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/generated");

fn cargo(scene: &Scene, project: &str, words: &str) {
    let mut command = scene.command("cargo");
    command.current_dir(scene.path().join(project)).env("CARGO_TARGET_DIR", TARGET).args(words.split(' '));
    let outcome = scene.outcome(&mut command);
    assert_eq!(outcome.code, Some(0), "cargo {words} in `{project}`: {}{}", outcome.stdout, outcome.stderr);
}

fn new(scene: &Scene, project: &str, more: &[&str]) {
    let outcome = scene.twelve(["new", project].iter().chain(more));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

/// Form, clippy, a plain build, and that nothing of it changes what was committed.
fn stays_clean(scene: &Scene, project: &str) {
    cargo(scene, project, "fmt --check");
    cargo(scene, project, "clippy --locked --all-targets -- -D warnings");
    // Plain cargo writes a lock that is not in its own order anew, without a word.
    cargo(scene, project, "build");
    assert_eq!(scene.git(&format!("-C {project} status --porcelain")), "", "`{project}` after a build");
}

#[test]
fn a_fresh_service_compiles_passes_its_tests_and_leaves_git_clean() {
    let scene = Scene::new();
    new(&scene, "shop", &[]);
    cargo(&scene, "shop", "test --locked");
    // The name's place in Cargo.lock and its length in the source must not matter: first, last, and long.
    for project in ["a", "shop", "zebra", "my-very-long-service-name-here-of-forty-"] {
        if project != "shop" {
            new(&scene, project, &["--set", "license=MIT", "--set", "procfile=true", "--set", "dockerfile=true"]);
        }
        stays_clean(&scene, project);
    }
}

#[test]
fn a_fresh_worker_compiles_passes_its_tests_and_leaves_git_clean() {
    let scene = Scene::new();
    new(&scene, "mill", &["--template", "worker"]);
    cargo(&scene, "mill", "test --locked");
    stays_clean(&scene, "mill");
}

#[cfg(target_os = "linux")]
#[test]
fn a_fresh_service_on_postgres_passes_its_tests_against_a_real_server() {
    let Some(server) = crate::servers::Server::postgres() else { return };
    let scene = Scene::new();
    new(&scene, "ledger", &["--template", "web-postgres"]);
    let mut command = scene.command("cargo");
    command.current_dir(scene.path().join("ledger")).env("CARGO_TARGET_DIR", TARGET).args(["test", "--locked"]);
    command.env("TEST_DATABASE_URL", format!("postgres://postgres@127.0.0.1:{}/postgres", server.port));
    let outcome = scene.outcome(&mut command);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert!(!outcome.stdout.contains("SKIPPED"), "{}", outcome.stdout);
    stays_clean(&scene, "ledger");
}
