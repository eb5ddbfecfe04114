//! Scenes of `run --wait-for-services`: real PostgreSQL, Redis and NATS servers, and what is none of them.

use super::ledger::release;
use super::running::{Running, free_port, wait_until};
use super::scene::Scene;
use super::servers::Server;
use std::io::Write;
use std::net::TcpListener;

/// Releases an app with a service-url variable of each of these names.
fn release_with(scene: &Scene, command: &str, names: &[&str]) {
    let variables: String =
        names.iter().map(|name| format!("[config.vars.{name}]\ntype = \"service-url\"\nsecret = true\n")).collect();
    release(scene, &format!("[processes.web]\ncommand = \"{command}\"\n{variables}"));
}

/// Starts v1 with these variables and a time to wait.
fn waiting(scene: &Scene, time: &str, variables: &[(&str, String)]) -> Running {
    let mut command = scene.command(super::scene::PROGRAM);
    command.args(["run", "--release-id", "shop@v1", &format!("--wait-for-services{time}")]);
    command.envs(variables.iter().map(|(name, value)| (name, value.as_str())));
    Running::of(command)
}

#[test]
fn a_start_waits_for_servers_that_come_up_late_and_says_which() {
    let scene = Scene::new();
    release_with(&scene, "shop both", &["DATABASE_URL", "CACHE_URL", "QUEUE_URL"]);
    let late = free_port();
    let (Some(postgres), Some(nats)) = (Server::postgres(), Server::nats()) else { return };
    let running = waiting(
        &scene,
        "=60s",
        &[
            ("DATABASE_URL", format!("postgres://shop:hunter2@127.0.0.1:{}/shop", postgres.port)),
            ("CACHE_URL", format!("redis://:hunter2@localhost:{late}")),
            ("QUEUE_URL", format!("nats://127.0.0.1:{}", nats.port)),
        ],
    );
    running.wait_for_event("Waiting for `DATABASE_URL` (postgres://127.0.0.1:");
    assert_eq!(running.said(), "");
    let Some(_redis) = Server::redis(late) else { return };
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("Answered `DATABASE_URL`"), "{}", ended.stderr);
    assert!(ended.text().contains("to stdout"), "{}", ended.text());
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
}

#[test]
fn every_service_that_is_not_ready_is_named_with_its_reason_and_without_its_password() {
    let scene = Scene::new();
    let names = ["SILENT_URL", "CLOSED_URL", "NAMELESS_URL", "OTHER_URL", "UP_URL"];
    release_with(&scene, "shop both", &names);
    let silent = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let other = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let up = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
    let (silent_port, other_port, up_port, closed) = (port(&silent), port(&other), port(&up), free_port());
    std::thread::spawn(move || {
        for stream in other.incoming().flatten() {
            let _ = (&stream).write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
        }
    });
    let ended = waiting(
        &scene,
        "=3s",
        &[
            ("SILENT_URL", format!("postgres://u:hunter2@127.0.0.1:{silent_port}/d?password=hunter2")),
            ("CLOSED_URL", format!("redis://:hunter2@127.0.0.1:{closed}/0")),
            ("NAMELESS_URL", "amqp://u:hunter2@nobody.invalid/q".to_owned()),
            ("OTHER_URL", format!("nats://u:hunter2@127.0.0.1:{other_port}")),
            ("UP_URL", format!("kafka://127.0.0.1:{up_port}")),
        ],
    )
    .end();
    assert_eq!((ended.code, ended.text().as_str()), (Some(69), ""), "{}", ended.stderr);
    for said in [
        "4 backing services are not ready within 3 s".to_owned(),
        format!("`SILENT_URL` (postgres://127.0.0.1:{silent_port}) accepts and says nothing"),
        format!("`CLOSED_URL` (redis://127.0.0.1:{closed}) refuses the connection"),
        format!("`OTHER_URL` (nats://127.0.0.1:{other_port}) answers, and not as NATS"),
        "`NAMELESS_URL` (amqp://nobody.invalid:5672)".to_owned(),
        "hint: start them".to_owned(),
    ] {
        assert!(ended.stderr.contains(&said), "{said}: {}", ended.stderr);
    }
    let error = ended.stderr.lines().find(|line| line.starts_with("error")).expect("an error");
    assert!(!ended.stderr.contains("hunter2") && !error.contains("UP_URL"), "{}", ended.stderr);
}

#[test]
fn a_service_whose_place_cannot_be_known_is_not_waited_for_and_told() {
    let scene = Scene::new();
    release_with(&scene, "shop both", &["DATABASE_URL"]);
    let ended = waiting(&scene, "", &[("DATABASE_URL", "postgres:///shop?host=/run/postgresql".to_owned())]).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("`DATABASE_URL` (postgres://) is not waited for"), "{}", ended.stderr);
    assert_eq!(scene.twelve(["run", "--release-id", "shop@v1", "--wait-for-services=soon"]).code, Some(2));
}

#[test]
fn a_service_is_swapped_by_changing_its_url_alone() {
    let scene = Scene::new();
    release_with(&scene, "shop database", &["DATABASE_URL"]);
    let (Some(one), Some(other)) = (Server::postgres(), Server::postgres()) else { return };
    for server in [&one, &other] {
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port);
        let running = waiting(&scene, "=60s", &[("DATABASE_URL", url)]);
        // The server itself says who it is.
        let said = wait_until("its database", || Some(running.said()).filter(|said| said.contains('\n')));
        assert_eq!(said, format!("web.1 | the database says that its port is {}\n", server.port));
        assert_eq!(running.stop().code, Some(0));
    }
}
