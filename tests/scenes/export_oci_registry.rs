//! Scenes of `export oci` with registries: what is sent, who we are to them, and what they refuse.

use super::containers::ImageRegistry;
use super::export_oci::{SHOP, export};
use super::ledger::release;
use super::running::free_port;
use super::scene::{PROGRAM, Scene};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What of the requests writes.
fn writing(asked: Vec<String>) -> Vec<String> {
    asked.into_iter().filter(|one| !one.starts_with("GET ") && !one.starts_with("HEAD ")).collect()
}

#[test]
fn what_stands_in_a_registry_is_not_sent_again() {
    let Some(registry) = ImageRegistry::open() else { return };
    let scene = Scene::new();
    release(&scene, SHOP);
    let (place, mut read) = (registry.place("team/shop"), 0);
    let first = export(&scene, &["--to", &place, "--format", "json"]);
    assert_eq!(first.code, Some(0), "{}", first.page());
    let first: serde_json::Value = serde_json::from_str(&first.stdout).expect("a document");
    assert_eq!((&first["uploaded"], &first["standing"]), (&4.into(), &0.into()));
    let name = registry.name("team/shop");
    assert_eq!(first["tagged"], format!("{name}:v1"));
    assert_eq!(first["image"], format!("{name}@{}", first["digest"].as_str().expect("a digest")));
    let part = ["POST /v2/team/shop/blobs/uploads/", "PUT /v2/team/shop/blobs/uploads/"];
    let manifest = "PUT /v2/team/shop/manifests/v1";
    assert_eq!(writing(registry.asked(&mut read)), [&part[..], &part, &part, &[manifest]].concat());

    // The same image: nothing but its name.
    let again = export(&scene, &["--to", &place]);
    assert_eq!(again.code, Some(0), "{}", again.page());
    assert_eq!(writing(registry.asked(&mut read)), [manifest]);

    // Another release of the same build: its config and its manifest.
    release(&scene, SHOP);
    let second = scene.twelve(["export", "oci", "--release-id", "shop@v2", "--to", &place]);
    assert_eq!(second.code, Some(0), "{}", second.page());
    assert!(second.stderr.contains("2 parts uploaded") && second.stderr.contains("2 stood there"), "{}", second.stderr);
    assert_eq!(writing(registry.asked(&mut read)), [&part[..], &["PUT /v2/team/shop/manifests/v2"]].concat());
}

#[test]
fn a_releases_own_tag_is_not_moved() {
    let Some(registry) = ImageRegistry::open() else { return };
    let scene = Scene::new();
    release(&scene, SHOP);
    let place = registry.place("shop");
    assert_eq!(export(&scene, &["--to", &place]).code, Some(0));
    let refused = export(&scene, &["--to", &place, "--port", "6000"]);
    refused.refused(73, &["shop:v1` already names another image, sha256:", "say another one"]);
    // One that was typed is.
    for port in ["6000", "7000"] {
        let moved = export(&scene, &["--to", &format!("{place}:next"), "--port", port]);
        assert_eq!(moved.code, Some(0), "{}", moved.page());
    }
    // Another process type has a tag of its own.
    let worker = export(&scene, &["--to", &place, "--process", "worker"]);
    assert!(worker.stderr.contains("shop:v1-worker: "), "{}", worker.page());
}

#[test]
fn the_login_that_docker_keeps_is_used_and_never_shown() {
    let Some(registry) = ImageRegistry::with_login() else { return };
    let scene = Scene::new();
    release(&scene, SHOP);
    let place = registry.place("shop");
    export(&scene, &["--to", &place])
        .refused(69, &["it asks for a login", &format!("podman login 127.0.0.1:{}", registry.port)]);
    // ada:hunter3, ada:hunter2
    let keep = |auth: &str| {
        let registry = registry.name("");
        let registry = registry.trim_end_matches('/');
        scene.write_home(".docker/config.json", format!("{{\"auths\":{{\"{registry}\":{{\"auth\":\"{auth}\"}}}}}}"));
    };
    keep("YWRhOmh1bnRlcjM=");
    let refused = export(&scene, &["--to", &place]);
    refused.refused(69, &["the login is from [SCENE]/home/.docker/config.json"]);
    assert!(!refused.page().contains("hunter") && !refused.page().contains("YWRh"), "{}", refused.page());
    keep("YWRhOmh1bnRlcjI=");
    let pushed = export(&scene, &["--to", &place]);
    assert_eq!(pushed.code, Some(0), "{}", pushed.page());
    assert!(!pushed.page().contains("hunter") && !pushed.page().contains("YWRh"), "{}", pushed.page());
    keep("hunter2");
    let refused = export(&scene, &["--to", &place]);
    refused.refused(65, &["config.json` says nothing about a registry", "is not the base64 of `user:password`"]);
    assert!(!refused.page().contains("hunter2"), "{}", refused.page());
}

#[test]
fn a_registry_is_spoken_to_over_tls_where_its_authority_is_trusted() {
    let Some(registry) = ImageRegistry::with_tls() else { return };
    let scene = Scene::new();
    release(&scene, SHOP);
    let export = |authority: Option<&str>| {
        let mut command = scene.command(PROGRAM);
        command.args(["export", "oci", "--release-id", "shop@v1", "--to", &registry.place("shop")]);
        command.envs(authority.map(|name| ("SSL_CERT_FILE", registry.file(name))));
        scene.outcome(&mut command)
    };
    let pushed = export(Some("authority.pem"));
    assert_eq!(pushed.code, Some(0), "{}", pushed.page());
    assert_eq!(export(None).code, Some(69));
}

/// Whose bytes are counted on a way that breaks off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Questions,
    Answers,
}

/// A way to a registry on which connections break off, each after so many bytes; gives its port, and how many did.
pub(crate) fn breaking_way_to(
    registry: &ImageRegistry,
    counted: Counted,
    after: &'static [usize],
) -> (u16, Arc<AtomicUsize>) {
    let (listener, port) = (TcpListener::bind("127.0.0.1:0").expect("a port"), registry.port);
    let own = listener.local_addr().expect("an address").port();
    let broken = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&broken);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { return };
            let (back, forth) = (server.try_clone().expect("a descriptor"), client.try_clone().expect("a descriptor"));
            let (whole, breaking) = match counted {
                Counted::Questions => ((back, forth), (client, server)),
                Counted::Answers => ((client, server), (back, forth)),
            };
            std::thread::spawn(move || pass(whole.0, whole.1, usize::MAX));
            let broken = Arc::clone(&broken);
            std::thread::spawn(move || {
                let most = after.get(broken.load(Ordering::SeqCst)).copied().unwrap_or(usize::MAX);
                if pass(breaking.0, breaking.1, most) {
                    broken.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    (own, seen)
}

/// Passes bytes on until one side ends, or there were too many: then both end, and the answer is yes.
fn pass(mut from: TcpStream, mut to: TcpStream, most: usize) -> bool {
    let (mut passed, mut part) = (0, [0; 16 << 10]);
    while let Ok(count @ 1..) = from.read(&mut part) {
        passed += count;
        if passed > most || to.write_all(&part[..count]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    passed > most
}

#[test]
fn an_upload_that_breaks_off_is_sent_again() {
    let Some(registry) = ImageRegistry::open() else { return };
    let scene = Scene::new();
    release(&scene, SHOP);
    let (port, broken) = breaking_way_to(&registry, Counted::Questions, &[50_000, 150_000]);
    let pushed = export(&scene, &["--to", &format!("docker://127.0.0.1:{port}/shop")]);
    assert_eq!(pushed.code, Some(0), "{}", pushed.page());
    assert_eq!(broken.load(Ordering::SeqCst), 2);
    // All of it is there: nothing is missing when it is brought there again, past the broken way.
    let again = export(&scene, &["--to", &registry.place("shop"), "--format", "json"]);
    let again: serde_json::Value = serde_json::from_str(&again.stdout).expect("a document");
    assert_eq!((&again["uploaded"], &again["standing"]), (&1.into(), &3.into()));
}

#[test]
fn a_registry_that_is_not_there_is_named() {
    let scene = Scene::new();
    release(&scene, SHOP);
    let place = format!("docker://127.0.0.1:{}/shop", free_port());
    export(&scene, &["--to", &place]).refused(69, &["the registry `127.0.0.1:", "Connection refused"]);
}

#[test]
fn a_place_that_is_none_is_refused_without_its_login() {
    let scene = Scene::new();
    release(&scene, SHOP);
    let refused = export(&scene, &["--to", "docker://ada:hunter2@registry.example.org/shop"]);
    assert_eq!(refused.code, Some(2), "{}", refused.page());
    assert!(refused.stderr.contains("podman login"), "{}", refused.page());
}
