//! `cargo twelve tour`: the whole path. That it succeeds is proved by `tests/all`, which takes it; here stands what it
//! does when it is stopped half way.

use crate::scene::{PROGRAM, Scene};
use rustix::process::{Pid, Signal, kill_process};
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

/// A tour whose compiler is at work.
struct Compiling {
    tour: Child,
    pid: Pid,
    /// The folder that its folder is made in.
    temporary: PathBuf,
    _scene: Scene,
}

impl Compiling {
    fn start() -> Self {
        let scene = Scene::new();
        let temporary = scene.path().join("temporary");
        std::fs::create_dir(&temporary).expect("a folder");
        let mut command = scene.command(PROGRAM);
        command.args(["tour", "--format", "json"]).env("TMPDIR", &temporary);
        let tour = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the tour starts");
        let compiling = || {
            let folder = std::fs::read_dir(&temporary).expect("a folder").flatten().next().map(|entry| entry.path());
            folder.is_some_and(|folder| folder.join("shop/target/twelve/work/shop/target/release").is_dir())
        };
        for _ in 0..6000 {
            if compiling() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(compiling(), "the tour came to the compiler");
        let pid = i32::try_from(tour.id()).ok().and_then(Pid::from_raw).expect("a pid");
        Self { tour, pid, temporary, _scene: scene }
    }

    /// How it ends after a signal; nothing may be left of it.
    fn ends_after(self, signal: Signal) -> Output {
        kill_process(self.pid, signal).expect("a signal");
        let output = self.tour.wait_with_output().expect("it ends");
        assert_eq!(std::fs::read_dir(&self.temporary).expect("a folder").count(), 0, "its folder is gone");
        output
    }
}

#[test]
fn a_tour_that_is_interrupted_leaves_nothing_behind() {
    let compiling = Compiling::start();
    // As a terminal does it: everybody in the foreground hears of it. The compiler is asked by `release` itself.
    let pid = compiling.pid.as_raw_pid();
    let release = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("its children");
    for child in release.split_whitespace() {
        let child = child.parse().ok().and_then(Pid::from_raw).expect("a pid");
        kill_process(child, Signal::INT).expect("a signal");
    }
    assert_eq!(compiling.ends_after(Signal::INT).status.code(), Some(130));
}

#[test]
fn a_signal_to_the_tour_alone_ends_what_it_runs() {
    for (signal, code) in [(Signal::HUP, 129), (Signal::TERM, 143)] {
        let output = Compiling::start().ends_after(signal);
        assert_eq!(output.status.code(), Some(code));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(r#""step":"new""#), "{said}");
        assert!(!said.contains(r#""step":"release""#), "it waited until all was compiled: {said}");
    }
}
