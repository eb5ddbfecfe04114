//! Scenes of `admin`: a one-off process with the build and the config of a release.

use super::ledger::release;
use super::running::{Running, wait_until};
use super::scene::{Outcome, PROGRAM, Scene};
use std::io::Write;
use std::process::Stdio;

const SHOP: &str = "[processes.web]\ncommand = \"shop serve\"\nport = true\n\
    [admin.copy]\ncommand = \"shop copy\"\n[admin.fail]\ncommand = \"shop exit 7\"\n\
    [admin.abort]\ncommand = \"shop abort\"\n[admin.environment]\ncommand = \"shop env\"\n\
    [admin.echo]\ncommand = \"shop arguments declared\"\n\
    [config.vars.GREETING]\ntype = \"string\"\n";

fn shop() -> Scene {
    let scene = Scene::new();
    release(&scene, SHOP);
    scene.write("prod.env", "GREETING=hello\n");
    scene
}

fn admin(scene: &Scene, words: &[&str]) -> Outcome {
    scene.twelve([&["admin", "--release-id", "shop@v1", "--env-file", "prod.env"], words].concat())
}

#[test]
fn bytes_pass_through_untouched_in_both_directions() {
    let scene = shop();
    let mut command = scene.command(PROGRAM);
    command.args(["admin", "--release-id", "shop@v1", "--env-file", "prod.env", "copy"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let mut stdin = child.stdin.take().expect("a pipe");
    let sent = bytes.clone();
    let writer = std::thread::spawn(move || stdin.write_all(&sent).expect("written"));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("written");
    assert_eq!(output.stdout, bytes);
    assert!(output.stderr.ends_with(b"copied 300000"), "no newline was added");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_exit_code_is_the_processes_own() {
    let scene = shop();
    assert_eq!(admin(&scene, &["fail"]).code, Some(7));
    assert_eq!(admin(&scene, &["abort"]).code, Some(134));
    assert_eq!(admin(&scene, &["--", "sh", "-c", "exit 9"]).code, Some(9));
    assert_eq!(admin(&scene, &["--", "nowhere-at-all"]).code, Some(127));
}

#[test]
fn it_has_the_config_and_no_port_of_its_own() {
    let scene = shop();
    let text = admin(&scene, &["environment"]).stdout;
    assert!(text.contains("GREETING=hello\n") && text.contains("PROCESS=admin.environment\n"), "{text}");
    assert!(text.contains("RELEASE_ID=v1\n") && !text.contains("\nPORT="), "{text}");
    let refused = scene.twelve(["admin", "--release-id", "shop@v1", "environment"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(78), ""));
}

#[test]
fn arguments_follow_the_declared_words() {
    let scene = shop();
    assert_eq!(admin(&scene, &["echo", "a b", "--", "--flag"]).stdout, "declared|a b|--flag\n");
    assert_eq!(admin(&scene, &["echo", "--", "-v", "--", "x"]).stdout, "declared|-v|--|x\n");
    assert_eq!(admin(&scene, &["echo", "--flag"]).code, Some(2));
    assert_eq!(admin(&scene, &["--", "shop", "arguments", "$HOME"]).stdout, "$HOME\n");
}

#[test]
fn without_a_name_it_lists_what_there_is() {
    let scene = shop();
    let listed = scene.twelve(["admin", "--release-id", "shop@v1"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert_eq!(listed.stdout.lines().next(), Some("copy         shop copy"));
    assert_eq!(listed.stdout.lines().count(), 5);
    let unknown = admin(&scene, &["enviroment"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(66), ""));
    assert!(unknown.stderr.contains("did you mean `environment`?"), "{}", unknown.stderr);
}

#[test]
fn signals_reach_it_and_its_private_folder_goes() {
    let scene = shop();
    let mut command = scene.command(PROGRAM);
    let script = "trap 'echo asked; exit 5' INT TERM; echo $TMPDIR; while :; do sleep 0.01; done";
    command.args(["admin", "--release-id", "shop@v1", "--env-file", "prod.env", "--", "sh", "-c", script]);
    let running = Running::of(command);
    let folder = wait_until("its folder", || running.said().lines().next().map(str::to_owned));
    assert!(std::path::Path::new(&folder).exists());
    let ended = running.stop();
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.text().ends_with("asked\n"));
    assert!(!std::path::Path::new(&folder).exists());
}

#[test]
fn a_terminal_is_its_own_and_ctrl_c_reaches_it_once() {
    let scene = shop();
    let mut command = scene.command(PROGRAM);
    // It stops us while the terminal sends Ctrl-C, so that what we might forward would come later and be counted.
    let script = "test -t 0 && test -t 1 && read line && echo got $line; n=0; trap 'n=$((n+1))' INT; \
        kill -STOP $PPID; echo ready; while [ $n = 0 ]; do sleep 0.01; done; \
        kill -CONT $PPID; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.03; done; echo count=$n";
    command.args(["admin", "--release-id", "shop@v1", "--env-file", "prod.env", "--", "sh", "-c", script]);
    let mut session = rexpect::session::spawn_command(command, Some(30_000)).expect("a terminal");
    session.send_line("a line").expect("sent");
    session.exp_string("got a line").expect("it reads from the terminal");
    session.exp_string("ready").expect("it waits");
    session.send_control('c').expect("sent");
    session.exp_string("count=1").expect("once");
    session.exp_eof().expect("its end");
}
