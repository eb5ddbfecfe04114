//! Scenes of who waits outside: a process manager with a socket, a script with a descriptor.

use super::ledger::release;
use super::running::{Running, free_port, wait_until};
use super::scene::{PROGRAM, Scene};
use command_fds::{CommandFdExt, FdMapping};
use std::io::{BufRead, BufReader, Read};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::Command;
use std::time::Duration;

const WEB: &str = "[processes.web]\ncommand = \"shop serve 3\"\nport = true\nready = \"/readyz\"\n\
    [processes.worker]\ncommand = \"sleep 60\"\n";

fn run(scene: &Scene) -> Command {
    let mut command = scene.command(PROGRAM);
    command.args(["run", "--release-id", "shop@v1", "--port", &free_port().to_string()]);
    command
}

/// The messages that came by now, waiting for the next one.
fn message(socket: &UnixDatagram) -> String {
    let mut bytes = [0; 4096];
    socket.set_read_timeout(Some(super::running::PATIENCE)).expect("a timeout");
    let count = socket.recv(&mut bytes).expect("a message");
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

#[test]
fn a_process_manager_is_told_that_all_are_ready_and_that_we_stop() {
    let scene = Scene::new();
    release(&scene, WEB);
    let name = format!("twelve-scene-{}", std::process::id());
    let path = scene.path().join("notify");
    let abstract_address = SocketAddr::from_abstract_name(&name).expect("an address");
    for (socket, address) in [
        (UnixDatagram::bind(&path).expect("a socket"), path.display().to_string()),
        (UnixDatagram::bind_addr(&abstract_address).expect("a socket"), format!("@{name}")),
    ] {
        let mut command = run(&scene);
        command.env("NOTIFY_SOCKET", &address);
        let running = Running::of(command);
        assert_eq!(message(&socket), "READY=1\nSTATUS=2 processes run\n", "{address}");
        assert!(running.wait_for_event("Ready web.1").contains("Started worker.1"));
        // Not before its path has answered; what it writes of the answer may come a moment later.
        wait_until("the fourth question", || (running.said().matches("GET /readyz").count() >= 4).then_some(()));
        let ended = running.stop();
        assert_eq!(ended.text().matches("GET /readyz").count(), 4, "the fourth was answered, and none came after it");
        assert_eq!(message(&socket), "STOPPING=1\nSTATUS=SIGTERM received\n");
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }
}

#[test]
fn a_process_manager_is_told_that_we_live_where_it_wants_to_know() {
    let scene = Scene::new();
    release(&scene, "[processes.worker]\ncommand = \"sleep 60\"\n");
    let path = scene.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let mut command = run(&scene);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    let running = Running::of(command);
    let said: Vec<String> = (0..5).map(|_| message(&socket)).collect();
    assert!(said.contains(&"READY=1\nSTATUS=1 process runs\n".to_owned()), "{said:?}");
    assert_eq!(said.iter().filter(|said| *said == "WATCHDOG=1\n").count(), 4, "{said:?}");
    running.stop();
    // The watchdog of another process is none of our business.
    let mut command = run(&scene);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "1000").env("WATCHDOG_PID", "1");
    let running = Running::of(command);
    wait_until("that it is ready", || message(&socket).starts_with("READY=1").then_some(()));
    socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
    assert!(socket.recv(&mut [0; 64]).is_err(), "nothing more came");
    running.stop();
}

#[test]
fn a_process_manager_that_does_not_listen_is_told_of_and_stops_nothing() {
    let scene = Scene::new();
    release(&scene, "[processes.worker]\ncommand = \"sleep 60\"\n");
    let mut command = run(&scene);
    command.env("NOTIFY_SOCKET", scene.path().join("nowhere"));
    let running = Running::of(command);
    running.wait_for_event("warning: NOTIFY_SOCKET takes no message");
    let ended = running.stop();
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.stderr.matches("NOTIFY_SOCKET").count(), 1, "once");
    let mut command = run(&scene);
    command.env("NOTIFY_SOCKET", "vsock:2:1");
    let refused = Running::of(command).end();
    assert_eq!((refused.code, refused.text()), (Some(2), String::new()), "{}", refused.stderr);
}

#[test]
fn a_line_on_a_descriptor_says_that_all_are_ready() {
    let scene = Scene::new();
    release(&scene, WEB);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let mut command = run(&scene);
    command.args(["--ready-fd", "9"]);
    command.fd_mappings(vec![FdMapping { parent_fd: writer.into(), child_fd: 9 }]).expect("one mapping");
    let running = Running::of(command);
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    running.wait_for_event("Ready web.1");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_start_that_fails_leaves_the_descriptor_without_a_line() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"sleep 60\"\nport = true\nstart-timeout = \"100ms\"\n");
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let mut command = run(&scene);
    command.args(["--ready-fd", "9"]);
    command.fd_mappings(vec![FdMapping { parent_fd: writer.into(), child_fd: 9 }]).expect("one mapping");
    assert_eq!(Running::of(command).end().code, Some(69));
    let mut said = String::new();
    reader.read_to_string(&mut said).expect("its end");
    assert_eq!(said, "");
    let mut closed = run(&scene);
    closed.args(["--ready-fd", "9"]);
    let refused = Running::of(closed).end();
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("descriptor 9, which `--ready-fd` names, cannot be written"), "{}", refused.stderr);
}
