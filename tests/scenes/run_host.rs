//! Scenes of machines that cannot load a build: it is said before anything starts, by name.

use super::ledger::release_needing;
use super::scene::{Outcome, Scene};
use cargo_twelve::artifact::{GlibcSymbol, System};

/// What the fixture program really needs.
fn honest() -> System {
    let loader = match std::env::consts::ARCH {
        "x86_64" => "/lib64/ld-linux-x86-64.so.2",
        "aarch64" => "/lib/ld-linux-aarch64.so.1",
        other => panic!("the loader of {other} is not known to this test"),
    };
    System {
        needed: ["libc.so.6", "libgcc_s.so.1"].map(str::to_owned).to_vec(),
        glibc: Some("2.2.5".to_owned()),
        loader: Some(loader.to_owned()),
        ..System::default()
    }
}

/// Asserts that a release that needs this neither runs nor verifies for this machine, and that all say the same.
fn refused(system: System, said: &[&str]) {
    let scene = Scene::new();
    release_needing(&scene, "[processes.web]\ncommand = \"shop arguments runs\"\n", system);
    let refuse = |words: &[&str]| {
        let Outcome { stdout, stderr, code } = scene.twelve(words);
        assert_eq!((code, stdout.as_str()), (Some(77), ""), "{words:?}: {stderr}");
        for part in said {
            assert!(stderr.contains(part), "{words:?}: `{part}` is not in:\n{stderr}");
        }
    };
    refuse(&["run", "--release-id", "shop@v1"]);
    refuse(&["verify", "shop@v1", "--host"]);
    assert_eq!(scene.twelve(["verify", "shop@v1"]).code, Some(0), "whole it is all the same");
    refuse(&["admin", "--release-id", "shop@v1", "--", "shop", "arguments", "runs"]);
}

/// The version of this machine's C library, as the system itself says it.
fn own_version(scene: &Scene) -> String {
    let outcome = scene.outcome(scene.command("getconf").arg("GNU_LIBC_VERSION"));
    outcome.stdout.trim().strip_prefix("glibc ").expect("glibc").to_owned()
}

#[test]
fn runs_what_this_machine_can_load() {
    let scene = Scene::new();
    let system = System { glibc: Some(own_version(&scene)), search_path: vec!["/nowhere".to_owned()], ..honest() };
    release_needing(&scene, "[processes.web]\ncommand = \"shop arguments runs\"\n", system);
    let outcome = scene.twelve(["run", "--release-id", "shop@v1"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "web.1 | runs\n"), "{}", outcome.stderr);
}

#[test]
fn refuses_a_machine_whose_c_library_is_too_old() {
    let own = own_version(&Scene::new());
    let symbol = GlibcSymbol { symbol: "pidfd_spawnp".to_owned(), bin: "shop".to_owned() };
    let system = System { glibc: Some("2.999".to_owned()), glibc_symbol: Some(symbol), ..honest() };
    let said = format!("needs GLIBC 2.999 (`pidfd_spawnp` in `shop`), and this machine has GLIBC {own}");
    refused(
        system,
        &[&said, &format!("hint: run it on a newer system, or build it on one as old; `[build] max-glibc = \"{own}\"")],
    );
}

#[test]
fn refuses_a_machine_without_the_loader() {
    let system = System { loader: Some("/lib/ld-of-another-system.so.1".to_owned()), ..honest() };
    refused(
        system,
        &[
            "is loaded by `/lib/ld-of-another-system.so.1`, which this machine does not have",
            "hint: install the C library of",
        ],
    );
}

#[test]
fn refuses_a_machine_without_a_library() {
    let mut system = honest();
    system.needed.push("libnowhere.so.7".to_owned());
    refused(system, &["needs the shared library `libnowhere.so.7`, which this machine does not have"]);
}

#[test]
fn a_library_is_also_found_where_the_build_says() {
    let scene = Scene::new();
    scene.write("libraries/libnowhere.so.7", "");
    let mut system = honest();
    system.needed.push("libnowhere.so.7".to_owned());
    system.search_path.push(scene.path().join("libraries").display().to_string());
    // One that lies in the build itself is found by `$ORIGIN`.
    system.needed.push("hello.txt".to_owned());
    release_needing(&scene, "[processes.web]\ncommand = \"shop arguments runs\"\n", system);
    assert_eq!(scene.twelve(["run", "--release-id", "shop@v1"]).code, Some(0));
}
