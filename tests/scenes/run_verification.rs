//! Scenes of trust: what runs is what was released, byte by byte, or nothing runs.

use super::ledger::{Released, release};
use super::scene::{Outcome, Scene};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

fn shop(scene: &Scene) -> Released {
    release(scene, "[processes.web]\ncommand = \"shop arguments runs\"\n")
}

fn run(scene: &Scene) -> Outcome {
    scene.twelve(["run", "--release-id", "shop@v1"])
}

fn runs(scene: &Scene) {
    let outcome = run(scene);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "web.1 | runs\n"), "{}", outcome.stderr);
}

/// It is refused, nothing starts, and the message says this.
fn refuses(scene: &Scene, why: &str) {
    let outcome = run(scene);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(65), ""), "{why}: {}", outcome.stderr);
    assert!(outcome.stderr.contains(why), "{why}: {}", outcome.stderr);
}

/// The tree in the cache, with the right to write to it.
fn tree(scene: &Scene, released: &Released) -> PathBuf {
    let app = scene.cache().join("shop").join(released.build.to_string()).join("app");
    for folder in ["", "bin", "static", "static/deep"] {
        fs::set_permissions(app.join(folder), Permissions::from_mode(0o755)).expect("a mode");
    }
    app
}

fn flip(path: &Path, at: usize) {
    let mode = fs::metadata(path).expect("it stands").permissions();
    let mut bytes = fs::read(path).expect("bytes");
    let at = at.min(bytes.len() - 1);
    bytes[at] ^= 1;
    fs::set_permissions(path, Permissions::from_mode(0o644)).expect("a mode");
    fs::write(path, bytes).expect("written");
    fs::set_permissions(path, mode).expect("a mode");
}

#[test]
fn refuses_a_tarball_with_one_flipped_bit() {
    for at in [0, 300, usize::MAX] {
        let scene = Scene::new();
        let released = shop(&scene);
        flip(&released.tarball, at);
        refuses(&scene, "is not the one");
        assert!(!scene.cache().join("shop").join(released.build.to_string()).exists(), "nothing was unpacked");
    }
}

#[test]
fn refuses_a_tarball_that_is_cut_short_or_goes_on() {
    for change in [|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2), |bytes: &mut Vec<u8>| bytes.push(0)] {
        let scene = Scene::new();
        let released = shop(&scene);
        let mut bytes = fs::read(&released.tarball).expect("bytes");
        change(&mut bytes);
        fs::write(&released.tarball, bytes).expect("written");
        refuses(&scene, "of the release record");
    }
}

#[test]
fn refuses_a_record_with_one_flipped_bit() {
    let scene = Scene::new();
    let released = shop(&scene);
    for at in [1, 100, 500] {
        flip(&released.record, at);
        refuses(&scene, "v1");
        flip(&released.record, at);
    }
    runs(&scene);
    let of_store =
        fs::read_dir(scene.cache().join("shop/releases")).expect("a folder").flatten().next().expect("one store");
    let kept = of_store.path().join("v1.json");
    flip(&kept, 100);
    refuses(&scene, "v1.json` is damaged");
    fs::remove_file(kept).expect("removed, as the hint says");
    runs(&scene);
}

#[test]
fn refuses_a_cached_file_with_one_flipped_bit() {
    for (file, why) in [
        ("bin/shop", "bin/shop` is not what was released: its digest"),
        ("static/deep/hello.txt", "hello.txt` is not what was released: its digest"),
        ("build.json", "build.json` is not what was released: its digest"),
    ] {
        let scene = Scene::new();
        let released = shop(&scene);
        runs(&scene);
        flip(&tree(&scene, &released).join(file), 1000);
        refuses(&scene, why);
    }
}

#[test]
fn refuses_a_tree_that_was_changed_in_any_other_way() {
    type Change = fn(&Path);
    let changes: [(Change, &str); 8] = [
        (
            |app| fs::write(app.join("extra"), "").expect("written"),
            "extra` is not what was released: it does not belong",
        ),
        (|app| fs::create_dir(app.join("static/more")).expect("made"), "more` is not what was released: it does not"),
        (
            |app| fs::remove_file(app.join("static/empty")).expect("removed"),
            "empty` is not what was released: it is missing",
        ),
        (
            |app| fs::set_permissions(app.join("bin/shop"), Permissions::from_mode(0o755)).expect("a mode"),
            "its mode is 0755 instead of 0555",
        ),
        (
            |app| {
                fs::remove_file(app.join("static/empty")).expect("removed");
                fs::write(app.join("static/empty"), "x").expect("written");
                fs::set_permissions(app.join("static/empty"), Permissions::from_mode(0o444)).expect("a mode");
            },
            "it has 1 bytes instead of 0",
        ),
        (
            |app| {
                fs::rename(app.join("bin/shop"), app.join("../shop")).expect("moved");
                symlink("../../shop", app.join("bin/shop")).expect("linked");
            },
            "bin/shop` is not what was released: it is a link",
        ),
        (
            |app| {
                fs::rename(app.join("static"), app.join("../static")).expect("moved");
                symlink("../static", app.join("static")).expect("linked");
            },
            "static` is not what was released",
        ),
        (
            |app| fs::remove_file(app.join("build.json")).expect("removed"),
            "build.json` is not what was released: it is missing",
        ),
    ];
    for (change, why) in changes {
        let scene = Scene::new();
        let released = shop(&scene);
        runs(&scene);
        change(&tree(&scene, &released));
        refuses(&scene, why);
    }
}

#[test]
fn the_hint_of_a_changed_tree_mends_it() {
    let scene = Scene::new();
    let released = shop(&scene);
    runs(&scene);
    let app = tree(&scene, &released);
    fs::write(app.join("extra"), "").expect("written");
    let outcome = scene.outcome(scene.command(super::scene::PROGRAM).args(["run", "--release-id", "shop@v1"]));
    let hint = outcome.stderr.lines().find_map(|line| line.strip_prefix("hint: `cargo twelve ")).expect("a hint");
    let (words, _) = hint.split_once("` ").expect("a command");
    assert_eq!(words, "pull --again shop@v1");
    assert_eq!(scene.twelve(words.split(' ')).code, Some(0));
    assert!(!app.join("extra").exists(), "it is a new tree");
    runs(&scene);
}

#[test]
fn a_tree_is_read_only_and_its_folder_can_be_removed() {
    let scene = Scene::new();
    let released = shop(&scene);
    runs(&scene);
    let home = scene.cache().join("shop").join(released.build.to_string());
    let mode = |path: &str| fs::metadata(home.join(path)).expect("it stands").permissions().mode() & 0o7777;
    let modes = ["", "app", "app/bin", "app/bin/shop", "app/static/deep/hello.txt", "app/build.json"].map(mode);
    assert_eq!(modes, [0o755, 0o555, 0o555, 0o555, 0o444, 0o444]);
}

#[test]
fn runs_that_start_at_the_same_time_share_one_tree() {
    let scene = Scene::new();
    let released = shop(&scene);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| runs(&scene));
        }
    });
    let app = scene.cache().join("shop");
    let mut names: Vec<_> = fs::read_dir(app)
        .expect("a cache")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    let mut expected = vec![released.build.to_string(), "releases".to_owned()];
    expected.sort();
    assert_eq!(names, expected, "nothing else is left");
}

#[test]
fn the_cache_keeps_the_current_tree_and_two_more() {
    let scene = Scene::new();
    let builds: Vec<_> = (1..=5)
        .map(|number| {
            let released = release(&scene, &format!("[processes.web]\ncommand = \"shop arguments {number}\"\n"));
            let outcome = scene.twelve(["run", "--release-id", &format!("shop@v{number}")]);
            assert_eq!(outcome.stdout, format!("web.1 | {number}\n"), "{}", outcome.stderr);
            released.build.to_string()
        })
        .collect();
    let stands: Vec<bool> = builds.iter().map(|build| scene.cache().join("shop").join(build).exists()).collect();
    assert_eq!(stands, [false, false, true, true, true]);
    runs_again(&scene, 1);
}

fn runs_again(scene: &Scene, number: u32) {
    let outcome = scene.twelve(["run", "--release-id", &format!("shop@v{number}"), "--allow-older"]);
    assert_eq!(outcome.stdout, format!("web.1 | {number}\n"), "{}", outcome.stderr);
}

#[test]
fn a_release_without_a_build_for_this_machine_is_refused_with_those_it_has() {
    let scene = Scene::new();
    let released = shop(&scene);
    let bytes = fs::read(&released.record).expect("bytes");
    let mut record = cargo_twelve::artifact::ReleaseRecord::from_bytes(released.id, &bytes).expect("a record");
    record.builds[0].target = "pdp11-unknown-linux-gnu".to_owned();
    fs::write(&released.record, record.to_bytes().expect("bytes")).expect("written");
    let outcome = run(&scene);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(66), ""));
    assert!(outcome.stderr.contains("it has builds for `pdp11-unknown-linux-gnu`"), "{}", outcome.stderr);
}

#[test]
fn one_cache_never_takes_one_stores_release_for_anothers() {
    let scene = Scene::new();
    shop(&scene);
    runs(&scene);
    fs::rename(scene.store(), scene.store().with_extension("elsewhere")).expect("renamed");
    release(&scene, "[processes.web]\ncommand = \"shop arguments another\"\n");
    fs::rename(scene.store(), scene.store().with_extension("other")).expect("renamed");
    let run_of = |store: &str| {
        let store = scene.store().with_extension(store);
        let words = ["run", "--release-id", "shop@v1", "--store", store.to_str().expect("text")];
        scene.twelve(words).stdout
    };
    assert_eq!(run_of("elsewhere"), "web.1 | runs\n");
    assert_eq!(run_of("other"), "web.1 | another\n");
    assert_eq!(run_of("elsewhere"), "web.1 | runs\n");
}

#[test]
fn an_env_file_without_an_end_is_refused() {
    let scene = Scene::new();
    shop(&scene);
    let outcome = scene.twelve(["run", "--release-id", "shop@v1", "--env-file", "/dev/zero"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(74), ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("more than 16777216 bytes"), "{}", outcome.stderr);
}
