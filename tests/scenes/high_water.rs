//! The high-water mark: what has run on a machine keeps older releases out.

use super::ledger::release;
use super::scene::{Outcome, Scene};
use std::fs;

/// Three releases, of which the second has run here.
fn scene() -> Scene {
    let scene = Scene::new();
    for _ in 1..=3 {
        release(
            &scene,
            "[processes.web]\ncommand = \"shop arguments it runs\"\n[admin.fix]\ncommand = \"shop exit 0\"\n",
        );
    }
    assert_eq!(run(&scene, "shop@v2", &[]).code, Some(0));
    scene
}

fn run(scene: &Scene, release: &str, words: &[&str]) -> Outcome {
    scene.twelve([&["run", "--release-id", release], words].concat())
}

#[test]
fn a_machine_that_has_run_a_release_refuses_older_ones() {
    let scene = scene();
    for words in [&["run", "--release-id", "shop@v1"][..], &["admin", "--release-id", "shop@v1", "fix"]] {
        let outcome = scene.twelve(words);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(77), ""), "{}", outcome.page());
        assert!(outcome.stderr.contains("`shop` v1 is older than v2, which has run on this machine"));
        // No deploy was named, so none is to be rolled back.
        assert!(
            outcome
                .stderr
                .ends_with("hint: run shop@v2 or a newer one; to go back all the same, add `--allow-older`\n"),
            "{}",
            outcome.page()
        );
    }
    let told = run(&scene, "shop@v1", &["--allow-older"]);
    assert_eq!(told.code, Some(0), "{}", told.page());
    assert!(told.stderr.contains("note: v1 is older than v2"), "{}", told.page());
    assert_eq!(run(&scene, "shop@v1", &[]).code, Some(77), "leave is given for one start");
    assert_eq!(run(&scene, "shop@v2", &[]).code, Some(0), "the same again");
}

#[test]
fn an_admin_process_of_a_newer_release_does_not_lock_out_the_one_that_runs() {
    let scene = scene();
    assert_eq!(scene.twelve(["admin", "--release-id", "shop@v3", "fix"]).code, Some(0));
    assert_eq!(run(&scene, "shop@v2", &[]).code, Some(0));
}

#[test]
fn the_mark_survives_the_cache() {
    let scene = scene();
    let removed = scene.outcome(scene.command("rm").arg("-rf").arg(scene.cache()));
    assert_eq!(removed.code, Some(0), "{}", removed.page());
    assert_eq!(run(&scene, "shop@v1", &[]).code, Some(77));
}

#[test]
fn a_mark_that_cannot_be_kept_is_a_warning_and_with_signers_a_failure() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop arguments it runs\"\n");
    fs::write(scene.state(), "no folder\n").expect("written");
    let outcome = run(&scene, "shop@v1", &[]);
    assert_eq!(outcome.code, Some(74), "a state that cannot be read is no state: {}", outcome.page());
    fs::remove_file(scene.state()).expect("removed");
    // Something stands where the folder of the app would be made.
    fs::create_dir(scene.state()).expect("a folder");
    std::os::unix::fs::symlink("/proc/nowhere", scene.state().join("shop")).expect("a link");
    let outcome = run(&scene, "shop@v1", &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stderr.contains("that v1 has run here is not remembered: "), "{}", outcome.page());
    let keygen = scene.outcome(scene.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", "ci"]));
    assert_eq!(keygen.code, Some(0), "{}", keygen.page());
    assert_eq!(scene.twelve(["sign", "shop@v1", "--key", "ci"]).code, Some(0));
    let public = fs::read_to_string(scene.path().join("ci.pub")).expect("a key");
    scene.write("signers", format!("ci {public}"));
    let outcome = run(&scene, "shop@v1", &["--signers", "signers"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(74), ""), "{}", outcome.page());
}
