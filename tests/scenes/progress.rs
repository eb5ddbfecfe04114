//! Bars at a terminal: only where work is long, and gone when it is done.

use crate::scene::{PROGRAM, Scene};
use crate::shop::{commit, shop};
use rexpect::session::{PtySession, spawn_command};
use std::net::TcpListener;

/// Starts a build in a terminal of its own.
fn at_terminal(scene: &Scene, arguments: &[&str]) -> PtySession {
    let mut command = scene.command(PROGRAM);
    command.env_remove("CI").env("TERM", "xterm").args(["build", "--color", "never"]).args(arguments);
    spawn_command(command, Some(60_000)).expect("a terminal")
}

/// The app with a package of a registry that takes calls and never answers, so that fetching takes as long as we like.
fn shop_of_a_silent_registry() -> (Scene, TcpListener) {
    let registry = TcpListener::bind("127.0.0.1:0").expect("a port");
    let index = format!("sparse+http://{}/", registry.local_addr().expect("an address"));
    let scene = shop();
    let manifest = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    scene
        .write("Cargo.toml", format!("{manifest}\n[dependencies]\nmenu = {{ version = \"1\", registry = \"own\" }}\n"));
    scene.write(".cargo/config.toml", format!("[registries.own]\nindex = \"{index}\"\n[net]\nretry = 0\n"));
    let checksum = "0".repeat(64);
    let menu =
        format!("[[package]]\nname = \"menu\"\nversion = \"1.0.0\"\nsource = \"{index}\"\nchecksum = \"{checksum}\"\n");
    let own = "[[package]]\nname = \"shop\"\nversion = \"1.4.0\"\ndependencies = [\n \"menu\",\n]\n";
    scene.write("Cargo.lock", format!("version = 4\n\n{menu}\n{own}"));
    commit(&scene, "menu");
    (scene, registry)
}

/// What stands on the terminal in the end: of every line what follows the last time that it was wiped.
fn left_on_the_screen(printed: &str) -> String {
    let lines = printed.split('\n').map(|line| line.rsplit("\u{1b}[2K").next().unwrap_or_default());
    lines.map(|line| line.trim_matches('\r')).collect::<Vec<_>>().join("\n")
}

#[test]
fn long_work_is_shown_at_a_terminal_and_leaves_nothing_behind() {
    let (scene, registry) = shop_of_a_silent_registry();
    let mut terminal = at_terminal(&scene, &[]);
    let before = terminal.exp_string("Fetching | ").expect("a bar");
    drop(registry);
    let printed = before + "Fetching | " + &terminal.exp_eof().expect("the end");
    assert!(!printed.contains("\u{1b}[?25l"), "the cursor was hidden: {printed}");
    let left = left_on_the_screen(&printed);
    assert!(left.contains("error: cargo could not fetch what Cargo.lock names"), "{left}");
    assert!(!left.contains("Fetching | "), "{left}");
}

#[test]
fn nobody_else_is_shown_a_bar() {
    for (arguments, variable) in [(&["--quiet"][..], "X"), (&["--format", "json"], "X"), (&[], "CI")] {
        let (scene, registry) = shop_of_a_silent_registry();
        let mut command = scene.command(PROGRAM);
        command.env_remove("CI").env("TERM", "xterm").arg("build").args(arguments).env(variable, "1");
        let mut terminal = spawn_command(command, Some(60_000)).expect("a terminal");
        // It calls while it fetches; then it has long been more than half a second that nothing came.
        let call = registry.accept().expect("a call");
        std::thread::sleep(std::time::Duration::from_millis(1500));
        drop((call, registry));
        let printed = terminal.exp_eof().expect("the end");
        assert!(printed.contains("could not fetch"), "{arguments:?}: {printed}");
        assert!(!printed.contains("\u{1b}[2K"), "{arguments:?}: {printed}");
    }
}

#[test]
fn an_interrupt_while_a_bar_stands_ends_the_program_and_hides_no_cursor() {
    let (scene, _registry) = shop_of_a_silent_registry();
    let mut terminal = at_terminal(&scene, &[]);
    let before = terminal.exp_string("Fetching | ").expect("a bar");
    terminal.send_control('c').expect("an interrupt");
    let printed = before + &terminal.exp_eof().expect("the end");
    assert!(!printed.contains("\u{1b}[?25l"), "{printed}");
    let status = format!("{:?}", terminal.process().wait());
    assert!(status.contains("SIGINT"), "{status}");
}

#[test]
fn an_interrupt_while_cargo_compiles_leaves_nothing_of_its_bar_before_the_error() {
    let scene = shop();
    scene.write("build.rs", "fn main() { std::thread::sleep(std::time::Duration::from_secs(600)) }");
    commit(&scene, "slow");
    // A terminal without columns, as the harness opens it, has no bar of cargo's.
    let mut command = scene.command("sh");
    command.env_remove("CI").env("TERM", "xterm");
    command.args(["-c", &format!("stty cols 80; exec {PROGRAM} build --color never")]);
    let mut terminal = spawn_command(command, Some(60_000)).expect("a terminal");
    let before = terminal.exp_string("Building [").expect("cargo's bar");
    terminal.send_control('c').expect("an interrupt");
    let printed = before + &terminal.exp_eof().expect("the end");
    assert!(printed.contains("\r\u{1b}[Kerror: stopped by SIGINT"), "cargo's bar stands behind the error: {printed}");
    let status = format!("{:?}", terminal.process().wait());
    assert!(status.contains("130"), "{status}");
}
