//! Scenes of `run` and `admin` that follow a deploy by its name: once, with the store out of reach, and back.

use super::ledger::release;
use super::scene::{Outcome, Scene};
use std::fs;

/// An app that says which release it is.
const SHOP: &str = "[processes.web]\ncommand = 'sh -c \"echo it is $RELEASE_ID\"'\n";

fn shop(releases: usize) -> Scene {
    let scene = Scene::new();
    for _ in 0..releases {
        release(&scene, SHOP);
    }
    scene
}

fn deploy(scene: &Scene, release: &str) {
    let outcome = scene.twelve(["deploy", "shop@production", release]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
}

fn run(scene: &Scene, words: &[&str]) -> Outcome {
    scene.twelve([&["run", "--log-format", "raw", "--release-id"], words].concat())
}

/// Asserts that it ran, and which release.
fn ran(outcome: &Outcome, release: &str) {
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(0), &*format!("it is {release}\n")),
        "{}",
        outcome.page()
    );
}

#[test]
fn run_follows_a_deploy_by_its_name() {
    let scene = shop(2);
    deploy(&scene, "v1");
    ran(&run(&scene, &["shop@production"]), "v1");
    ran(&run(&scene, &["production"]), "v1");
    deploy(&scene, "v2");
    ran(&run(&scene, &["shop@production"]), "v2");
    let verified = scene.twelve(["verify", "shop@production"]);
    assert!(verified.stdout.starts_with("shop v2 is whole"), "{}", verified.page());
}

#[test]
fn a_rollback_is_followed_where_no_signers_are_asked_for() {
    let scene = shop(2);
    deploy(&scene, "v1");
    deploy(&scene, "v2");
    ran(&run(&scene, &["shop@production"]), "v2");
    assert_eq!(scene.twelve(["rollback", "shop@production"]).code, Some(0));
    let back = run(&scene, &["shop@production"]);
    ran(&back, "v1");
    assert!(back.stderr.contains("note: v1 is older than v2, which has run on this machine"), "{}", back.page());
    assert_eq!(run(&scene, &["shop@v1"]).code, Some(77), "its number alone is no reason");
}

#[test]
fn with_the_store_out_of_reach_the_last_known_release_of_a_deploy_starts_and_latest_does_not() {
    let scene = shop(1);
    deploy(&scene, "v1");
    ran(&run(&scene, &["shop@production"]), "v1");
    fs::rename(scene.store(), scene.path().join("away")).expect("moved");
    let outcome = run(&scene, &["shop@production"]);
    ran(&outcome, "v1");
    assert!(
        outcome.stderr.contains("is empty; `production` was at v1 when it was followed here last"),
        "{}",
        outcome.page()
    );
    for name in ["shop@latest", "shop@1.4.0", "shop@staging"] {
        let outcome = run(&scene, &[name]);
        assert!(matches!(outcome.code, Some(66 | 69)), "{}", outcome.page());
        assert_eq!(outcome.stdout, "", "{}", outcome.page());
    }
    fs::rename(scene.path().join("away"), scene.store()).expect("back");
    release(&scene, SHOP);
    deploy(&scene, "v2");
    ran(&run(&scene, &["shop@production"]), "v2");
}

#[test]
fn a_store_that_does_not_answer_is_not_waited_for_to_no_end() {
    let scene = shop(1);
    deploy(&scene, "v1");
    ran(&run(&scene, &["shop@production"]), "v1");
    // A read that never comes back, as from a file system on a network that is gone.
    let entry = scene.store().join("shop/deploys/production/1.json");
    fs::remove_file(&entry).expect("removed");
    let made = scene.outcome(scene.command("mkfifo").arg(&entry));
    assert_eq!(made.code, Some(0), "{}", made.page());
    let outcome = run(&scene, &["shop@production"]);
    ran(&outcome, "v1");
    assert!(outcome.stderr.contains("did not answer within 5 seconds"), "{}", outcome.page());
}

#[test]
fn a_deploy_that_was_pulled_starts_with_the_store_out_of_reach() {
    let scene = shop(1);
    deploy(&scene, "v1");
    let pulled = scene.twelve(["pull", "shop@production"]);
    assert_eq!(pulled.code, Some(0), "{}", pulled.page());
    fs::rename(scene.store(), scene.path().join("away")).expect("moved");
    ran(&run(&scene, &["shop@production"]), "v1");
}

/// Two releases that a key has signed, of which v2 has run here by the name of its deploy.
fn signed() -> Scene {
    let scene = shop(2);
    for name in ["ci", "other"] {
        let keygen = scene.outcome(scene.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", name]));
        assert_eq!(keygen.code, Some(0), "{}", keygen.page());
    }
    let public = fs::read_to_string(scene.path().join("ci.pub")).expect("a key");
    scene.write("signers", format!("ci namespaces=\"release@cargo-twelve,deploy@cargo-twelve\" {public}"));
    for release in ["shop@v1", "shop@v2"] {
        assert_eq!(scene.twelve(["sign", release, "--key", "ci"]).code, Some(0));
    }
    deploy(&scene, "v1");
    deploy(&scene, "v2");
    ran(&run(&scene, &["shop@production", "--signers", "signers"]), "v2");
    scene
}

#[test]
fn with_signers_only_a_signed_entry_leads_back_behind_what_has_run() {
    let scene = signed();
    for (words, leads) in [(&[][..], false), (&["--sign", "other"], false), (&["--sign", "ci"], true)] {
        let back = scene.twelve([&["rollback", "shop@production", "v1"], words].concat());
        assert_eq!(back.code, Some(0), "{}", back.page());
        let outcome = run(&scene, &["shop@production", "--signers", "signers"]);
        if leads {
            ran(&outcome, "v1");
        } else {
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(77), ""), "{}", outcome.page());
            assert!(
                outcome.stderr.contains("v1 is older than v2, which has run on this machine"),
                "{}",
                outcome.page()
            );
            ran(&run(&scene, &["shop@production", "--signers", "signers", "--allow-older"]), "v1");
            deploy(&scene, "v2");
        }
    }
    let entry = scene.store().join("shop/deploys/production/7.json");
    assert!(entry.with_extension("json.sig").exists());
    let mut command = scene.command("ssh-keygen");
    command.args(["-Y", "verify", "-f", "signers", "-I", "ci", "-n", "deploy@cargo-twelve", "-s"]);
    command.arg(entry.with_extension("json.sig")).stdin(fs::File::open(&entry).expect("the entry"));
    assert_eq!(scene.outcome(&mut command).code, Some(0), "the real ssh-keygen accepts it");
    // A key that is replaced signs the entry anew.
    let public = fs::read_to_string(scene.path().join("other.pub")).expect("a key");
    scene.write("signers", format!("other {public}"));
    assert_eq!(scene.twelve(["sign", "shop@v1", "--key", "other"]).code, Some(0));
    assert_eq!(run(&scene, &["shop@production", "--signers", "signers"]).code, Some(77));
    let again = scene.twelve(["rollback", "shop@production", "v1", "--sign", "other"]);
    assert_eq!(again.code, Some(0), "{}", again.page());
    ran(&run(&scene, &["shop@production", "--signers", "signers"]), "v1");
    // It still leads back with the store out of reach: the cache keeps the signature with the entry.
    fs::rename(scene.store(), scene.path().join("away")).expect("moved");
    ran(&run(&scene, &["shop@production", "--signers", "signers"]), "v1");
}

#[test]
fn a_signed_entry_does_not_come_back_once_a_later_one_was_followed() {
    let scene = signed();
    let signers = ["shop@production", "--signers", "signers"];
    let back = scene.twelve(["rollback", "shop@production", "--sign", "ci"]);
    assert_eq!(back.code, Some(0), "{}", back.page());
    ran(&run(&scene, &signers), "v1");
    deploy(&scene, "v2");
    ran(&run(&scene, &signers), "v2");
    // Who can write to the store, and has no key, removes what came after the signed way back.
    for name in ["4.json", "4.done.json"] {
        fs::remove_file(scene.store().join("shop/deploys/production").join(name)).expect("removed");
    }
    let outcome = run(&scene, &signers);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(77), ""), "{}", outcome.page());
    let said = "entry 3 of `production` is older than entry 4, which was followed on this machine";
    assert!(outcome.stderr.contains(said), "{}", outcome.page());
    ran(&run(&scene, &[&signers[..], &["--allow-older"]].concat()), "v1");
}

#[test]
fn an_unsigned_release_is_refused_also_where_a_deploy_leads_to_it() {
    let scene = signed();
    release(&scene, SHOP);
    deploy(&scene, "v3");
    let outcome = run(&scene, &["shop@production", "--signers", "signers"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(77), ""), "{}", outcome.page());
    let refused = scene.twelve(["deploy", "shop@production", "v3", "--signers", "signers"]);
    assert_eq!(refused.code, Some(77), "{}", refused.page());
}
