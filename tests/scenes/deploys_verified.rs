//! Scenes of `verify --all` on the ledgers of deploys: each is tampered with for real, and each fault is named.

use super::deploys::shop;
use super::kept::{Stage, in_every_store};
use super::scene::Outcome;
use cargo_twelve::artifact::{DeployEntry, DeployOutcome, Digest, Outcome as Ended};
use serde_json::Value;

in_every_store!(
    crate::scene::Scene::new;
    every_kind_of_damage_in_a_deploy_is_found_and_named,
    an_open_entry_is_told_of_and_is_no_fault,
    with_signers_what_is_unsigned_or_signed_by_others_is_named,
    a_store_that_holds_nothing_is_not_called_whole,
);

const FOLDER: &str = "shop/deploys/production";

fn deployed(stage: &Stage, releases: &[&str]) {
    shop(&stage.scene, 3);
    for release in releases {
        stage.done(&format!("deploy shop@production {release} --env-file prod.env"));
    }
}

/// What `verify --all` finds, with these further words.
fn faults(stage: &Stage, words: &str) -> Vec<String> {
    let outcome = stage.twelve(&format!("verify --all --format json {words}"));
    let document: Value = serde_json::from_str(&outcome.stdout).expect("one document");
    let faults = document["apps"][0]["faults"].as_array().expect("faults").iter();
    let faults: Vec<String> = faults.map(|fault| fault.as_str().expect("text").to_owned()).collect();
    assert_eq!(outcome.code, Some(if faults.is_empty() { 0 } else { 65 }), "{}", outcome.page());
    faults
}

fn entry(stage: &Stage, seq: u64) -> DeployEntry {
    let bytes = stage.get(&format!("{FOLDER}/{seq}.json")).expect("it stands");
    let (app, deploy) = ("shop".parse().expect("a name"), "production".parse().expect("a name"));
    DeployEntry::from_bytes(&app, &deploy, seq, &bytes).expect("an entry")
}

/// An entry's text after something was changed in it, with a digest that fits.
fn changed(stage: &Stage, seq: u64, change: impl FnOnce(&mut DeployEntry)) -> Option<Vec<u8>> {
    let mut entry = entry(stage, seq);
    change(&mut entry);
    Some(entry.to_bytes().expect("bytes"))
}

fn every_kind_of_damage_in_a_deploy_is_found_and_named(stage: &Stage) {
    deployed(stage, &["v1", "v2", "v3"]);
    assert_eq!(faults(stage, ""), Vec::<String>::new());
    let page = stage.done("verify --all");
    assert!(page.contains("\n  production: 3 entries, at v3\n"), "{page}");
    let mut flipped = stage.get(&format!("{FOLDER}/2.json")).expect("it stands");
    flipped[20] ^= 1;
    let outcome = stage.get(&format!("{FOLDER}/1.done.json")).expect("it stands");
    let forged = {
        let (entry, by) = (entry(stage, 2).to_bytes().expect("bytes"), "eve".to_owned());
        let at = "2026-11-22T17:00:00Z".parse().expect("a time");
        let outcome = DeployOutcome { format: 1, entry: Digest::of(&entry), outcome: Ended::Failed, at, by };
        outcome.to_bytes().expect("bytes")
    };
    let first = "the deploy `production` of `shop` is broken at entry";
    let damages: [(&str, Option<Vec<u8>>, String); 7] = [
        ("2.json", Some(flipped), "entry 2 of the deploy `production` of `shop` is damaged".to_owned()),
        ("2.json", None, format!("{first} 3: entry 2 is missing before it")),
        ("2.json", None, format!("{first} 2: it has an outcome and is not there")),
        (
            "2.json",
            changed(stage, 2, |entry| entry.message = Some("another history".to_owned())),
            format!("{first} 3: the entry 2 that it names is not the one that the store holds"),
        ),
        ("2.json", stage.get(&format!("{FOLDER}/3.json")), "it says that it is entry 3 of `production`".to_owned()),
        ("2.done.json", None, format!("{first} 2: it is open, and others follow it")),
        ("2.done.json", Some(outcome), "2.done.json` is damaged: it closes another entry".to_owned()),
    ];
    for (name, bytes, why) in damages {
        let key = format!("{FOLDER}/{name}");
        let whole = stage.get(&key).expect("it stands");
        match bytes {
            Some(bytes) => stage.put(&key, &bytes),
            None => stage.remove(&key),
        }
        let found = faults(stage, "");
        assert!(found.iter().any(|fault| fault.contains(&why)), "{why}: {found:#?}");
        stage.put(&key, &whole);
        assert_eq!(faults(stage, ""), Vec::<String>::new(), "it is mended");
    }
    assert_eq!(stage.open_entry("v9", None), 4);
    let unknown = format!("{first} 4: v9, which it names, is not in the ledger of releases");
    assert_eq!(faults(stage, ""), [unknown]);
    stage.remove(&format!("{FOLDER}/4.json"));
    let earlier = changed(stage, 1, |entry| {
        entry.deploy = "staging".parse().expect("a name");
        entry.previous = Some(Digest::of(b"0"));
    });
    stage.put("shop/deploys/staging/1.json", &earlier.expect("bytes"));
    let said = "the deploy `staging` of `shop` is broken at entry 1: it names an entry before the first";
    assert_eq!(faults(stage, ""), [said]);
    stage.remove("shop/deploys/staging/1.json");
    // Who can write can close an entry as they like: an outcome is not signed, so its content alone is no fault.
    stage.put(&format!("{FOLDER}/2.done.json"), &forged);
    assert_eq!(faults(stage, ""), Vec::<String>::new());
    stage.remove(&format!("{FOLDER}/3.done.json"));
    let gone = stage.twelve("verify --all");
    assert!(gone.stdout.contains("  production: 3 entries, at v1; entry 3 is open\n"), "{}", gone.page());
}

fn an_open_entry_is_told_of_and_is_no_fault(stage: &Stage) {
    deployed(stage, &["v1"]);
    stage.open_entry("v2", None);
    let page = stage.done("verify --all");
    assert!(page.contains("\n  production: 2 entries, at v1; entry 2 is open\n"), "{page}");
}

fn with_signers_what_is_unsigned_or_signed_by_others_is_named(stage: &Stage) {
    deployed(stage, &["v1"]);
    let scene = &stage.scene;
    for name in ["ci", "other"] {
        let keygen = scene.outcome(scene.command("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", name]));
        assert_eq!(keygen.code, Some(0), "{}", keygen.page());
    }
    let public = std::fs::read_to_string(scene.path().join("ci.pub")).expect("a key");
    scene.write("signers", format!("ci {public}"));
    let unsigned = faults(stage, "--signers signers");
    assert_eq!(unsigned, ["`shop` v1 is not signed", "`shop` v2 is not signed", "`shop` v3 is not signed"]);
    for (release, key) in [("v1", "ci"), ("v2", "ci"), ("v3", "other")] {
        stage.done(&format!("sign shop@{release} --key {key}"));
    }
    let signed_by = |key: &str, release: &str| -> Outcome {
        stage.twelve(&format!("deploy shop@production {release} --env-file prod.env --sign {key}"))
    };
    assert_eq!(signed_by("ci", "v2").code, Some(0));
    assert_eq!(signed_by("other", "v1").code, Some(0));
    let found = faults(stage, "--signers signers");
    assert_eq!(found.len(), 2, "an entry need not be signed: {found:#?}");
    for (fault, what) in found.iter().zip(["`shop` v3", "entry 3 of the deploy `production` of `shop`"]) {
        assert!(fault.contains(what) && fault.contains("which `signers` does not list"), "{fault}");
    }
    assert_eq!(faults(stage, ""), Vec::<String>::new(), "without signers nobody is asked");
}

fn a_store_that_holds_nothing_is_not_called_whole(stage: &Stage) {
    let outcome = stage.twelve("verify --all");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(69), ""), "{}", outcome.page());
    assert!(outcome.stderr.contains("` is empty\nhint: look whether it is mounted"), "{}", outcome.page());
}
