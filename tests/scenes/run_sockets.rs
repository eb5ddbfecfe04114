//! Scenes of listening sockets that processes are handed.

use super::ledger::release;
use super::running::{Running, free_port, wait_until};
use super::scene::{PROGRAM, Scene};
use command_fds::{CommandFdExt, FdMapping};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

/// Asks once; the answer is who has answered.
fn ask(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.set_read_timeout(Some(super::running::PATIENCE)).expect("a timeout");
    stream.write_all(b"hello\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.ends_with('\n'), "{answer:?}");
    answer
}

/// The program as a process manager starts it: with a listening socket at descriptor 3, and its own id in LISTEN_PID.
fn given(scene: &Scene, listener: &TcpListener, arguments: &[&str]) -> Command {
    let mut command = scene.command("sh");
    command.args(["-c", "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http exec \"$@\"", "sh", PROGRAM]);
    command.args(["run", "--release-id", "shop@v1"]).args(arguments);
    let parent_fd = listener.try_clone().expect("a copy").into();
    command.fd_mappings(vec![FdMapping { parent_fd, child_fd: 3 }]).expect("one mapping");
    command
}

#[test]
fn a_restart_under_own_sockets_loses_no_connection() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop listen 4\"\nport = true\nrestart = \"always\"\n");
    let port = free_port();
    let running = Running::start(&scene, &["--own-sockets", "--port", &port.to_string()]);
    running.wait_for("web.1 | sockets=1 names=web.1\n");
    // Several at once, so that some wait while no process lives.
    let answers: Vec<String> = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..3).map(|_| ask(port)).collect::<Vec<_>>())).collect();
        askers.into_iter().flat_map(|asker| asker.join().expect("all are answered")).collect()
    });
    assert_eq!(answers.len(), 12);
    assert_eq!(answers.into_iter().collect::<BTreeSet<_>>().len(), 3, "three processes have answered four each");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn each_process_has_its_own_socket_and_who_has_no_port_has_none() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop listen 9\"\nport = true\ncount = 2\n\
         [processes.worker]\ncommand = '''sh -c 'echo fds=$LISTEN_FDS; exec sleep 60' '''\n",
    );
    let is_free = |port: &u16| TcpListener::bind(("0.0.0.0", port + 1)).is_ok();
    let port = wait_until("two free ports in a row", || Some(free_port()).filter(is_free));
    let running = Running::start(&scene, &["--own-sockets", "--port", &port.to_string()]);
    running.wait_for("web.1    | sockets=1 names=web.1\n");
    running.wait_for("web.2    | sockets=1 names=web.2\n");
    running.wait_for("worker.1 | fds=\n");
    assert_ne!(ask(port), ask(port + 1));
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_port_that_is_taken_is_named_under_own_sockets_too() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop listen 1\"\nport = true\n");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("an address").port().to_string();
    let ended = Running::start(&scene, &["--own-sockets", "--port", &port]).end();
    assert_eq!((ended.code, ended.text()), (Some(69), String::new()), "{}", ended.stderr);
    assert!(ended.stderr.contains(&format!("port {port} of `web.1` is in use by")), "{}", ended.stderr);
}

#[test]
fn sockets_that_the_supervisor_was_given_are_passed_on_to_those_with_a_port() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop listen 9\"\nport = true\ncount = 2\n\
         [processes.worker]\ncommand = '''sh -c 'echo fds=$LISTEN_FDS; exec sleep 60' '''\n",
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    // Its own port is not taken by somebody else, though somebody listens on it.
    let running = Running::of(given(&scene, &listener, &["--port", &port.to_string()]));
    running.wait_for("web.1    | sockets=1 names=http\n");
    running.wait_for("web.2    | sockets=1 names=http\n");
    running.wait_for("worker.1 | fds=\n");
    ask(port);
    assert_eq!(running.stop().code, Some(0));
    // It is still the giver's, who can start us again.
    let again = Running::of(given(&scene, &listener, &["--port", &port.to_string()]));
    ask(port);
    assert_eq!(again.stop().code, Some(0));
}

#[test]
fn given_and_own_sockets_stand_in_one_row() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop listen 9\"\nport = true\n");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let running = Running::of(given(&scene, &listener, &["--own-sockets", "--port", &free_port().to_string()]));
    running.wait_for("web.1 | sockets=2 names=http:web.1\n");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn the_process_that_we_become_has_the_sockets_that_we_were_given() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop listen 1\"\nport = true\n");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    let running = Running::of(given(&scene, &listener, &["--port", &port.to_string(), "--exec", "web"]));
    let pid = running.pid().as_raw_pid();
    assert_eq!(ask(port), format!("{pid}\n"));
    let ended = running.end();
    assert_eq!((ended.code, ended.text().as_str()), (Some(0), "sockets=1 names=http\n"), "{}", ended.stderr);
}

#[test]
fn no_descriptor_of_whoever_started_us_reaches_a_process() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = '''sh -c 'echo /proc/self/fd/*' '''\n");
    for more in ["", "--exec web"] {
        let line = format!("exec 7</dev/null; exec {PROGRAM} run --release-id shop@v1 {more}");
        let mut command = scene.command("sh");
        command.args(["-c", &line]);
        let said = Running::of(command).end().text();
        let numbers: Vec<&str> =
            said.split_whitespace().filter_map(|word| word.strip_prefix("/proc/self/fd/")).collect();
        assert!(!numbers.contains(&"7"), "{said}");
        if more.is_empty() {
            // The last is the shell's own, which reads the folder.
            assert_eq!(numbers, ["0", "1", "2", "3"], "{said}");
        }
    }
}

#[test]
fn without_sockets_nothing_stands_between_us_and_a_process() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c 'tr \"\\\\0\" \" \" </proc/$$/cmdline; echo; echo $PPID; exec sleep 60' '''\n",
    );
    let running = Running::start(&scene, &[]);
    let parent = format!("web.1 | {}\n", running.pid().as_raw_pid());
    wait_until("its parent", || running.said().contains(&parent).then_some(()));
    running.stop();
}
