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

#[test]
fn a_passphrase_is_asked_for_and_neither_it_nor_a_wrong_one_is_shown() {
    let scene = Scene::new();
    let released = release(&scene, "[processes.web]\ncommand = \"shop\"\n");
    let mut keygen = scene.command("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-a", "1", "-N", "correct horse", "-f", "locked"]);
    assert_eq!(scene.outcome(&mut keygen).code, Some(0));
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
