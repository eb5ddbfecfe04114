//! `cargo twelve tour`: the whole path. That it succeeds is proved by `tests/all`, which takes it; here stands what it
//! does when it is stopped half way.

use crate::scene::{PROGRAM, Scene};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Stdio;
use std::time::Duration;

#[test]
fn a_tour_that_is_interrupted_leaves_nothing_behind() {
    let scene = Scene::new();
    let temporary = scene.path().join("temporary");
    std::fs::create_dir(&temporary).expect("a folder");
    let mut command = scene.command(PROGRAM);
    let mut tour = command
        .arg("tour")
        .env("TMPDIR", &temporary)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the tour starts");
    let compiling = || {
        let folder = std::fs::read_dir(&temporary).expect("a folder").flatten().next().map(|entry| entry.path());
        folder.is_some_and(|folder| folder.join("shop/target/twelve/work/shop/target").is_dir())
    };
    for _ in 0..1000 {
        if compiling() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(compiling(), "the tour came to the compiler");
    let pid = i32::try_from(tour.id()).ok().and_then(Pid::from_raw).expect("a pid");
    // As a terminal does it: everybody in the foreground hears of it. The compiler is asked by `release` itself.
    let release =
        std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", pid.as_raw_pid())).expect("its children");
    for child in release.split_whitespace() {
        let child = child.parse().ok().and_then(Pid::from_raw).expect("a pid");
        kill_process(child, Signal::INT).expect("a signal");
    }
    kill_process(pid, Signal::INT).expect("a signal");
    assert_eq!(tour.wait().expect("it ends").code(), Some(130));
    assert_eq!(std::fs::read_dir(&temporary).expect("a folder").count(), 0, "its folder is gone");
}
