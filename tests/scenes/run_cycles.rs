//! The short form of `tests/run_cycles.sh`: the same script, with the program under test and a few rounds.

use super::scene::{PROGRAM, Scene};
use std::path::Path;

#[test]
fn of_starts_stops_kills_and_replacements_nothing_is_left() {
    let scene = Scene::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run_cycles.sh");
    let mut command = scene.command("bash");
    command.arg(script).args(["20", "10", "10"]).env("PROGRAM", PROGRAM);
    let outcome = scene.outcome(&mut command);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    println!("{}", outcome.stdout);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", outcome.page());
    assert_eq!(
        lines[0],
        "20 starts and stops: codes {0: 20}, 0 left, 0 zombies, descriptors of a process beyond three: 0"
    );
    let killed = "10 kills of the supervisor at a random moment: 0 processes left, 0 zombies, ";
    assert!(lines[1].starts_with(killed), "{}", lines[1]);
    assert!(
        lines[2].starts_with("10 replacements under one dev:") && lines[2].ends_with("code 0, 0 left"),
        "{}",
        lines[2]
    );
}
