//! From a push to a rollback: `ci/release` of a fresh service, as any CI calls it, with the ledger in a real S3 server;
//! then the server's side, which believes only what CI has signed.

use crate::object_server::{BUCKET, ObjectServer, request};
use crate::running::{Running, free_port};
use crate::scene::{Outcome, PROGRAM, Scene};
use std::path::Path;
use std::process::Command;

/// The work folder of the app `shop` lies in it, warm from the tour and from what else compiles this template.
pub(crate) const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/generated");

/// One machine of the path: CI, or a server. Both have the store's address and nothing of each other.
struct Way<'a> {
    scene: &'a Scene,
    server: &'a ObjectServer,
}

impl Way<'_> {
    fn command(&self, program: &str, folder: &str) -> Command {
        let mut command = self.scene.command(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let programs = std::iter::once(Path::new(PROGRAM).parent().expect("a folder").to_path_buf());
        let path = std::env::join_paths(programs.chain(std::env::split_paths(&path))).expect("a PATH");
        command
            .current_dir(self.scene.path().join(folder))
            .env("PATH", path)
            .env("CARGO_TARGET_DIR", TARGET)
            .env("TWELVE_STORE", format!("s3://{BUCKET}/ci-path"))
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.server.s3))
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "AKTEST")
            .env("AWS_SECRET_ACCESS_KEY", "SKTEST");
        command
    }

    /// A push, and what CI does then: a whole clone of its own, and the script.
    fn push(&self, message: &str, key: &str) -> Outcome {
        self.scene.git("-C shop add -A");
        self.scene.git(&format!("-C shop commit -q --allow-empty -m {message}"));
        self.scene.git("-C shop push -q origin main");
        let clone = format!("ci-{message}");
        self.scene.git(&format!("clone -q origin.git {clone}"));
        self.scene.outcome(self.command("sh", &clone).arg("ci/release").env("TWELVE_SIGNING_KEY", key))
    }

    /// A command on the server, where no codebase is.
    fn on_the_server(&self, words: &[&str]) -> Outcome {
        let mut command = self.command(PROGRAM, "server");
        self.scene.outcome(command.args(words).env("TWELVE_SIGNERS", "allowed_signers"))
    }

    /// What the deploy's current release answers while it runs.
    fn answer(&self) -> String {
        let port = free_port();
        let mut command = self.command(PROGRAM, "server");
        command.args(["run", "--release-id", "shop@production", "--env-file", "prod.env", "--allow-older"]);
        command.args(["--port", &port.to_string()]).env("TWELVE_SIGNERS", "allowed_signers");
        let running = Running::of(command);
        running.wait_for_event("Ready");
        let answer = request(port, "GET", "/", &[], b"").expect("an answer");
        let ended = running.stop();
        assert_eq!(ended.code, Some(0), "{}{}", ended.text(), ended.stderr);
        assert!(ended.text().contains("\"drained\""), "{}", ended.text());
        String::from_utf8(answer.body).expect("text")
    }
}

fn done(outcome: Outcome) -> Outcome {
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    outcome
}

#[test]
fn a_push_becomes_a_signed_release_that_is_deployed_run_and_rolled_back() {
    let Some(server) = ObjectServer::at_hand("from a push to a rollback") else { return };
    let scene = Scene::new();
    let path = Way { scene: &scene, server };
    done(scene.twelve(["new", "shop", "--no-input"]));
    scene.git("init -q --bare origin.git");
    scene.git("-C shop remote add origin ../origin.git");
    for key in ["release-key", "person"] {
        done(scene.outcome(scene.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", key])));
    }
    let read = |file: &str| std::fs::read_to_string(scene.path().join(file)).expect("a file");
    let key = read("release-key");
    scene.write("server/prod.env", "LOG_FORMAT=json\n");
    let (ci, person) = (read("release-key.pub"), read("person.pub"));
    scene.write("server/allowed_signers", format!("ci namespaces=\"release@cargo-twelve\" {ci}ada {person}"));

    let first = done(path.push("first", &key));
    assert!(first.stderr.contains("Released"), "{}", first.page());
    assert!(!first.page().contains("PRIVATE KEY"), "{}", first.page());
    let http = read("shop/src/http.rs");
    scene.write("shop/src/http.rs", http.replace("{}, world!", "{}, second world!"));
    done(path.push("second", &key));
    let again = done(scene.outcome(path.command("sh", "ci-second").arg("ci/release").env("TWELVE_SIGNING_KEY", &key)));
    assert!(again.page().contains("v2"), "a job that is run again has the same release: {}", again.page());

    for (release, answered) in
        [("v1", r#"{"message":"Hello, world!"}"#), ("v2", r#"{"message":"Hello, second world!"}"#)]
    {
        let words = ["deploy", "shop@production", release, "--env-file", "prod.env", "--sign", "../person"];
        done(path.on_the_server(&words));
        assert_eq!(path.answer(), answered);
    }
    done(path.on_the_server(&["rollback", "shop@production", "--env-file", "prod.env", "--sign", "../person"]));
    assert_eq!(path.answer(), r#"{"message":"Hello, world!"}"#);

    // Who has the store's credentials but not the key makes a release that the server does not run.
    let unsigned = done(path.push("third", ""));
    assert!(
        unsigned.stdout.starts_with("the release is not signed: TWELVE_SIGNING_KEY is not set"),
        "{}",
        unsigned.page()
    );
    let refused =
        path.on_the_server(&["deploy", "shop@production", "v3", "--env-file", "prod.env", "--sign", "../person"]);
    assert_eq!(refused.code, Some(77), "{}", refused.page());
}

#[test]
fn ci_without_a_store_says_what_to_set_and_is_no_failure() {
    let scene = Scene::new();
    done(scene.twelve(["new", "shop", "--no-input"]));
    let mut command = scene.command("sh");
    // As a workflow hands over a variable that is not set.
    let outcome = done(scene.outcome(command.arg("shop/ci/release").env("TWELVE_STORE", "")));
    assert_eq!(outcome.stdout, "nothing is released: TWELVE_STORE is not set (ci/release says what to set)\n");
}
