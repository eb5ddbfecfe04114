//! `new` where a person sits at the terminal, and where it only looks so.

use crate::scene::{PROGRAM, Scene};
use rexpect::session::{PtySession, spawn_command};
use std::fs;

/// Starts a command in a terminal of its own, with a minute for every answer.
fn at_terminal(scene: &Scene, program: &str, arguments: &[&str]) -> PtySession {
    let mut command = scene.command(program);
    command.env_remove("CI").env("TERM", "xterm").args(arguments);
    spawn_command(command, Some(60_000)).expect("a terminal")
}

fn read(scene: &Scene, path: &str) -> String {
    fs::read_to_string(scene.path().join(path)).expect("a file")
}

#[test]
fn asks_what_was_not_said_and_offers_the_default() {
    let scene = Scene::new();
    let mut terminal =
        at_terminal(&scene, PROGRAM, &["new", "shop", "--set", "opentelemetry=no", "--set", "dockerfile=no"]);
    terminal.exp_string("What the service does, in one line [A web service]:").expect("the first question");
    terminal.send_line("Sells \"everything\"").expect("an answer");
    terminal.exp_string("[5000]:").expect("the second question");
    terminal.send_line("none").expect("a wrong answer");
    terminal.exp_string("it is a port, 1 to 65535").expect("why it is wrong");
    terminal.exp_string("[5000]:").expect("the same question");
    terminal.send_line("").expect("the default");
    terminal.exp_string("(true, false) [false]:").expect("the third question");
    terminal.send_line("y").expect("an answer");
    terminal.exp_string("[none]:").expect("the fourth question");
    terminal.send_line("MIT").expect("an answer");
    // This one is asked since there is a licence, and its default uses the name.
    terminal.exp_string("Who holds the copyright [The shop authors]:").expect("the fifth question");
    terminal.send_line("").expect("the default");
    terminal.exp_string("Committed").expect("the first commit");
    terminal.exp_eof().expect("the end");
    assert!(read(&scene, "shop/README.md").contains("Sells \"everything\""));
    assert!(read(&scene, "shop/.env.example").contains("PORT=5000"));
    assert_eq!(read(&scene, "shop/Procfile"), "web: target/release/shop serve\n");
    assert!(read(&scene, "shop/LICENSE-MIT").contains("Copyright (c) The shop authors"));
}

#[test]
fn a_question_that_the_terminal_would_wrap_is_told_on_a_line_of_its_own() {
    let scene = Scene::new();
    let arguments = ["new", "shop", "--set", "opentelemetry=no", "--set", "procfile=no", "--set", "license=none"];
    let mut terminal = at_terminal(&scene, PROGRAM, &arguments);
    terminal.exp_string("[A web service]:").expect("the first question");
    terminal.send_line("").expect("the default");
    terminal.exp_string("[5000]:").expect("the second question");
    terminal.send_line("").expect("the default");
    terminal.exp_string("made\r\ndockerfile (true, false) [false]: ").expect("a question and a short prompt");
    terminal.send_line("").expect("the default");
    terminal.exp_string("Committed").expect("the first commit");
    terminal.exp_eof().expect("the end");
}

#[test]
fn asks_for_a_name_where_the_folder_has_none_that_would_do() {
    let scene = Scene::new();
    scene.write("answers.toml", "port = 80\ndescription = 'd'\nopentelemetry = false\nprocfile = false\n");
    scene.write_home(".config/cargo-twelve/answers.toml", "dockerfile = false\nlicense = 'none'\n");
    let arguments = ["new", "My Shop", "--answers", "answers.toml"];
    let mut terminal = at_terminal(&scene, PROGRAM, &arguments);
    terminal.exp_string("The name of the service [my-shop]:").expect("the question");
    terminal.send_line("").expect("the default");
    terminal.exp_string("Committed").expect("the first commit");
    terminal.exp_eof().expect("the end");
    assert!(read(&scene, "My Shop/Cargo.toml").contains("name = \"my-shop\""));
}

#[test]
fn a_secret_is_not_shown_while_it_is_typed() {
    let scene = Scene::new();
    let manifest = "[template]\nname = \"x\"\nversion = \"1.0.0\"\ndescription = \"d\"\n\
        [[vars]]\nname = \"key\"\ntype = \"string\"\nsecret = true\nhelp = \"A \\u001b[2Jhelp\"\n";
    scene.write("t/template.toml", manifest);
    scene.write("t/a.hbs", "{{key}}");
    let mut terminal = at_terminal(&scene, PROGRAM, &["new", "shop", "--template", "./t"]);
    let before = terminal.exp_string("key").expect("the question");
    assert!(before.contains("A \\u{1b}[2Jhelp"), "{before:?}");
    terminal.send_line("hush").expect("an answer");
    let after = terminal.exp_string("Committed").expect("the first commit");
    assert!(!after.contains("hush"), "{after}");
    terminal.exp_eof().expect("the end");
    assert_eq!(read(&scene, "shop/a"), "hush");
}

#[test]
fn ctrl_c_at_a_question_leaves_nothing_behind() {
    let scene = Scene::new();
    let mut terminal = at_terminal(&scene, PROGRAM, &["new", "shop"]);
    terminal.exp_string("[A web service]:").expect("the question");
    terminal.send_control('c').expect("an interrupt");
    terminal.exp_eof().expect("the end");
    assert_eq!(fs::read_dir(scene.path()).expect("a folder").count(), 0, "nothing is left");
}

#[test]
fn asks_nobody_where_nobody_can_answer() {
    let scene = Scene::new();
    let quoted = format!("'{PROGRAM}'");
    for (path, line) in [
        ("a", format!("{quoted} new a </dev/null")),
        ("b", format!("{quoted} new b 2>/dev/null; echo Committed")),
        ("c", format!("CI=1 {quoted} new c")),
        ("d", format!("{quoted} new d --no-input")),
    ] {
        let mut terminal = at_terminal(&scene, "sh", &["-c", &line]);
        terminal.exp_string("Committed").expect("no question");
        terminal.exp_eof().expect("the end");
        assert!(read(&scene, &format!("{path}/.env.example")).contains("PORT=5000"));
    }
}
