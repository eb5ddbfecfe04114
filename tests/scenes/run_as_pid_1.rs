//! Scenes of `run` as the first process of a container: whatever loses its parent is its child, and a signal whose
//! action it did not choose does nothing.

use super::containers::{podman, podman_is_here};
use super::ledger::{release, running_as_root};
use super::running::{Running, wait_until};
use super::scene::{PROGRAM, Scene};
use rustix::process::{Pid, Signal, kill_process};

/// `run` as process 1 of a namespace of its own; none where this machine makes none.
fn as_pid_1(scene: &Scene, arguments: &[&str]) -> Option<Running> {
    let own: &[&str] = if running_as_root() { &[] } else { &["--user", "--map-root-user"] };
    let unshare = || {
        let mut command = scene.command("unshare");
        command.args(own).args(["--pid", "--fork", "--mount-proc", "--kill-child"]);
        command
    };
    if !unshare().arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: this machine makes no namespace of processes");
        return None;
    }
    let mut command = unshare();
    command.arg(PROGRAM).args(["run", "--release-id", "shop@v1"]).args(arguments);
    Some(Running::of(command))
}

fn children(pid: i32) -> Vec<i32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// The program, as it is numbered here.
fn supervisor(running: &Running) -> i32 {
    wait_until("the supervisor", || children(running.pid().as_raw_pid()).first().copied())
}

#[test]
fn process_1_stops_in_an_orderly_way_and_leaves_nothing() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c 'trap \"echo asked; exit 0\" TERM; echo parent=$PPID; while :; do sleep 0.01; done' '''\n\
         [processes.worker]\ncommand = '''sh -c '(setsid sh -c \"trap \\\"\\\" TERM; echo daemon; while :; do sleep 0.01; done\" &); exec sleep 60' '''\n\
         stop-timeout = \"300ms\"\n",
    );
    let Some(running) = as_pid_1(&scene, &[]) else { return };
    running.wait_for("web.1    | parent=1\n");
    running.wait_for("worker.1 | daemon\n");
    let pid = supervisor(&running);
    kill_process(Pid::from_raw(pid).expect("a pid"), Signal::TERM).expect("it lives");
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().contains("web.1    | asked\n"), "{}", ended.text());
    assert!(ended.stderr.contains("was left behind and did not stop"), "who had to be killed: {}", ended.stderr);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn process_1_reaps_what_others_leave() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c 'for i in 1 2 3; do (sleep 0.02 &); done; echo up; exec sleep 60' '''\n",
    );
    let Some(running) = as_pid_1(&scene, &[]) else { return };
    running.wait_for("web.1 | up\n");
    let pid = supervisor(&running);
    // The process and the watchdog.
    wait_until("no zombie and no orphan", || (children(pid).len() == 2).then_some(()));
    kill_process(Pid::from_raw(pid).expect("a pid"), Signal::INT).expect("it lives");
    assert_eq!(running.end().code, Some(0));
}

#[test]
fn process_1_gives_the_code_of_what_failed() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop exit 3\"\n");
    let Some(running) = as_pid_1(&scene, &[]) else { return };
    let ended = running.end();
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
}

#[test]
fn a_container_engine_stops_it_in_an_orderly_way_and_gets_its_code() {
    let scene = Scene::new();
    if !podman_is_here(&scene) {
        return;
    }
    let asked = "trap \"echo asked; exit 0\" TERM; echo up; while :; do sleep 0.01; done";
    release(
        &scene,
        &format!(
            "[processes.web]\ncommand = '''sh -c '{asked}' '''\n[processes.bad]\ncommand = \"shop exit 3\"\ncount = 0\n"
        ),
    );
    let name = format!("twelve-scene-{}", std::process::id());
    // This machine's own files, with a layer above them that goes with the container.
    let container = |arguments: &[&str]| {
        let mut command = podman(&scene);
        command.args(["run", "--rm", "--network=host", "--name", &name]);
        for folder in
            [scene.path().parent().expect("a parent"), std::path::Path::new(PROGRAM).parent().expect("a folder")]
        {
            command.arg("--volume").arg(format!("{0}:{0}", folder.display()));
        }
        for (variable, value) in
            [("TWELVE_STORE", scene.store()), ("TWELVE_CACHE", scene.cache()), ("HOME", scene.home())]
        {
            command.arg("--env").arg(format!("{variable}={}", value.display()));
        }
        command.args(["--rootfs", "/:O", PROGRAM, "run", "--release-id", "shop@v1"]).args(arguments);
        Running::of(command)
    };
    let running = container(&["web"]);
    running.wait_for("web.1 | up\n");
    let stopped = podman(&scene).args(["stop", "--time", "20", &name]).output().expect("podman");
    let ended = running.end();
    assert!(stopped.status.success(), "{}", String::from_utf8_lossy(&stopped.stderr));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().contains("web.1 | asked\n"), "{}", ended.text());
    assert_eq!(container(&["bad"]).end().code, Some(3));
}
