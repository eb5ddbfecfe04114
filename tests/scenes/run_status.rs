//! Scenes of what a formation tells of itself while it runs.

use super::ledger::release;
use super::running::{Running, wait_until};
use super::scene::Scene;
use rustix::process::Signal;
use serde_json::Value;

const FORMATION: &str = "[processes.web]\ncommand = '''sh -c 'echo up; exec sleep 60' '''\n\
    [processes.worker]\ncommand = '''sh -c 'echo up; exit 3' '''\nrestart = \"on-failure\"\n";

fn events(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn sigusr1_prints_each_process_with_pid_uptime_restarts_and_memory() {
    let scene = Scene::new();
    release(&scene, FORMATION);
    let running = Running::start(&scene, &["--quiet"]);
    wait_until("both", || (running.said().matches("up\n").count() >= 2).then_some(()));
    running.signal(Signal::USR1);
    let said = running.wait_for_event("Status worker.1: ");
    let web = said.lines().find(|line| line.contains("Status web.1: ")).expect("a line");
    let words: Vec<&str> = web.split_whitespace().collect();
    assert_eq!((words[2], words[4], words[words.len() - 2..].concat()), ("pid", "up", "0restarts".to_owned()), "{web}");
    let pid: u32 = words[3].trim_end_matches(',').parse().expect("a pid");
    assert!(super::running::lives(pid), "{web}");
    assert!(web.contains(" KiB, ") || web.contains(" MiB, "), "{web}");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn with_json_the_status_is_an_event_a_process() {
    let scene = Scene::new();
    release(&scene, FORMATION);
    let running = Running::start(&scene, &["--log-format", "json"]);
    let restarting = |said: &str| said.contains("\"restarting\"").then_some(());
    wait_until("a restart", || restarting(&running.said()));
    running.signal(Signal::USR1);
    running.wait_for("\"event\":\"status\",\"process\":\"worker.1\"");
    let ended = running.stop();
    let all = events(&ended.text());
    let of = |process: &str| {
        all.iter().find(|event| event["event"] == "status" && event["process"] == process).expect(process)
    };
    let web = of("web.1");
    assert_eq!((&web["standing"], &web["restarts"], &web["ready"]), (&"runs".into(), &0.into(), &true.into()));
    assert!(web["bytes"].as_u64() > Some(100_000) && web["pid"].as_u64() > Some(1), "{web}");
    assert!(web["milliseconds"].is_u64(), "{web}");
    assert!(of("worker.1")["restarts"].is_u64());
}

#[test]
fn with_json_the_life_of_a_process_is_lines_between_the_log_lines() {
    let scene = Scene::new();
    let web = "[processes.web]\ncommand = \"shop serve\"\nport = true\n";
    release(
        &scene,
        &format!("{web}[processes.worker]\ncommand = '''sh -c 'echo up; exit 3' '''\nrestart = \"on-failure\"\n"),
    );
    let port = super::running::free_port().to_string();
    let running = Running::start(&scene, &["--log-format", "json", "--port", &port]);
    running.wait_for("\"event\":\"restarted\"");
    running.wait_for("\"event\":\"ready\"");
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let all = events(&ended.text());
    let of = |process: &str| -> Vec<&str> {
        all.iter().filter(|event| event["process"] == process).filter_map(|event| event["event"].as_str()).collect()
    };
    let worker = of("worker.1");
    assert_eq!(worker[..6], ["started", "line", "exited", "restarting", "restarted", "line"], "{worker:?}");
    let web = of("web.1");
    assert_eq!(web.iter().filter(|name| **name != "line").collect::<Vec<_>>(), [&"started", &"ready", &"exited"]);
    let restarted = all.iter().find(|event| event["event"] == "restarted").expect("an event");
    assert_eq!(restarted["restarts"], 1);
    let restarting = all.iter().find(|event| event["event"] == "restarting").expect("an event");
    assert_eq!(restarting["reason"], "code 3, end 1 of 10 in a row");
    assert_eq!(all.last().map(|event| &event["event"]), Some(&"stopped".into()));
    assert!(
        all.iter().all(|event| event["time"].is_string() || event["event"] == "running" || event["event"] == "warning")
    );
}
