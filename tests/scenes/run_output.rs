//! Scenes of what `run` makes of what processes say. Most are named after how another runner fails.

use super::ledger::release;
use super::running::{Ended, PATIENCE, Running, lives, wait_until};
use super::scene::{PROGRAM, Scene, clock_length, without_clock};
use rustix::process::Signal;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Instant;

fn run(twelve_toml: &str, arguments: &[&str]) -> Ended {
    let scene = Scene::new();
    release(&scene, twelve_toml);
    Running::start(&scene, arguments).end()
}

/// A process type that runs this script.
fn script(name: &str, script: &str) -> String {
    format!("[processes.{name}]\ncommand = '''sh -c '{script}' '''\n")
}

#[test]
fn both_streams_are_one_and_stderr_stands_apart_where_asked() {
    let both = "[processes.web]\ncommand = \"shop both\"\n";
    let joined = run(both, &[]).text();
    assert!(joined.contains("web.1 | to stdout\n") && joined.contains("web.1 | to stderr\n"), "{joined}");
    let apart = run(both, &["--stderr", "apart"]);
    assert_eq!(apart.text(), "web.1 | to stdout\n");
    assert!(apart.stderr.contains("web.1 | to stderr\n"), "{}", apart.stderr);
}

#[test]
fn a_line_begins_with_the_time_of_its_place_and_its_process() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop both\"\n[processes.worker]\ncommand = \"sleep 60\"\n");
    let clock = |zone: &str| {
        let mut command = scene.command(PROGRAM);
        command.args(["run", "--release-id", "shop@v1"]).env("TZ", zone);
        let output = command.output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let line = text.lines().find(|line| line.ends_with("to stdout")).expect("a line").to_owned();
        assert_eq!(line.get(clock_length(line.as_bytes())..), Some("web.1    | to stdout"), "{line}");
        line[..5].to_owned()
    };
    // Half an hour and five hours east, as POSIX writes it; the minute may change between two runs.
    let apart = (0..3).any(|_| {
        let minutes = |clock: String| {
            clock[..2].parse::<i32>().expect("hours") * 60 + clock[3..].parse::<i32>().expect("minutes")
        };
        (minutes(clock("XXX-05:30")) - minutes(clock("UTC"))).rem_euclid(24 * 60) == 330
    });
    assert!(apart, "TZ is heeded");
}

#[test]
fn raw_lines_come_as_they_are() {
    assert_eq!(run("[processes.web]\ncommand = \"shop arguments a b\"\n", &["--log-format", "raw"]).text(), "a|b\n");
}

#[test]
fn with_json_every_line_is_an_event_among_those_of_the_supervisor() {
    let ended = run("[processes.web]\ncommand = \"shop both\"\n", &["--log-format", "json"]);
    let events: Vec<serde_json::Value> =
        ended.text().lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().expect("a name")).collect();
    let warned = usize::from(names[0] == "warning");
    assert_eq!(names[warned..warned + 2], ["running", "started"], "{names:?}");
    assert_eq!(names[names.len() - 3..], ["exited", "stopping", "stopped"], "{names:?}");
    let line = events.iter().find(|event| event["stream"] == "stderr").expect("a line of stderr");
    assert_eq!(
        (&line["event"], &line["process"], &line["text"]),
        (&"line".into(), &"web.1".into(), &"to stderr".into())
    );
    assert!(line["time"].as_str().expect("a time").ends_with('Z'));
    assert_eq!(events[names.len() - 1]["code"], 0);
}

#[test]
fn a_line_of_10_mb_is_whole_and_so_is_what_follows() {
    let ended = run("[processes.web]\ncommand = \"shop long 10000000\"\n", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.len(), "web.1 | \nweb.1 | after\n".len() + 10_000_000);
    assert!(ended.stdout.ends_with(b"z\nweb.1 | after\n"));
}

#[test]
fn any_bytes_survive_and_a_last_line_without_a_newline_gets_one() {
    let ended = run("[processes.web]\ncommand = \"shop bytes\"\n", &[]);
    assert_eq!(ended.stdout, b"web.1 | \xff\xfe\0\x1b[31m\r\nweb.1 | no newline\n");
}

#[test]
fn of_many_writers_no_line_is_lost_split_or_merged() {
    const LINES: usize = 20_000;
    let types: String =
        (0..8).map(|index| format!("[processes.w{index}]\ncommand = \"shop numbered {LINES} w{index} 8\"\n")).collect();
    let ended = run(&types, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let text = ended.text();
    let mut next = [0; 8];
    for line in text.lines() {
        let (process, rest) = line.split_once(".1 | ").expect(line);
        let index: usize = process.strip_prefix('w').and_then(|digit| digit.parse().ok()).expect(line);
        let number = next[index];
        assert_eq!(rest, format!("{process} {number} {}", "y".repeat(number % 97)));
        next[index] += 1;
    }
    assert_eq!(next, [LINES; 8]);
}

#[test]
fn a_first_line_is_not_kept_back() {
    let scene = Scene::new();
    release(&scene, &script("web", "echo first; exec sleep 60"));
    let running = Running::start(&scene, &[]);
    running.wait_for("web.1 | first\n");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_reader_that_goes_away_stops_the_formation_and_leaves_no_orphan() {
    let scene = Scene::new();
    release(&scene, &script("web", "echo $$; while :; do echo more; sleep 0.01; done"));
    let mut command = scene.command(PROGRAM);
    command.args(["run", "--release-id", "shop@v1"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    reader.read_line(&mut first).expect("a line");
    let pid: u32 = first.trim().rsplit(" | ").next().and_then(|pid| pid.parse().ok()).expect("a pid");
    drop(reader);
    let status = wait_until("its end", || child.try_wait().expect("it can be waited for"));
    assert_eq!(status.code(), Some(74));
    assert!(!lives(pid));
}

#[test]
fn a_reader_that_goes_away_is_noticed_though_nothing_is_said() {
    let scene = Scene::new();
    release(&scene, &script("web", "echo up; exec sleep 600"));
    let mut command = scene.command(PROGRAM);
    command.args(["run", "--release-id", "shop@v1"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    reader.read_line(&mut String::new()).expect("a line");
    drop(reader);
    assert_eq!(wait_until("its end", || child.try_wait().expect("it can be waited for")).code(), Some(74));
}

#[test]
fn with_nobody_reading_sigterm_still_stops() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop lines 100000000 100\"\n");
    let mut command = scene.command(PROGRAM);
    // One pipe for both, as containers and CI jobs have it: the supervisor's own words must not block it either.
    command.args(["run", "--release-id", "shop@v1"]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    command.stdout(writer.try_clone().expect("a copy")).stderr(writer);
    let mut child = command.spawn().expect("it starts");
    drop(command);
    // Until the pipe is full, and the queue behind it.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let start = Instant::now();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).expect("it lives");
    let status = wait_until("its end", || child.try_wait().expect("it can be waited for"));
    assert!(start.elapsed() < PATIENCE / 4, "it took {:?}", start.elapsed());
    assert_eq!(status.code(), Some(0));
    drop(reader);
}

#[test]
fn what_the_supervisor_says_does_not_fall_into_a_line() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop lines 12000 100\"\n");
    // The process ends while the pipe is full, and in the middle of a line.
    let command_line = format!("{PROGRAM} run --release-id shop@v1 2>&1 | (sleep 0.5; cat)");
    let outcome = scene.outcome(scene.command("sh").args(["-c", &command_line]));
    let line = format!("web.1 | {}", "x".repeat(99));
    assert_eq!(outcome.stdout.lines().filter(|one| *one == line).count(), 12_000);
    let others: Vec<&str> = outcome.stdout.lines().filter(|one| *one != line).collect();
    assert!(others.iter().all(|one| !one.contains("xxx")), "{others:?}");
}

#[test]
fn output_goes_to_a_file_behind_what_stands_there() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop arguments a\"\n");
    scene.write("log", "before\n");
    let command_line = format!("{PROGRAM} run --release-id shop@v1 >>log 2>/dev/null");
    assert_eq!(scene.outcome(scene.command("sh").args(["-c", &command_line])).code, Some(0));
    let log = std::fs::read(scene.path().join("log")).expect("a file");
    assert_eq!(without_clock(&log), b"before\nweb.1 | a\n");
}

#[test]
fn the_last_lines_before_an_end_are_never_lost() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop lines 3000 40\"\n");
    for round in 0..12 {
        let ended = Running::start(&scene, &[]).end();
        assert_eq!(ended.text().lines().count(), 3000, "round {round}");
    }
}

#[test]
fn no_colour_is_written_where_no_terminal_is() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop arguments a\"\n");
    let coloured = || {
        let mut command = scene.command(PROGRAM);
        command.args(["run", "--release-id", "shop@v1"]);
        command.env_remove("NO_COLOR").env_remove("CI").env("TERM", "xterm-256color");
        command
    };
    let output = coloured().output().expect("it runs");
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "{output:?}");
    let mut session = rexpect::session::spawn_command(coloured(), Some(60_000)).expect("a terminal");
    let shown = session.exp_eof().expect("its end");
    let line = shown.lines().find(|line| line.ends_with(" a")).expect("a line");
    assert!(line.starts_with("\u{1b}[36m") && line.contains("web.1 |\u{1b}[0m a"), "{line:?}");
}

/// The most memory that a process ever had, in KiB.
fn peak(pid: rustix::process::Pid) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_pid())).expect("it lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn memory_is_bounded_when_nobody_reads_and_when_no_line_ends() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop lines 100000000 100\"\ncount = 0\n\
         [processes.endless]\ncommand = '''sh -c 'head -c 200000000 /dev/zero; echo; echo end; exec sleep 60' '''\ncount = 0\n",
    );
    let mut command = scene.command(PROGRAM);
    command.args(["run", "--release-id", "shop@v1", "web=4"]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    command.stdout(writer).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    drop(command);
    std::thread::sleep(std::time::Duration::from_millis(500));
    let unread = peak(rustix::process::Pid::from_child(&child));
    drop(reader);
    assert_eq!(wait_until("its end", || child.try_wait().expect("it can be waited for")).code(), Some(74));
    let running = Running::start(&scene, &["endless"]);
    running.wait_for("endless.1 | end\n");
    let endless = peak(running.pid());
    running.stop();
    // A line is kept up to 16 MiB, once as it comes and once as it leaves.
    assert!(unread < 64 << 10 && endless < 128 << 10, "{unread} KiB unread, {endless} KiB without a newline");
    eprintln!("{unread} KiB unread, {endless} KiB without a newline");
}

#[test]
fn a_line_at_a_terminal_neither_clears_it_nor_colours_what_comes_after() {
    let scene = Scene::new();
    let says = script("web", r#"printf "\033[41mred\nold\rnew\033[2J\n""#);
    release(&scene, &says);
    let said = |arguments: &str| {
        let shown = format!("{PROGRAM} run --release-id shop@v1 --user root {arguments}");
        scene.outcome(scene.command("script").args(["-qec", &shown, "/dev/null"]).env("TERM", "xterm")).stdout
    };
    let shown = said("--color never");
    assert!(shown.contains("web.1 | \u{1b}[41mred\u{1b}[0m\r\n"), "{shown:?}");
    assert!(shown.contains("web.1 | old\\rnew\\u{1b}[2J\r\n"), "{shown:?}");
    assert!(said("--log-format raw").contains("\nold\rnew\u{1b}[2J\r\n"), "who asks for lines as they came gets them");
    let piped = run(&says, &[]).text();
    assert!(piped.contains("web.1 | \u{1b}[41mred\n") && piped.contains("old\rnew\u{1b}[2J\n"), "{piped:?}");
}
