//! Scenes of `run` and `admin` that follow a deploy by its name: once, with the store out of reach, and back.

use super::kept::{Stage, in_every_store};
use super::ledger::release;
use super::scene::{Outcome, Scene};
use std::fs;

/// An app that says which release it is.
const SHOP: &str = "[processes.web]\ncommand = 'sh -c \"echo it is $RELEASE_ID\"'\n";

in_every_store!(
    crate::scene::Scene::new;
    run_follows_a_deploy_by_its_name,
    a_rollback_is_followed_where_no_signers_are_asked_for,
    with_the_store_out_of_reach_the_last_known_release_of_a_deploy_starts_and_latest_does_not,
    a_deploy_that_was_pulled_starts_with_the_store_out_of_reach,
    with_signers_only_a_signed_entry_leads_back_behind_what_has_run,
    a_signed_entry_does_not_come_back_once_a_later_one_was_followed,
    an_unsigned_release_is_refused_also_where_a_deploy_leads_to_it,
);

fn shop(scene: &Scene, releases: usize) {
    for _ in 0..releases {
        release(scene, SHOP);
    }
}

fn deploy(scene: &Scene, release: &str) {
    let outcome = scene.twelve(["deploy", "shop@production", release]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
}

fn run(scene: &Scene, words: &[&str]) -> Outcome {
    scene.twelve([&["run", "--log-format", "raw", "--release-id"], words].concat())
}

/// The same, with the store out of reach.
fn away(stage: &Stage, words: &[&str]) -> Outcome {
    stage.twelve_away(&[&["run", "--log-format", "raw", "--release-id"], words].concat())
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

fn run_follows_a_deploy_by_its_name(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 2);
    deploy(scene, "v1");
    ran(&run(scene, &["shop@production"]), "v1");
    ran(&run(scene, &["production"]), "v1");
    deploy(scene, "v2");
    ran(&run(scene, &["shop@production"]), "v2");
    let verified = scene.twelve(["verify", "shop@production"]);
    assert!(verified.stdout.starts_with("shop v2 is whole"), "{}", verified.page());
}

fn a_rollback_is_followed_where_no_signers_are_asked_for(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 2);
    deploy(scene, "v1");
    deploy(scene, "v2");
    ran(&run(scene, &["shop@production"]), "v2");
    assert_eq!(scene.twelve(["rollback", "shop@production"]).code, Some(0));
    let back = run(scene, &["shop@production"]);
    ran(&back, "v1");
    assert!(back.stderr.contains("note: v1 is older than v2, which has run on this machine"), "{}", back.page());
    assert_eq!(run(scene, &["shop@v1"]).code, Some(77), "its number alone is no reason");
}

fn with_the_store_out_of_reach_the_last_known_release_of_a_deploy_starts_and_latest_does_not(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    deploy(scene, "v1");
    ran(&run(scene, &["shop@production"]), "v1");
    let outcome = away(stage, &["shop@production"]);
    ran(&outcome, "v1");
    assert!(outcome.stderr.contains("; `production` was at v1 when it was followed here last"), "{}", outcome.page());
    for name in ["shop@latest", "shop@1.4.0", "shop@staging"] {
        let outcome = away(stage, &[name]);
        assert!(matches!(outcome.code, Some(66 | 69)), "{}", outcome.page());
        assert_eq!(outcome.stdout, "", "{}", outcome.page());
    }
    release(scene, SHOP);
    deploy(scene, "v2");
    ran(&run(scene, &["shop@production"]), "v2");
}

#[test]
fn a_store_that_does_not_answer_is_not_waited_for_to_no_end() {
    let scene = &Scene::new();
    shop(scene, 1);
    deploy(scene, "v1");
    ran(&run(scene, &["shop@production"]), "v1");
    // A read that never comes back, as from a file system on a network that is gone.
    let entry = scene.store().join("shop/deploys/production/1.json");
    fs::remove_file(&entry).expect("removed");
    let made = scene.outcome(scene.command("mkfifo").arg(&entry));
    assert_eq!(made.code, Some(0), "{}", made.page());
    let outcome = run(scene, &["shop@production"]);
    ran(&outcome, "v1");
    assert!(outcome.stderr.contains("did not answer within 5 seconds"), "{}", outcome.page());
}

fn a_deploy_that_was_pulled_starts_with_the_store_out_of_reach(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    deploy(scene, "v1");
    let pulled = scene.twelve(["pull", "shop@production"]);
    assert_eq!(pulled.code, Some(0), "{}", pulled.page());
    ran(&away(stage, &["shop@production"]), "v1");
}

/// Two releases that a key has signed, of which v2 has run here by the name of its deploy.
fn signed(scene: &Scene) {
    shop(scene, 2);
    for name in ["ci", "other"] {
        let keygen = scene.outcome(scene.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", name]));
        assert_eq!(keygen.code, Some(0), "{}", keygen.page());
    }
    let public = fs::read_to_string(scene.path().join("ci.pub")).expect("a key");
    scene.write("signers", format!("ci namespaces=\"release@cargo-twelve,deploy@cargo-twelve\" {public}"));
    for release in ["shop@v1", "shop@v2"] {
        assert_eq!(scene.twelve(["sign", release, "--key", "ci"]).code, Some(0));
    }
    deploy(scene, "v1");
    deploy(scene, "v2");
    ran(&run(scene, &["shop@production", "--signers", "signers"]), "v2");
}

fn with_signers_only_a_signed_entry_leads_back_behind_what_has_run(stage: &Stage) {
    let scene = &stage.scene;
    signed(scene);
    for (words, leads) in [(&[][..], false), (&["--sign", "other"], false), (&["--sign", "ci"], true)] {
        let back = scene.twelve([&["rollback", "shop@production", "v1"], words].concat());
        assert_eq!(back.code, Some(0), "{}", back.page());
        let outcome = run(scene, &["shop@production", "--signers", "signers"]);
        if leads {
            ran(&outcome, "v1");
        } else {
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(77), ""), "{}", outcome.page());
            assert!(
                outcome.stderr.contains("v1 is older than v2, which has run on this machine"),
                "{}",
                outcome.page()
            );
            let hint = "`cargo twelve rollback shop@production v1 --sign KEYFILE`";
            assert!(outcome.stderr.contains(hint), "{}", outcome.page());
            ran(&run(scene, &["shop@production", "--signers", "signers", "--allow-older"]), "v1");
            deploy(scene, "v2");
        }
    }
    for name in ["7.json", "7.json.sig"] {
        scene.write(name, stage.get(&format!("shop/deploys/production/{name}")).expect("it stands"));
    }
    let mut command = scene.command("ssh-keygen");
    command.args(["-Y", "verify", "-f", "signers", "-I", "ci", "-n", "deploy@cargo-twelve", "-s"]);
    command.arg("7.json.sig").stdin(fs::File::open(scene.path().join("7.json")).expect("the entry"));
    assert_eq!(scene.outcome(&mut command).code, Some(0), "the real ssh-keygen accepts it");
    // A key that is replaced signs the entry anew.
    let public = fs::read_to_string(scene.path().join("other.pub")).expect("a key");
    scene.write("signers", format!("other {public}"));
    assert_eq!(scene.twelve(["sign", "shop@v1", "--key", "other"]).code, Some(0));
    assert_eq!(run(scene, &["shop@production", "--signers", "signers"]).code, Some(77));
    let again = scene.twelve(["rollback", "shop@production", "v1", "--sign", "other"]);
    assert_eq!(again.code, Some(0), "{}", again.page());
    ran(&run(scene, &["shop@production", "--signers", "signers"]), "v1");
    // It still leads back with the store out of reach: the cache keeps the signature with the entry.
    ran(&away(stage, &["shop@production", "--signers", "signers"]), "v1");
}

fn a_signed_entry_does_not_come_back_once_a_later_one_was_followed(stage: &Stage) {
    let scene = &stage.scene;
    signed(scene);
    let signers = ["shop@production", "--signers", "signers"];
    let back = scene.twelve(["rollback", "shop@production", "--sign", "ci"]);
    assert_eq!(back.code, Some(0), "{}", back.page());
    ran(&run(scene, &signers), "v1");
    deploy(scene, "v2");
    ran(&run(scene, &signers), "v2");
    // Who can write to the store, and has no key, removes what came after the signed way back.
    for name in ["4.json", "4.done.json"] {
        stage.remove(&format!("shop/deploys/production/{name}"));
    }
    let outcome = run(scene, &signers);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(77), ""), "{}", outcome.page());
    let said = "entry 3 of `production` is older than entry 4, which was followed on this machine";
    assert!(outcome.stderr.contains(said), "{}", outcome.page());
    ran(&run(scene, &[&signers[..], &["--allow-older"]].concat()), "v1");
}

fn an_unsigned_release_is_refused_also_where_a_deploy_leads_to_it(stage: &Stage) {
    let scene = &stage.scene;
    signed(scene);
    release(scene, SHOP);
    deploy(scene, "v3");
    let outcome = run(scene, &["shop@production", "--signers", "signers"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(77), ""), "{}", outcome.page());
    let refused = scene.twelve(["deploy", "shop@production", "v3", "--signers", "signers"]);
    assert_eq!(refused.code, Some(77), "{}", refused.page());
}
