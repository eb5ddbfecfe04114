//! Scenes of `admin` at a terminal: it is the process's own, as if nobody stood between.

use super::ledger::release;
use super::scene::{PROGRAM, Scene};
use rexpect::process::WaitStatus;
use rexpect::session::PtySession;
use rustix::termios::{Winsize, tcsetwinsize};

fn at_a_terminal(scene: &Scene, arguments: &[&str]) -> PtySession {
    release(scene, "[processes.web]\ncommand = \"shop serve\"\n[sandbox]\nwritable = []\n");
    let mut command = scene.command(PROGRAM);
    command.args(["admin", "--release-id", "shop@v1"]).args(arguments).env("PS1", "> ");
    rexpect::session::spawn_command(command, Some(60_000)).expect("a terminal")
}

fn code(session: &PtySession) -> i32 {
    match session.process().wait().expect("it ends") {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_repl_works_and_ctrl_c_interrupts_what_it_runs_and_not_it() {
    let scene = Scene::new();
    let mut session = at_a_terminal(&scene, &["--", "sh", "-i"]);
    session.send_line("echo $((6*7)) $PROCESS").expect("sent");
    session.exp_string("42 admin.sh").expect("an answer");
    // What the terminal echoes of the line is not what it prints.
    session.send_line("echo begin=$((1+1)); sleep 600; echo end=$((1+1))").expect("sent");
    session.exp_string("begin=2").expect("it runs");
    session.send_control('c').expect("sent");
    session.send_line("echo still=$((1+1))").expect("sent");
    let before = session.exp_string("still=2").expect("the shell lives");
    assert!(!before.contains("end=2"), "the rest of the line was interrupted: {before}");
    session.send_line("exit 3").expect("sent");
    session.exp_eof().expect("its end");
    assert_eq!(code(&session), 3);
}

#[test]
fn the_size_of_the_window_is_its_own_also_when_it_changes() {
    let scene = Scene::new();
    let script = "trap 'echo size $(stty size)' WINCH; echo ready; while :; do sleep 0.01; done";
    let mut session = at_a_terminal(&scene, &["--", "sh", "-c", script]);
    session.exp_string("ready").expect("it runs");
    let terminal = session.process().get_file_handle().expect("the terminal");
    for (rows, columns) in [(33, 77), (50, 132)] {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).expect("resized");
        session.exp_string(&format!("size {rows} {columns}")).expect("it knows");
    }
    session.send_control('c').expect("sent");
    session.exp_eof().expect("its end");
    assert_eq!(code(&session), 130);
}

#[test]
fn it_may_ask_the_terminal_for_a_password_from_within_the_sandbox() {
    let scene = Scene::new();
    let script = "stty -echo </dev/tty && printf 'password: ' >/dev/tty && read word </dev/tty; stty echo </dev/tty; \
                  echo; echo ${#word} letters; touch here 2>/dev/null || echo kept";
    let mut session = at_a_terminal(&scene, &["--sandbox=require", "--", "sh", "-c", script]);
    session.exp_string("password: ").expect("it asks");
    session.send_line("secret").expect("sent");
    let shown = session.exp_string("6 letters").expect("it has read");
    assert!(!shown.contains("secret"), "{shown}");
    session.exp_string("kept").expect("the tree is out of its reach");
    session.exp_eof().expect("its end");
}

#[test]
fn ctrl_z_stops_it_and_it_goes_on_in_the_foreground() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop serve\"\n");
    let mut command = scene.command("sh");
    command.arg("-i").env("PS1", "> ");
    let mut session = rexpect::session::spawn_command(command, Some(60_000)).expect("a terminal");
    let line = format!("{PROGRAM} admin --release-id shop@v1 -- sh -c 'echo re''ady; read line; echo got $line'");
    session.send_line(&line).expect("sent");
    session.exp_string("ready").expect("it runs");
    session.send_control('z').expect("sent");
    session.exp_string("Stopped").expect("the shell has the terminal back");
    session.send_line("fg").expect("sent");
    session.send_line("a line").expect("sent");
    session.exp_string("got a line").expect("it goes on");
    session.send_line("exit").expect("sent");
    session.exp_eof().expect("its end");
}
