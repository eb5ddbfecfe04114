//! Scenes of how a formation stops. Most are named after how another runner fails.

use super::ledger::release;
use super::running::{Running, lives, wait_until};
use super::scene::Scene;
use rustix::process::{Pid, Signal, kill_process};
use std::time::{Duration, Instant};

/// A process type that runs this script.
fn script(name: &str, script: &str) -> String {
    format!("[processes.{name}]\ncommand = '''sh -c '{script}' '''\n")
}

/// The pids that the formation has named as `pid=N`, once there are so many.
fn pids(running: &Running, count: usize) -> Vec<u32> {
    wait_until("pids", || {
        let said = running.said();
        let pids: Vec<u32> = said.lines().filter_map(|line| line.split_once("pid=")?.1.trim().parse().ok()).collect();
        (pids.len() == count).then_some(pids)
    })
}

fn gone(pids: &[u32]) {
    for pid in pids {
        assert!(!lives(*pid), "{pid} lives");
    }
}

#[test]
fn every_stopping_signal_becomes_the_types_own_and_a_clean_stop_is_0() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let scene = Scene::new();
        let polite = script("web", "trap \"echo asked; exit 0\" TERM; echo pid=$$; while :; do sleep 0.01; done");
        let own =
            script("worker", "trap \"echo asked by USR1; exit 0\" USR1; echo pid=$$; while :; do sleep 0.01; done");
        release(&scene, &format!("{polite}{own}stop-signal = \"SIGUSR1\"\n"));
        let running = Running::start(&scene, &[]);
        let pids = pids(&running, 2);
        running.signal(signal);
        let ended = running.end();
        assert_eq!(ended.code, Some(0), "{signal:?}: {}", ended.stderr);
        let text = ended.text();
        assert!(text.contains("web.1    | asked\n") && text.contains("worker.1 | asked by USR1\n"), "{text}");
        gone(&pids);
    }
}

#[test]
fn a_process_that_fails_while_it_stops_gives_its_code() {
    let scene = Scene::new();
    release(&scene, &script("web", "trap \"exit 9\" TERM; echo pid=$$; while :; do sleep 0.01; done"));
    let running = Running::start(&scene, &[]);
    pids(&running, 1);
    assert_eq!(running.stop().code, Some(9));
}

#[test]
fn who_does_not_stop_in_time_is_killed_and_named() {
    let scene = Scene::new();
    let deaf = script("web", "trap \"\" TERM; echo pid=$$; while :; do sleep 0.01; done");
    release(&scene, &format!("{deaf}stop-timeout = \"200ms\"\n{}", script("worker", "echo pid=$$; exec sleep 60")));
    let running = Running::start(&scene, &[]);
    let pids = pids(&running, 2);
    let start = Instant::now();
    let ended = running.stop();
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(ended.code, Some(137), "{}", ended.stderr);
    assert!(ended.stderr.contains("Killed web.1: it did not stop within 0.2 s"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("Killed worker.1"), "{}", ended.stderr);
    gone(&pids);
}

/// How long a finger takes for another Ctrl-C.
const A_FINGER: Duration = Duration::from_millis(150);

#[test]
fn one_interrupt_that_comes_twice_is_no_second_ctrl_c() {
    let scene = Scene::new();
    release(&scene, &script("web", "trap \"sleep 0.3; exit 0\" TERM; echo pid=$$; while :; do sleep 0.01; done"));
    let running = Running::start(&scene, &[]);
    pids(&running, 1);
    // timeout(1) signals its child, and then its whole group. Most of these are one to the kernel, too.
    for _ in 0..100 {
        running.signal(Signal::INT);
    }
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("again"), "{}", ended.stderr);
}

#[test]
fn a_second_ctrl_c_kills_at_once() {
    let scene = Scene::new();
    release(&scene, &script("web", "trap \"echo deaf\" INT TERM; echo pid=$$; while :; do sleep 0.01; done"));
    let running = Running::start(&scene, &[]);
    let pids = pids(&running, 1);
    running.signal(Signal::INT);
    running.wait_for("deaf");
    std::thread::sleep(A_FINGER);
    running.signal(Signal::INT);
    let ended = running.end();
    assert_eq!(ended.code, Some(137), "{}", ended.stderr);
    assert!(ended.stderr.contains("Killed web.1: it had not stopped when SIGINT came again"), "{}", ended.stderr);
    gone(&pids);
}

#[test]
fn all_are_asked_at_once_and_not_one_after_the_other() {
    let scene = Scene::new();
    let slow = script("web", "trap \"sleep 1; exit 0\" TERM; echo pid=$$; while :; do sleep 0.01; done");
    release(&scene, &format!("{slow}count = 6\n"));
    let running = Running::start(&scene, &[]);
    pids(&running, 6);
    let start = Instant::now();
    assert_eq!(running.stop().code, Some(0));
    assert!(start.elapsed() < Duration::from_secs(4), "it took {:?}", start.elapsed());
}

#[test]
fn a_grandchild_behind_a_shell_is_asked_too_and_has_its_time() {
    let scene = Scene::new();
    let inner = "trap \"sleep 0.3; echo grandchild done; exit 0\" TERM; echo pid=\\$\\$; while :; do sleep 0.01; done";
    let command =
        format!("[processes.web]\ncommand = '''sh -c \"sh -c '{}' & wait\" '''\n", inner.replace('"', "\\\""));
    release(&scene, &command);
    let running = Running::start(&scene, &[]);
    let pids = pids(&running, 1);
    let ended = running.stop();
    assert!(ended.text().contains("web.1 | grandchild done\n"), "{}{}", ended.text(), ended.stderr);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    gone(&pids);
}

#[test]
fn a_grandchild_with_its_own_session_is_asked_and_then_killed() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c \"setsid sh -c 'trap \\\"echo session asked; exit\\\" TERM; echo pid=$$; \
         while :; do sleep 0.01; done' & setsid sh -c 'trap : TERM; echo pid=$$; while :; do sleep 0.01; done' & exec sleep 60\" '''\n\
         stop-timeout = \"300ms\"\n"
            .replace("$$", "\\$\\$")
            .as_str(),
    );
    let running = Running::start(&scene, &[]);
    let pids = pids(&running, 2);
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().contains("web.1 | session asked\n"), "{}", ended.text());
    assert!(ended.stderr.contains("was left behind and did not stop"), "{}", ended.stderr);
    gone(&pids);
}

#[test]
fn a_daemon_that_left_its_parent_is_found_when_the_process_ends_by_itself() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c \"(setsid sh -c 'echo pid=$$; exec sleep 60' &) ; sleep 0.3; exit 5\" '''\n"
            .replace("$$", "\\$\\$")
            .as_str(),
    );
    let running = Running::start(&scene, &[]);
    let pids = pids(&running, 1);
    let ended = running.end();
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    gone(&pids);
}

#[test]
fn orphans_are_reaped_while_the_formation_runs() {
    let scene = Scene::new();
    release(&scene, &script("web", "(sleep 0.05 &) ; echo pid=$$; exec sleep 60"));
    let running = Running::start(&scene, &[]);
    pids(&running, 1);
    let supervisor = running.pid().as_raw_pid();
    wait_until("no zombie and no orphan", || {
        let children = std::fs::read_to_string(format!("/proc/{supervisor}/task/{supervisor}/children")).ok()?;
        // The process and the watchdog.
        (children.split_whitespace().count() == 2).then_some(())
    });
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_supervisor_killed_with_sigkill_leaves_nothing() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c \"trap : TERM; echo pid=$$; (setsid sh -c 'trap : TERM HUP; echo pid=$$; \
         while :; do sleep 0.01; done' &) ; while :; do sleep 0.01; done\" '''\ncount = 2\n"
            .replace("$$", "\\$\\$")
            .as_str(),
    );
    let mut command = scene.command(super::scene::PROGRAM);
    command.args(["run", "--release-id", "v1"]).env("TMPDIR", scene.home());
    let running = Running::of(command);
    let pids = pids(&running, 4);
    running.signal(Signal::KILL);
    assert_eq!(running.end().code, None);
    wait_until("the end of all", || pids.iter().all(|pid| !lives(*pid)).then_some(()));
    wait_until("the private folder's end", || {
        let mut left = scene.home().read_dir().expect("HOME");
        left.all(|entry| !entry.expect("an entry").file_name().to_string_lossy().starts_with("twelve-")).then_some(())
    });
}

#[test]
fn a_watchdog_that_is_killed_is_missed_and_the_formation_goes_on() {
    let scene = Scene::new();
    release(&scene, &script("web", "echo pid=$$; exec sleep 60"));
    let running = Running::start(&scene, &[]);
    let process = pids(&running, 1)[0];
    let supervisor = running.pid().as_raw_pid();
    let children = std::fs::read_to_string(format!("/proc/{supervisor}/task/{supervisor}/children")).expect("children");
    let watchdog: i32 = children
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .find(|pid| *pid != process as i32)
        .expect("a watchdog");
    kill_process(Pid::from_raw(watchdog).expect("a pid"), Signal::KILL).expect("it lives");
    running.wait_for_event("the watchdog ended");
    assert!(lives(process));
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_survivor_that_writes_without_end_does_not_hang_the_end() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = '''sh -c \"setsid yes & sleep 0.1; exit 4\" '''\n");
    assert_eq!(Running::start(&scene, &[]).end().code, Some(4));
}

#[test]
fn a_survivor_that_holds_the_pipe_does_not_hang_the_end() {
    let scene = Scene::new();
    // It holds the pipe, ignores what it is asked, and has two seconds.
    let script = "[processes.web]\ncommand = '''sh -c \"setsid sh -c 'trap : TERM; while :; do sleep 0.01; done' & echo pid=$$; exit 4\" '''\n\
                  stop-timeout = \"200ms\"\n";
    release(&scene, &script.replace("$$", "\\$\\$"));
    let start = Instant::now();
    let ended = Running::start(&scene, &[]).end();
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.text().contains("pid="), "the last line is there");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_hangup_stops_in_an_orderly_way_and_leaves_no_orphan() {
    let scene = Scene::new();
    release(&scene, &script("web", "trap \"echo asked; exit 0\" TERM; sleep 60 & echo pid=$!; echo pid=$$; wait"));
    let running = Running::start(&scene, &[]);
    let pids = pids(&running, 2);
    running.signal(Signal::HUP);
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().contains("web.1 | asked\n"), "{}", ended.text());
    gone(&pids);
}

#[test]
fn at_a_terminal_ctrl_c_reaches_the_supervisor_alone_and_a_second_one_kills() {
    let scene = Scene::new();
    let deaf = "trap \"echo interrupted\" INT; trap \"echo asked\" TERM; echo ready; while :; do sleep 0.01; done";
    release(&scene, &script("web", deaf));
    let mut command = scene.command(super::scene::PROGRAM);
    command.args(["run", "--release-id", "shop@v1"]);
    let mut session = rexpect::session::spawn_command(command, Some(60_000)).expect("a terminal");
    session.exp_string("| ready").expect("it runs");
    session.send_control('c').expect("sent");
    let before = session.exp_string("| asked").expect("it is asked with its own signal");
    assert!(!before.contains("interrupted"), "{before}");
    std::thread::sleep(A_FINGER);
    session.send_control('c').expect("sent");
    session.exp_string("SIGINT received again: at once").expect("said");
    let rest = session.exp_eof().expect("its end");
    assert!(rest.contains("Killed") && rest.contains("web.1: it had not stopped when SIGINT came again"), "{rest}");
}

#[test]
fn what_leaves_its_group_while_everybody_is_asked_is_asked_too() {
    // A stop right after the start, again and again: helpers are just on their way to sessions of their own.
    let scene = Scene::new();
    release(&scene, &script("web", "(setsid setsid sleep 600 &); setsid sleep 600 & echo up; wait"));
    for _ in 0..12 {
        let running = Running::start(&scene, &[]);
        running.wait_for("up");
        let ended = running.stop();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(!ended.stderr.contains("Killed"), "nobody had to be killed: {}", ended.stderr);
    }
}
