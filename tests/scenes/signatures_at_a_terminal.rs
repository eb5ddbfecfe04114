//! Scenes of a key with a passphrase at a terminal: the person there is asked, without an echo.

use super::ledger::release;
use super::scene::{PROGRAM, Scene};
use rexpect::process::WaitStatus;

/// Signs at a terminal with a locked key, typing this; gives all that the terminal showed, and the code.
fn sign(scene: &Scene, typed: &str) -> (String, i32) {
    let mut command = scene.command(PROGRAM);
    command.env_remove("CI").env("TERM", "xterm").args(["sign", "shop@v1", "--key", "locked"]);
    let mut session = rexpect::session::spawn_command(command, Some(60_000)).expect("a terminal");
    let before = session.exp_string("Passphrase of `locked`").expect("it asks");
    session.send_line(typed).expect("sent");
    let after = session.exp_eof().expect("its end");
    let WaitStatus::Exited(_, code) = session.process().wait().expect("it ends") else { panic!("a signal") };
    (before + &after, code)
}

fn make_locked_key(scene: &Scene) {
    let mut keygen = scene.command("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-a", "1", "-N", "correct horse", "-f", "locked"]);
    assert_eq!(scene.outcome(&mut keygen).code, Some(0));
}

#[test]
fn a_passphrase_is_asked_for_and_neither_it_nor_a_wrong_one_is_shown() {
    let scene = Scene::new();
    let released = release(&scene, "[processes.web]\ncommand = \"shop\"\n");
    make_locked_key(&scene);
    let signature = released.record.with_extension("json.sig");
    let (shown, code) = sign(&scene, "battery staple");
    assert_eq!(code, 77, "{shown}");
    assert!(shown.contains("the passphrase does not open the key") && shown.contains("type it again"), "{shown}");
    assert!(!shown.contains("battery") && !signature.exists(), "{shown}");
    let (shown, code) = sign(&scene, "correct horse");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Signed") && !shown.contains("horse"), "{shown}");
    assert!(signature.exists());
}

#[test]
fn an_interrupt_while_a_passphrase_is_asked_for_gives_the_terminal_its_echo_back() {
    let scene = Scene::new();
    let released = release(&scene, "[processes.web]\ncommand = \"shop\"\n");
    make_locked_key(&scene);
    let mut command = scene.command("sh");
    let script =
        format!("trap : INT; stty -g > before; {PROGRAM} sign shop@v1 --key locked; echo $? > code; stty -g > after");
    command.env_remove("CI").env("TERM", "xterm").args(["-c", &script]);
    let mut session = rexpect::session::spawn_command(command, Some(60_000)).expect("a terminal");
    session.exp_string("Passphrase of `locked`").expect("it asks");
    // The question stands before the echo is off.
    std::thread::sleep(std::time::Duration::from_millis(300));
    session.send_control('c').expect("an interrupt");
    session.exp_eof().expect("its end");
    let read = |file: &str| std::fs::read_to_string(scene.path().join(file)).expect("a file");
    assert_eq!(read("code"), "130\n");
    assert_eq!(read("after"), read("before"), "the terminal is not as it was");
    assert!(!released.record.with_extension("json.sig").exists());
}
