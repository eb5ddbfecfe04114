//! Scenes of `env export`: each form is given to its real reader, which must give back the very bytes.

use super::booted::{Booted, installed};
use super::scene::{PROGRAM, Scene};
use cargo_twelve::config::quote;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What readers trip over. Control characters are for those forms that hold them.
const AWKWARD: [&str; 22] = [
    "plain",
    "",
    "  padded\t ",
    "it's \"quoted\"",
    "'",
    "\"",
    "\\",
    "ends with \\",
    "a\\nb \\$ \\\\ \\\"",
    "pa$$word ${HOME} $(id) `id`",
    "# hash # more",
    "a=b&c=d;e|f<g>h(i)!",
    "~/x:~y *.txt [a-z] {a,b}",
    "%n %% {{x}} ${{x}}",
    "line one\nline two\n\nlast\n",
    "\ttab\there",
    "grüße “hi” 你好 😀",
    "no\u{a0}break \u{2028} \u{feff}mark",
    "- yaml: [no, {}]",
    "true",
    "0123",
    "-----BEGIN KEY-----\nMIIB+a/b==\n-----END KEY-----",
];

fn app(values: &[&str]) -> (Scene, BTreeMap<String, String>) {
    let scene = Scene::new();
    let names: BTreeMap<String, String> =
        values.iter().enumerate().map(|(index, value)| (format!("VALUE_{index}"), (*value).to_owned())).collect();
    let declared: String = names
        .keys()
        .map(|name| format!("[config.vars.{name}]\ntype = \"string\"\nsecret = true\nallow-empty = true\n"))
        .collect();
    scene.write("twelve.toml", format!("[app]\nname = \"shop\"\n[processes.web]\ncommand = \"shop\"\n{declared}"));
    let entry = |(name, value): (&String, &String)| format!("{name}={}\n", quote(value).expect("it can be written"));
    scene.write("prod.env", names.iter().map(entry).collect::<String>());
    (scene, names)
}

/// Those values that a target takes, exported to a file.
fn exported(target: &str, takes: impl Fn(&str) -> bool) -> (Scene, BTreeMap<String, String>, PathBuf) {
    let values: Vec<&str> = AWKWARD.into_iter().filter(|value| takes(value)).collect();
    let (scene, names) = app(&values);
    let outcome = scene.twelve(["env", "export", "--to", target, "--env-file", "prod.env", "--output", "out"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let path = scene.path().join("out");
    assert_eq!(std::fs::metadata(&path).expect("written").permissions().mode() & 0o777, 0o600);
    (scene, names, path)
}

/// Of `NAME=value` strings that end in NUL, those of ours.
fn ours(bytes: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let pairs = text.split_terminator('\0').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| name.starts_with("VALUE_")).map(|(name, value)| (name.into(), value.into())).collect()
}

#[test]
fn shells_read_back_what_was_exported_to_them() {
    let (scene, names, path) = exported("sh", |_| true);
    for shell in ["sh", "dash", "bash"] {
        if !installed(shell) {
            continue;
        }
        let mut command = scene.command(shell);
        let output = command.arg("-c").arg(format!(". '{}' && env -0", path.display())).output().expect("it starts");
        assert_eq!(ours(&output.stdout), names, "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn yaml_reads_back_what_was_exported_to_compose_and_kubernetes() {
    if !installed("python3") {
        return;
    }
    for (target, path_to_values) in
        [("compose", "['services']['web']['environment']"), ("k8s-secret", "['stringData']")]
    {
        let (scene, names, path) = exported(target, |_| true);
        let script = format!(
            "import yaml,json,sys\nprint(json.dumps(yaml.safe_load(open('{}',encoding='utf-8')){path_to_values}))",
            path.display()
        );
        let outcome = scene.outcome(
            scene.command("python3").env("HOME", std::env::var_os("HOME").unwrap_or_default()).arg("-c").arg(script),
        );
        if outcome.stderr.contains("No module named") {
            eprintln!("SKIPPED: this machine's python3 has no yaml");
            return;
        }
        let read: BTreeMap<String, String> = serde_json::from_str(&outcome.stdout).expect(&outcome.stderr);
        // Compose puts `$` in the place of `$$`, in every value (the Compose specification, "Interpolation").
        let undoubled = |value: String| if target == "compose" { value.replace("$$", "$") } else { value };
        let read: BTreeMap<String, String> = read.into_iter().map(|(name, value)| (name, undoubled(value))).collect();
        assert_eq!(read, names, "{target}");
    }
}

#[test]
fn docker_reads_back_what_was_exported_to_it() {
    if !installed("docker") {
        return;
    }
    let (scene, names, path) = exported("docker", |value| !value.contains('\n'));
    // The client itself reads the file; what it would send to its daemon is what it has read.
    let daemon = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let place = format!("tcp://{}", daemon.local_addr().expect("an address"));
    let asked = std::thread::spawn(move || created_with(&daemon));
    let mut command = scene.command("docker");
    command.env("DOCKER_HOST", place).args(["create", "--env-file"]).arg(&path).args(["image", "true"]);
    let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it starts");
    let document: serde_json::Value = serde_json::from_slice(&asked.join().expect("an answer")).expect("JSON");
    let variables = document["Env"].as_array().expect("variables").iter().filter_map(|one| one.as_str());
    let read: String = variables.map(|one| format!("{one}\0")).collect();
    assert_eq!(ours(read.as_bytes()), names);
}

/// The body of the request that would create a container.
fn created_with(daemon: &TcpListener) -> Vec<u8> {
    loop {
        let (mut stream, _) = daemon.accept().expect("a client");
        while let Some((head, body)) = request(&mut stream) {
            let ping = head.contains("/_ping");
            let answer = if ping { "" } else { "{\"message\":\"enough\"}" };
            let status = if ping { "200 OK" } else { "500 Enough" };
            let length = answer.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{answer}"
            );
            if head.contains("/containers/create") {
                return body;
            }
        }
    }
}

fn request(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    let head = String::from_utf8(head).expect("text");
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

#[test]
fn a_booted_systemd_reads_back_what_was_exported_to_it() {
    let (scene, names, path) = exported("systemd", |_| true);
    scene.write(
        "shop.service",
        "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nEnvironmentFile=/srv/shop.env\n\
         ExecStart=/usr/bin/env -0\nStandardOutput=file:/srv/out/env\n",
    );
    scene.write("said/log", "");
    let work = scene.path();
    let (unit, said) = (work.join("shop.service"), work.join("said"));
    let binds = [(&*unit, "/etc/systemd/system/shop.service"), (&*path, "/srv/shop.env"), (&*said, "/srv/out")];
    let Some(booted) = Booted::start(&scene, &binds) else { return };
    booted.says(&["systemctl", "start", "shop"]);
    assert_eq!(ours(&std::fs::read(said.join("env")).unwrap_or_default()), names);
}

#[test]
fn what_a_target_cannot_carry_is_refused_by_name_and_nothing_is_written() {
    for (target, value, why) in [
        ("docker", "hunter2\ntwo", "`VALUE_0` spans lines"),
        ("systemd", "hunter2\u{1b}[31m", "`VALUE_0` has a control character"),
    ] {
        let (scene, _) = app(&[value, "fine"]);
        let outcome = scene.twelve(["env", "export", "--to", target, "--env-file", "prod.env", "--output", "out"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(65), ""), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(why) && !outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("VALUE_1"), "{}", outcome.stderr);
        assert!(!scene.path().join("out").exists());
    }
}

#[test]
fn an_export_overwrites_nothing_and_is_not_shown_to_a_log_of_json() {
    let (scene, _) = app(&["hunter2"]);
    scene.write("out", "mine");
    let arguments = ["env", "export", "--to", "sh", "--env-file", "prod.env"];
    let refused = scene.outcome(scene.command(PROGRAM).args(arguments).args(["--output", "out"]));
    assert_eq!(refused.code, Some(73), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(Path::new(&scene.path()).join("out")).expect("there"), "mine");
    let refused = scene.outcome(scene.command(PROGRAM).args(arguments).args(["--format", "json"]));
    assert_eq!(refused.code, Some(2));
    assert!(!refused.page().contains("hunter2"));
    let piped = scene.outcome(scene.command(PROGRAM).args(arguments));
    assert_eq!((piped.code, piped.stdout.as_str()), (Some(0), "export VALUE_0='hunter2'\n"));
}
