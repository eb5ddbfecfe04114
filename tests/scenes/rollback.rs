//! Scenes of `rollback`: one line, nothing runs, nothing is rewritten.

use super::deploys::{SHOP, deploy, env_file, ledger, shop};
use super::kept::{Stage, in_every_store};
use super::ledger::release;
use super::scene::{Outcome, Scene};
use serde_json::Value;
use std::fs;

in_every_store!(
    crate::scene::Scene::new;
    one_line_goes_back_to_what_was_current_before_and_runs_nothing,
    going_back_twice_goes_back_two_releases,
    a_dry_run_prints_the_way_back_and_does_not_go_it,
    a_release_that_needs_what_the_running_config_may_lack_is_refused_until_it_is_shown,
    a_release_that_is_newer_and_never_ran_there_is_no_way_back,
    a_release_that_is_not_there_is_no_release_that_is_newer,
    failed_and_abandoned_entries_are_no_place_to_go_back_to,
);

fn rollback(scene: &Scene, words: &[&str]) -> Outcome {
    scene.twelve([&["rollback", "shop@production"], words].concat())
}

/// Releases of the app, each deployed in turn.
fn deployed(scene: &Scene, releases: usize) {
    shop(scene, releases);
    for number in 1..=releases {
        assert_eq!(deploy(scene, &format!("v{number}")).code, Some(0));
    }
    fs::remove_file(scene.path().join("log")).expect("the release phases ran");
}

fn one_line_goes_back_to_what_was_current_before_and_runs_nothing(stage: &Stage) {
    let scene = &stage.scene;
    deployed(scene, 2);
    let outcome = rollback(scene, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    for said in [
        "Going back production of shop: v2 -> v1",
        "the database's schema stays as it is: a rollback runs no release phase",
        "production of shop is at v1 (entry 3)",
    ] {
        assert!(outcome.stderr.contains(said), "`{said}` is not in:\n{}", outcome.page());
    }
    assert!(!scene.path().join("log").exists(), "nothing ran");
    assert_eq!(ledger(scene)[0], "v1 rollback done same", "nobody gave another config");
    let again = rollback(scene, &["v1"]);
    assert_eq!(again.code, Some(0), "{}", again.page());
    assert!(again.stderr.contains("Unchanged production of shop is at v1"), "{}", again.page());
    assert_eq!(ledger(scene).len(), 3);
}

fn going_back_twice_goes_back_two_releases(stage: &Stage) {
    let scene = &stage.scene;
    deployed(scene, 3);
    assert_eq!(deploy(scene, "v3").code, Some(0), "the same once more is no place to go back to");
    for release in ["v2", "v1"] {
        assert_eq!(rollback(scene, &[]).code, Some(0));
        assert_eq!(ledger(scene)[0], format!("{release} rollback done same"));
    }
    let nothing = rollback(scene, &[]);
    assert_eq!(nothing.code, Some(66), "{}", nothing.page());
    assert!(nothing.stderr.contains("`production` has no release to go back to from v1"), "{}", nothing.page());
    assert_eq!(rollback(scene, &["v3"]).code, Some(0), "it was there once");
}

fn a_dry_run_prints_the_way_back_and_does_not_go_it(stage: &Stage) {
    let scene = &stage.scene;
    deployed(scene, 2);
    let outcome = rollback(scene, &["--dry-run"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stdout.contains("release  v2 -> v1\n"), "{}", outcome.page());
    assert!(outcome.stdout.contains("schema   stays as it is"), "{}", outcome.page());
    let json = rollback(scene, &["--dry-run", "--format", "json"]).stdout;
    let plan: Value = serde_json::from_str(&json).expect("one document");
    assert_eq!((&plan["plan"]["from"]["release"], &plan["plan"]["to"]["release"]), (&"v2".into(), &"v1".into()));
    assert_eq!(ledger(scene).len(), 2);
}

fn a_release_that_needs_what_the_running_config_may_lack_is_refused_until_it_is_shown(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 0);
    release(scene, &format!("{SHOP}[config.vars.OLD_URL]\ntype = \"url\"\n"));
    release(scene, &SHOP.replace("type = \"path\"", "type = \"path\"\nmin-len = 1"));
    scene.write("old.env", "OLD_URL=http://127.0.0.1/\n");
    let first = ["deploy", "shop@production", "v1", "--env-file", "prod.env", "--env-file", "old.env"];
    assert_eq!(scene.twelve(first).code, Some(0));
    assert_eq!(deploy(scene, "v2").code, Some(0));
    let refused = rollback(scene, &[]);
    assert_eq!(refused.code, Some(1), "{}", refused.page());
    assert!(refused.stderr.contains("v1 needs `LOG`, `OLD_URL`, of which the config of v2 says nothing"));
    assert!(refused.stderr.contains("hint: add `--env-file FILE`"), "{}", refused.page());
    let lacking = rollback(scene, &["--env-file", "prod.env"]);
    assert_eq!(lacking.code, Some(78), "{}", lacking.page());
    assert!(lacking.stderr.contains("`OLD_URL` is missing"), "{}", lacking.page());
    assert_eq!(ledger(scene).len(), 2, "nothing was appended");
    let shown = rollback(scene, &["--env-file", "prod.env", "--env-file", "old.env"]);
    assert_eq!(shown.code, Some(0), "{}", shown.page());
    assert!(shown.stderr.contains("v1 also reads OLD_URL"), "{}", shown.page());
}

fn a_release_that_is_newer_and_never_ran_there_is_no_way_back(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 2);
    assert_eq!(deploy(scene, "v1").code, Some(0));
    let refused = rollback(scene, &["v2"]);
    assert_eq!(refused.code, Some(77), "{}", refused.page());
    assert!(refused.stderr.contains("v2 is newer than v1, which is current in `production`, and never ran there"));
    assert!(refused.stderr.contains("`cargo twelve deploy shop@production v2 --env-file FILE`"), "{}", refused.page());
}

fn a_release_that_is_not_there_is_no_release_that_is_newer(stage: &Stage) {
    let scene = &stage.scene;
    deployed(scene, 1);
    let refused = rollback(scene, &["v9"]);
    assert_eq!(refused.code, Some(66), "{}", refused.page());
    assert!(refused.stderr.contains("`shop` has no release `v9`"), "{}", refused.page());
}

#[test]
fn a_deploy_that_was_at_other_releases_is_not_said_never_to_have_been() {
    let scene = &Scene::new();
    shop(scene, 3);
    for release in ["v1", "v3"] {
        assert_eq!(deploy(scene, release).code, Some(0));
    }
    assert_eq!(rollback(scene, &["v2"]).code, Some(0), "it is older, and never ran there");
    let nothing = rollback(scene, &[]);
    assert_eq!(nothing.code, Some(66), "{}", nothing.page());
    assert!(nothing.stderr.contains("`production` has no release to go back to from v2"), "{}", nothing.page());
    assert!(nothing.stderr.contains("`cargo twelve rollback shop@production RELEASE`"), "{}", nothing.page());
    assert_eq!(rollback(scene, &["v1"]).code, Some(0));
}

fn failed_and_abandoned_entries_are_no_place_to_go_back_to(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    assert_eq!(deploy(scene, "v1").code, Some(0));
    release(scene, &SHOP.replace("echo migrated", "exit 1"));
    assert_eq!(deploy(scene, "v2").code, Some(1));
    release(scene, SHOP);
    env_file(scene, "1234");
    assert_eq!(deploy(scene, "v3").code, Some(0));
    assert_eq!(rollback(scene, &[]).code, Some(0));
    assert_eq!(ledger(scene)[0], "v1 rollback done same");
}
