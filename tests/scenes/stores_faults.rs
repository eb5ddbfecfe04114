//! Ways and servers that fail between the program and a bucket: nothing is lost, nothing is taken twice, and what cannot be
//! done is said with its store, and without a credential.

use crate::kept::Stage;
use crate::scene::{PROGRAM, Scene};
use crate::shop::shop;
use crate::way::{Fault, Way};
use cargo_twelve::artifact::{ReleaseId, UtcTime};
use cargo_twelve::release::{Direction, Proposal, Repeat, append};

/// A stage whose store is asked on a way that is ours; none where there is no object server.
fn on_a_way(scene: &str) -> Option<(Stage, Way)> {
    let stage = Stage::in_a_bucket(&format!("stores_faults::{scene}"), shop())?;
    let crate::kept::Kept::Bucket { server, .. } = &stage.kept else { unreachable!("a bucket") };
    let way = Way::to(server.s3);
    let port = way.port;
    Some((stage.through(port), way))
}

/// Makes the app's next build larger than a part of an upload.
fn grow(stage: &Stage) {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noise: Vec<u8> = (0..30 << 20).map(|_| next()).collect();
    stage.scene.write("static/noise", noise);
    crate::shop::commit(&stage.scene, "noise");
}

#[test]
fn an_upload_and_a_download_go_on_after_a_broken_connection() {
    let Some((stage, way)) = on_a_way("an_upload_and_a_download_go_on_after_a_broken_connection") else { return };
    grow(&stage);
    way.fail(Fault::CutUpload(20 << 20));
    assert_eq!(stage.done("build").trim().len(), 64);
    assert!(way.all_failed(), "the upload was cut");
    assert_eq!(stage.done("release"), "v1\n");
    way.requests();
    way.fail(Fault::CutDownload(10 << 20));
    stage.done("pull shop@v1");
    assert!(way.all_failed(), "the download was cut");
    let asked: Vec<String> = way.requests().into_iter().filter(|line| line.contains(".tar.gz")).collect();
    assert_eq!(asked.len(), 2, "once, and once for the rest: {asked:?}");
    stage.done("verify --all");
}

#[test]
fn what_was_made_here_is_uploaded_and_not_downloaded_again() {
    let Some((stage, way)) = on_a_way("what_was_made_here_is_uploaded_and_not_downloaded_again") else { return };
    let downloads = |words: &str| {
        way.requests();
        stage.done(words);
        let is_download = |line: &String| line.starts_with("GET ") && line.contains(".tar.gz");
        way.requests().iter().filter(|line| is_download(line)).count()
    };
    assert_eq!(downloads("release"), 0, "the portable file is from here");
    let portable = stage.scene.path().join("target/twelve");
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let portable = portable.join(format!("shop-1.4.0-v1-{target}.tar.gz"));
    let bytes = std::fs::read(&portable).expect("the portable file");
    assert_eq!(Some(&bytes), stage.get(&stage.tarball("v1")).as_ref());
    assert_eq!(downloads("release"), 0, "it stands");
    std::fs::write(&portable, "of another ledger").expect("written");
    assert_eq!(downloads("release"), 1, "what does not lie here is fetched");
    assert_eq!(std::fs::read(&portable).expect("the portable file"), bytes);
    assert_eq!(downloads("build"), 0);
}

#[test]
fn an_answer_that_was_lost_takes_no_second_number() {
    let Some((stage, way)) = on_a_way("an_answer_that_was_lost_takes_no_second_number") else { return };
    assert_eq!(stage.done("release"), "v1\n");
    way.fail(Fault::LoseAnswer("PUT", "/releases/v2.json"));
    assert_eq!(stage.done("release --again"), "v2\n");
    assert!(way.all_failed(), "the answer was lost");
    assert!(stage.get("shop/releases/v3.json").is_none(), "its own success was recognised");
    stage.done("verify v2");
}

#[test]
fn a_conflict_that_leaves_nothing_standing_is_asked_again() {
    let Some((stage, way)) = on_a_way("a_conflict_that_leaves_nothing_standing_is_asked_again") else { return };
    assert_eq!(stage.done("release"), "v1\n");
    way.fail(Fault::Answer("PUT", "/releases/v2.json", "409 Conflict"));
    way.fail(Fault::Answer("PUT", "/releases/v2.json", "503 Slow Down"));
    assert_eq!(stage.done("release --again"), "v2\n");
    assert!(way.all_failed());
    stage.done("verify v2");
}

#[test]
fn a_store_that_lets_a_second_create_pass_is_refused() {
    let Some(stage) = Stage::in_a_bucket("stores_faults::a_store_that_lets_a_second_create_pass_is_refused", shop())
    else {
        return;
    };
    let way = Way::to_nowhere();
    let port = way.port;
    let outcome = stage.through(port).twelve("release");
    outcome.refused(77, &["cannot hold a ledger: of 9 writers that created one key 9 were told that they had"]);
    assert!(
        way.requests().iter().all(|line| !line.starts_with("PUT ") || !line.contains("/shop/")),
        "nothing of the app was written"
    );
}

#[test]
fn a_store_is_tried_out_once() {
    let Some((stage, way)) = on_a_way("a_store_is_tried_out_once") else { return };
    assert_eq!(stage.done("release"), "v1\n");
    let trials = |requests: Vec<String>| requests.iter().filter(|line| line.contains("probe-")).count();
    assert!(trials(way.requests()) >= 9);
    assert_eq!(stage.done("release --again"), "v2\n");
    assert_eq!(trials(way.requests()), 0, "the store remembers");
}

#[test]
fn what_cannot_be_asked_is_said_with_the_store_and_without_a_credential() {
    let name = "stores_faults::what_cannot_be_asked_is_said_with_the_store_and_without_a_credential";
    let Some(stage) = Stage::in_a_bucket(name, shop()) else { return };
    let ask = |name: &str, value: &str| {
        let mut command = stage.scene.command(PROGRAM);
        stage.scene.outcome(command.args(["releases", "shop"]).env(name, value))
    };
    let refused = |name: &str, value: &str, said: &str| {
        let outcome = ask(name, value);
        let store = if name == "TWELVE_STORE" { value.to_owned() } else { stage.location() };
        outcome.refused(69, &[store.as_str(), "did not let us", said, "hint: "]);
        assert!(!outcome.stderr.contains("SKTEST") && !outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    };
    refused("AWS_SECRET_ACCESS_KEY", "hunter2-is-wrong", "SignatureDoesNotMatch");
    refused("AWS_ENDPOINT_URL", "http://ada:hunter2@127.0.0.1:9/?key=hunter2", "Connection refused");
    refused("AWS_ACCESS_KEY_ID", "", "Missing AccessKeyId");
    refused("TWELVE_STORE", "s3://no-such-bucket", "NoSuchBucket");
    ask("AWS_ALLOW_HTTP", "")
        .refused(2, &["its endpoint has no TLS", "`export AWS_ALLOW_HTTP=true` says that this is meant"]);
    let outcome = ask("TWELVE_STORE", "s3://AK:hunter2@rel");
    outcome.refused(2, &["credentials stand in variables and never in an address"]);
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
}

#[test]
fn a_machine_that_knows_no_authorities_was_told_to_look_at_its_credentials() {
    let scene = Scene::new();
    let mut command = scene.command(PROGRAM);
    command.args(["releases", "shop"]).env("TWELVE_STORE", "s3://rel");
    command.envs([("AWS_ACCESS_KEY_ID", "AK"), ("AWS_SECRET_ACCESS_KEY", "SK")]);
    let outcome = scene.outcome(command.env("SSL_CERT_FILE", "/none").env("SSL_CERT_DIR", "/none"));
    outcome.refused(69, &["`s3://rel`", "No CA certificates", "hint: install the certificates of authorities"]);
}

#[test]
fn the_number_of_requests_does_not_grow_with_the_ledger() {
    let Some((stage, way)) = on_a_way("the_number_of_requests_does_not_grow_with_the_ledger") else { return };
    assert_eq!(stage.done("release"), "v1\n");
    let counts = || {
        ["release --again", "show latest", "run --release-id shop@latest web=1"].map(|words| {
            way.requests();
            stage.done(words);
            way.requests().len()
        })
    };
    stage.done("pull shop@v1");
    let first = counts();
    // Every release takes the way that `release` takes, without a commit each.
    let store = stage.scene.opened_store();
    let newest = store.record(&"shop".parse().expect("a name"), ReleaseId::FIRST).expect("a record");
    let proposal = Proposal {
        app: newest.app,
        version: newest.version,
        commit: newest.commit,
        branch: None,
        remote: None,
        roots: newest.roots,
        builds: newest.builds,
        created: UtcTime::from_seconds(1_764_000_000).expect("a time"),
        created_by: "ada".to_owned(),
        message: None,
    };
    for _ in 0..200 {
        append(&store, &proposal, Repeat::Again, Direction::Any, |_| false).expect("appended");
    }
    assert_eq!(counts(), first, "at 2 releases and at 200 alike");
    println!("requests for release, show, run: {first:?}");
}
