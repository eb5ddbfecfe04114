//! Scenes of `deploy` and `deploys`: the release phase with real processes, the lock, and what a ledger says.

use super::kept::{Stage, in_every_store};
use super::ledger::release;
use super::running::{Running, lives, wait_until};
use super::scene::{Outcome, PROGRAM, Scene};
use cargo_twelve::app::DeployName;
use rustix::process::Signal;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

in_every_store!(
    crate::scene::Scene::new;
    a_deploy_runs_its_release_phase_once_and_in_the_order_of_declaration,
    a_release_phase_that_fails_leaves_the_deploy_where_it_was,
    a_config_that_does_not_meet_the_contract_is_refused_before_anything_is_appended,
    a_program_that_is_not_there_is_refused_before_anything_is_appended,
    of_sixteen_deployers_at_once_exactly_one_opens,
    a_killed_deployer_leaves_an_open_entry_that_says_who_and_since_when_and_can_be_taken_over,
    a_signal_in_the_release_phase_closes_the_entry_failed,
    a_process_that_makes_nothing_of_a_signal_still_makes_a_failed_entry,
    who_was_taken_over_does_not_close_what_another_has_closed,
    a_changed_config_is_recorded_and_nothing_of_it_is_in_the_store,
    what_something_else_has_deployed_is_recorded_and_nothing_runs,
    a_dry_run_prints_the_plan_and_does_nothing,
    a_deploy_that_is_not_there_is_named_with_those_that_are,
    a_slip_in_the_name_of_a_deploy_is_warned_of_before_it_makes_one,
    a_store_that_holds_nothing_is_looked_at_before_a_first_release_is_made_in_it,
);

/// An app whose release phase writes its process's name into a file that the config names.
pub(crate) const SHOP: &str = "[processes.web]\ncommand = \"shop env\"\n\
    [admin.migrate]\ncommand = \"sh -c 'echo $PROCESS of $RELEASE_ID >> $LOG; echo migrated'\"\nbefore-deploy = true\n\
    [admin.report]\ncommand = \"sh -c 'echo $PROCESS >> $LOG'\"\n\
    [admin.seed]\ncommand = \"sh -c 'echo $PROCESS of $RELEASE_ID >> $LOG'\"\nbefore-deploy = true\n\
    [config.vars.LOG]\ntype = \"path\"\n[config.vars.PIN]\ntype = \"string\"\nsecret = true\n";

/// The same with another release phase.
fn shop_with_phase(command: &str) -> String {
    let config = &SHOP[SHOP.find("[config").expect("it has a contract")..];
    format!("[admin.migrate]\ncommand = \"{command}\"\nbefore-deploy = true\n{config}")
}

/// Releases of the app, and an env file.
pub(crate) fn shop(scene: &Scene, releases: usize) {
    for _ in 0..releases {
        release(scene, SHOP);
    }
    env_file(scene, "1234");
}

pub(crate) fn env_file(scene: &Scene, pin: &str) {
    scene.write("prod.env", format!("LOG={}\nPIN={pin}\n", log_file(scene).display()));
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(scene.path().join("prod.env"), own).expect("a mode");
}

fn log_file(scene: &Scene) -> PathBuf {
    scene.path().join("log")
}

fn log(scene: &Scene) -> String {
    fs::read_to_string(log_file(scene)).unwrap_or_default()
}

pub(crate) fn deploy(scene: &Scene, release: &str) -> Outcome {
    scene.twelve(["deploy", "shop@production", release, "--env-file", "prod.env"])
}

/// The deploys that the store has.
fn deploys(scene: &Scene) -> Vec<DeployName> {
    scene.opened_store().deploys(&"shop".parse().expect("a name")).expect("readable")
}

/// The ledger of the deploy, newest first, as `RELEASE REASON OUTCOME CONFIG`.
pub(crate) fn ledger(scene: &Scene) -> Vec<String> {
    let outcome = scene.twelve(["deploys", "shop@production", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let document: Value = serde_json::from_str(&outcome.stdout).expect("one document");
    let entry = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or("open").to_owned();
        format!("{} {} {} {}", text("release"), text("reason"), text("outcome"), text("config"))
    };
    document["entries"].as_array().expect("entries").iter().map(entry).collect()
}

fn a_deploy_runs_its_release_phase_once_and_in_the_order_of_declaration(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    let outcome = deploy(scene, "v1");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.page());
    assert_eq!(log(scene), "admin.migrate of v1\nadmin.seed of v1\n");
    for said in ["Deploying production of shop: v1", "Running admin.migrate", "migrated", "production of shop is at v1"]
    {
        assert!(outcome.stderr.contains(said), "`{said}` is not in:\n{}", outcome.page());
    }
    assert_eq!(ledger(scene), ["v1 deploy done unknown"]);
    let page = scene.twelve(["deploys", "shop@production"]).stdout;
    assert!(page.starts_with("ENTRY  RELEASE  WHY     OUTCOME"), "{page}");
}

fn a_release_phase_that_fails_leaves_the_deploy_where_it_was(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    assert_eq!(deploy(scene, "v1").code, Some(0));
    release(scene, &shop_with_phase("sh -c 'echo half >> $LOG; exit 3'"));
    let outcome = deploy(scene, "v2");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{}", outcome.page());
    let said = "the release phase failed: `migrate` ended with code 3; `production` stays at v1";
    assert!(outcome.stderr.contains(&said.replace("`migrate`", "`admin.migrate`")), "{}", outcome.page());
    assert_eq!(ledger(scene)[0], "v2 deploy failed same");
    let shown = scene.twelve(["show", "shop@production", "--format", "json"]).stdout;
    assert!(shown.contains("\"release\":\"v1\""), "{shown}");
}

fn a_config_that_does_not_meet_the_contract_is_refused_before_anything_is_appended(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    scene.write("prod.env", "PIN=1\n");
    let outcome = deploy(scene, "v1");
    assert_eq!(outcome.code, Some(78), "{}", outcome.page());
    assert!(outcome.stderr.contains("`LOG` is missing"), "{}", outcome.page());
    assert_eq!(deploys(scene), []);
}

fn a_program_that_is_not_there_is_refused_before_anything_is_appended(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 0);
    release(scene, &shop_with_phase("nowhere-at-all"));
    let outcome = deploy(scene, "v1");
    assert_ne!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stderr.contains("`admin.migrate` starts `nowhere-at-all`"), "{}", outcome.page());
    assert_eq!(deploys(scene), []);
}

fn of_sixteen_deployers_at_once_exactly_one_opens(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 0);
    release(
        scene,
        &shop_with_phase("sh -c 'echo once >> $LOG; until [ -e go ] || [ -e $LOG.go ]; do sleep 0.02; done'"),
    );
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let deployers: Vec<_> = (0..16).map(|_| scope.spawn(|| deploy(scene, "v1"))).collect();
        // The others are refused while the first is at it.
        wait_until("fifteen to be refused", || {
            (deployers.iter().filter(|one| one.is_finished()).count() == 15).then_some(())
        });
        scene.write("log.go", "");
        deployers.into_iter().map(|one| one.join().expect("a deployer")).collect()
    });
    let of = |code| outcomes.iter().filter(|one| one.code == Some(code)).collect::<Vec<_>>();
    assert_eq!((of(0).len(), of(75).len()), (1, 15));
    for refused in of(75) {
        assert!(refused.stderr.contains("`production` of `shop` is being moved to v1 by `"), "{}", refused.page());
        assert!(refused.stderr.contains("`--take-over`"), "{}", refused.page());
    }
    assert_eq!(log(scene), "once\n", "the release phase ran once");
    assert_eq!(ledger(scene), ["v1 deploy done unknown"]);
}

/// A deploy of v2 that stands in its release phase, after a deploy of v1; and the pid of that phase's process.
fn standing(scene: &Scene, trap: &str) -> (Running, u32) {
    assert_eq!(deploy(scene, "v1").code, Some(0));
    release(scene, &shop_with_phase(&format!("sh -c '{trap} echo $$ > $LOG.pid; while :; do sleep 0.05; done'")));
    let mut command = scene.command(PROGRAM);
    command.args(["deploy", "shop@production", "v2", "--env-file", "prod.env"]).env("USER", "ada");
    let running = Running::of(command);
    let pid =
        wait_until("the release phase", || fs::read_to_string(scene.path().join("log.pid")).ok()?.trim().parse().ok());
    (running, pid)
}

fn a_killed_deployer_leaves_an_open_entry_that_says_who_and_since_when_and_can_be_taken_over(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    let (running, pid) = standing(scene, "");
    running.signal(Signal::KILL);
    wait_until("the process of the phase to end", || (!lives(pid)).then_some(()));
    assert_eq!(running.end().code, None);
    let refused = deploy(scene, "v1");
    assert_eq!(refused.code, Some(75), "{}", refused.page());
    assert!(refused.stderr.contains("is being moved to v2 by `ada` on "), "{}", refused.page());
    assert!(refused.stderr.contains("(pid ") && refused.stderr.contains("since 20"), "{}", refused.page());
    let back = scene.twelve(["rollback", "shop@production"]);
    assert_eq!(back.code, Some(75), "{}", back.page());
    let listed = scene.twelve(["deploys"]).stdout;
    assert!(listed.contains("open: ada to v2"), "{listed}");
    let entries = scene.twelve(["deploys", "shop@production"]).stdout;
    let open = entries.lines().nth(1).expect("an entry");
    assert!(open.contains("ada on ") && open.contains("(pid "), "who is asked whether it lives: {entries}");
    assert_eq!(entries.matches("(pid ").count(), 1, "{entries}");
    assert_eq!(scene.twelve(["admin", "--release-id", "shop@production"]).code, Some(0), "what was current stays so");
    let over = scene.twelve(["deploy", "shop@production", "v1", "--env-file", "prod.env", "--take-over"]);
    assert_eq!(over.code, Some(0), "{}", over.page());
    assert_eq!(ledger(scene), ["v1 deploy done same", "v2 deploy abandoned same", "v1 deploy done unknown"]);
}

fn a_signal_in_the_release_phase_closes_the_entry_failed(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    let (running, pid) = standing(scene, "");
    let ended = running.stop();
    assert_eq!(ended.code, Some(143), "{}", ended.stderr);
    assert!(ended.stderr.contains("is closed `failed`"), "{}", ended.stderr);
    assert!(!lives(pid), "the signal was passed on");
    assert_eq!(ledger(scene)[0], "v2 deploy failed same");
    assert_eq!(deploy(scene, "v1").code, Some(0), "the deploy is free again");
}

fn a_process_that_makes_nothing_of_a_signal_still_makes_a_failed_entry(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    assert_eq!(deploy(scene, "v1").code, Some(0));
    let waits = "trap : TERM; echo $$ > $LOG.pid; until [ -e $LOG.go ]; do sleep 0.02; done";
    release(scene, &shop_with_phase(&format!("sh -c '{waits}'")));
    let mut command = scene.command(PROGRAM);
    command.args(["deploy", "shop@production", "v2", "--env-file", "prod.env"]);
    let running = Running::of(command);
    wait_until("the release phase", || scene.path().join("log.pid").exists().then_some(()));
    running.signal(Signal::TERM);
    scene.write("log.go", "");
    assert_eq!(running.end().code, Some(143));
    assert_eq!(ledger(scene)[0], "v2 deploy failed same");
}

fn who_was_taken_over_does_not_close_what_another_has_closed(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    assert_eq!(deploy(scene, "v1").code, Some(0));
    let waits = "echo $$ > $LOG.pid; until [ -e $LOG.go ]; do sleep 0.02; done";
    release(scene, &shop_with_phase(&format!("sh -c '{waits}'")));
    let mut command = scene.command(PROGRAM);
    command.args(["deploy", "shop@production", "v2", "--env-file", "prod.env"]);
    let running = Running::of(command);
    wait_until("the release phase", || scene.path().join("log.pid").exists().then_some(()));
    let over = scene.twelve(["deploy", "shop@production", "v1", "--env-file", "prod.env", "--take-over"]);
    assert_eq!(over.code, Some(0), "{}", over.page());
    scene.write("log.go", "");
    let ended = running.end();
    assert_eq!(ended.code, Some(75), "{}", ended.stderr);
    assert!(ended.stderr.contains("entry 2 of `production` was closed `abandoned` by `"), "{}", ended.stderr);
    assert_eq!(ledger(scene)[..2], ["v1 deploy done same", "v2 deploy abandoned same"]);
}

fn a_changed_config_is_recorded_and_nothing_of_it_is_in_the_store(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    assert_eq!(deploy(scene, "v1").code, Some(0));
    let same = || scene.twelve(["deploy", "shop@production", "--same", "--env-file", "prod.env", "-m", "a new one"]);
    assert_eq!(same().code, Some(0));
    env_file(scene, "987654321");
    assert_eq!(same().code, Some(0));
    assert_eq!(ledger(scene), ["v1 same done changed", "v1 same done same", "v1 deploy done unknown"]);
    assert_eq!(log(scene).lines().count(), 2, "the release phase ran for the first entry alone");
    for name in ["1.json", "1.done.json", "2.json", "2.done.json", "3.json", "3.done.json"] {
        let text = stage.get(&format!("shop/deploys/production/{name}")).expect(name);
        let text = String::from_utf8(text).expect("text");
        assert!(!text.contains("987654321") && !text.contains("PIN\""), "{text}");
    }
    let key = fs::metadata(scene.state().join("fingerprint.key")).expect("the machine's key");
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&key.permissions()) & 0o777, 0o600);
    // Machines that share a key can compare; one with a key of its own cannot.
    let mut command = scene.command(PROGRAM);
    command.env("TWELVE_FINGERPRINT_KEY", "k".repeat(32));
    command.args(["deploy", "shop@production", "--same", "--env-file", "prod.env"]);
    assert_eq!(scene.outcome(&mut command).code, Some(0));
    assert_eq!(ledger(scene)[0], "v1 same done unknown");
    let short = scene.outcome(scene.command(PROGRAM).env("TWELVE_FINGERPRINT_KEY", "short").args([
        "deploy",
        "shop@production",
        "--same",
        "--env-file",
        "prod.env",
    ]));
    assert_eq!(short.code, Some(2), "{}", short.page());
}

fn what_something_else_has_deployed_is_recorded_and_nothing_runs(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    let outcome = scene.twelve(["deploy", "shop@production", "v1", "--external"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_eq!((log(scene), ledger(scene)), (String::new(), vec!["v1 external done unknown".to_owned()]));
}

fn a_dry_run_prints_the_plan_and_does_nothing(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    let words = ["deploy", "shop@production", "v1", "--env-file", "prod.env", "--dry-run"];
    let outcome = scene.twelve(words);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stdout.contains("runs     migrate, seed\n"), "{}", outcome.page());
    let json = scene.twelve(words.iter().chain(&["--format", "json"])).stdout;
    let plan: Value = serde_json::from_str(&json).expect("one document");
    assert_eq!(plan["plan"]["release_phase"], serde_json::json!(["migrate", "seed"]));
    assert_eq!(log(scene), "");
    assert_eq!(deploys(scene), []);
}

fn a_deploy_that_is_not_there_is_named_with_those_that_are(stage: &Stage) {
    let scene = &stage.scene;
    shop(scene, 1);
    for words in [&["rollback", "shop@production"][..], &["deploys", "shop@production"], &["show", "shop@production"]] {
        let outcome = scene.twelve(words);
        assert_eq!(outcome.code, Some(66), "{}", outcome.page());
        assert!(outcome.stderr.contains("`shop` has no deploy `production`"), "{}", outcome.page());
    }
    assert_eq!(deploy(scene, "v1").code, Some(0));
    let outcome = scene.twelve(["show", "shop@prodution"]);
    assert!(outcome.stderr.contains("did you mean `production`?"), "{}", outcome.page());
}

fn a_slip_in_the_name_of_a_deploy_is_warned_of_before_it_makes_one(stage: &Stage) {
    const OWN: &str = "is a deploy of its own";
    let scene = &stage.scene;
    shop(scene, 1);
    let deploy = |name: &str, words: &[&str]| {
        let told = scene.twelve([&["deploy", name, "v1", "--env-file", "prod.env"], words].concat());
        assert_eq!(told.code, Some(0), "{}", told.page());
        told.stderr
    };
    assert!(!deploy("production", &[]).contains(OWN));
    let warning =
        "warning: `prodution` is a deploy of its own, beside `production`\nhint: where `production` was meant";
    assert!(deploy("prodution", &["--dry-run"]).contains(warning));
    let told = deploy("prodution", &[]);
    assert!(told.find(warning) < told.find("Deploying prodution"), "{told}");
    assert!(!deploy("prodution", &[]).contains(OWN), "it is known now");
    assert!(!deploy("staging", &[]).contains(OWN), "another name is no slip");
}

fn a_store_that_holds_nothing_is_looked_at_before_a_first_release_is_made_in_it(stage: &Stage) {
    let scene = &stage.scene;
    env_file(scene, "1234");
    for words in [
        "deploy shop@production v2 --env-file prod.env",
        "rollback shop@production",
        "deploys shop@production",
        "pull shop@production",
        "verify shop@latest",
        "releases shop",
        "show shop@v2",
    ] {
        let outcome = stage.twelve(words);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(66), ""), "{words}: {}", outcome.page());
        let hint = "` holds no app `shop`\nhint: it is empty: look whether it is mounted and named right";
        assert!(outcome.stderr.contains(hint), "{words}: {}", outcome.page());
    }
}
