//! One suite for every kind of store: a folder, and a bucket of a real object server.

use crate::kept::{Kept, Stage, in_every_store};
use crate::scene::PROGRAM;
use cargo_twelve::artifact::{Digest, Outcome, ReleaseId, ReleaseRecord};
use serde_json::Value;

in_every_store!(
    crate::shop::shop;
    a_release_goes_the_whole_way,
    every_kind_of_damage_is_found_and_named,
    a_build_that_no_release_names_is_an_orphan_and_no_fault,
    what_a_deploy_needs_is_never_pruned,
    a_pruned_release_says_so_and_its_commit_can_be_released_again,
    another_codebase_is_refused_and_two_apps_of_one_are_said_to_be,
    a_reboot_works_with_the_store_out_of_reach,
    a_number_whose_record_was_lost_is_not_free,
    a_release_crosses_an_air_gap_in_its_portable_files,
    deploys_say_how_far_they_are_behind_the_ledger_and_the_branch,
);

fn a_release_goes_the_whole_way(stage: &Stage) {
    assert_eq!(stage.done("release"), "v1\n");
    assert_eq!(stage.done("release"), "v1\n", "the same build is the same release");
    assert_eq!(stage.done("release --again"), "v2\n");
    assert_eq!(stage.release_another("p {}\n"), "v3");
    assert_eq!(stage.done("releases").lines().count(), 4);
    assert!(stage.done("verify v3").starts_with("shop v3 is whole: 3 records\n"));
    assert!(stage.done("diff v2 v3").contains("site.css"));
    let all = stage.done("verify --all");
    assert!(all.starts_with("shop: 3 releases, 0 pruned, 2 builds\n") && all.ends_with("` is whole\n"), "{all}");
    assert!(stage.done("run --release-id shop@latest web=1").contains("web.1"));
    let path = stage.done("pull shop@v1");
    let tree = path.trim().strip_prefix("[SCENE]/cache/").expect("it stands in the cache");
    assert!(stage.scene.cache().join(tree).join("bin/shop").is_file(), "{path}");
}

/// The faults that `verify --all` finds.
fn faults(stage: &Stage) -> Vec<String> {
    let outcome = stage.twelve("verify --all --format json");
    let document: Value = serde_json::from_str(&outcome.stdout).expect("one document");
    let faults = document["apps"].as_array().expect("apps").iter().flat_map(|app| app["faults"].as_array());
    let faults: Vec<String> = faults.flatten().map(|fault| fault.as_str().expect("text").to_owned()).collect();
    assert_eq!(outcome.code, Some(if faults.is_empty() { 0 } else { 65 }), "{}", outcome.page());
    assert_eq!(document["whole"], faults.is_empty());
    faults
}

fn every_kind_of_damage_is_found_and_named(stage: &Stage) {
    assert_eq!(stage.done("release"), "v1\n");
    assert_eq!(stage.release_another("p {}\n"), "v2");
    assert_eq!(stage.release_another("q {}\n"), "v3");
    assert_eq!(faults(stage), Vec::<String>::new());
    let record = |number: u64| stage.get(&format!("shop/releases/v{number}.json")).expect("it stands");
    let mut forked = ReleaseRecord::from_bytes(ReleaseId::FIRST.next(), &record(2)).expect("a record");
    forked.message = Some("another history".to_owned());
    let mut flipped = record(2);
    flipped[20] ^= 1;
    let tarballs = ["v2", "v3"].map(|release| stage.tarball(release));
    let swapped = stage.get(&tarballs[1]).expect("it stands");
    let damages: [(&str, Option<Vec<u8>>, &str); 4] = [
        ("shop/releases/v2.json", Some(flipped), "v2 is damaged"),
        ("shop/releases/v2.json", Some(forked.to_bytes().expect("bytes")), "broken at v3: the v2 that it names is not"),
        ("shop/releases/v2.json", None, "broken at v3: v2 is missing before it"),
        (tarballs[0].as_str(), Some(swapped), "is damaged: it"),
    ];
    for (key, bytes, why) in damages {
        let whole = stage.get(key).expect("it stands");
        match bytes {
            Some(bytes) => stage.put(key, &bytes),
            None => stage.remove(key),
        }
        let found = faults(stage);
        assert!(found.iter().any(|fault| fault.contains(why)), "{why}: {found:?}");
        let release = if key.ends_with(".json") { "v3" } else { "v2" };
        let outcome = stage.twelve(&format!("verify {release}"));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(65), ""), "{why}: {}", outcome.page());
        stage.put(key, &whole);
        assert_eq!(faults(stage), Vec::<String>::new(), "it is mended");
    }
}

fn a_build_that_no_release_names_is_an_orphan_and_no_fault(stage: &Stage) {
    stage.done("build");
    assert!(
        stage.done("verify --all").starts_with("shop: 0 releases, 0 pruned, 0 builds\n"),
        "before the first release too"
    );
    stage.done("release");
    stage.scene.write("static/site.css", "orphan {}\n");
    crate::shop::commit(&stage.scene, "orphan");
    let build = stage.done("build");
    let all = stage.done("verify --all");
    assert!(all.contains(&format!("build {} is named by no release", build.trim())), "{all}");
    stage.done("prune --keep 1");
    assert_eq!(stage.done("release"), "v2\n", "pruning leaves it alone: it may be about to be released");
}

fn what_a_deploy_needs_is_never_pruned(stage: &Stage) {
    stage.done("release");
    for text in ["2", "3", "4", "5", "6", "7", "8"] {
        stage.release_another(text);
    }
    assert_eq!(stage.done("release --again"), "v9\n", "it names the build of v8");
    let tarballs: Vec<String> = (1..=8).map(|number| stage.tarball(&format!("v{number}"))).collect();
    for release in ["v1", "v2"] {
        stage.done(&format!("deploy production {release}"));
    }
    stage.open_entry("v3", Some(Outcome::Failed));
    stage.done("deploy production v4");
    stage.open_entry("v5", None);
    let stands = || tarballs.iter().map(|key| stage.get(key).is_some()).collect::<Vec<_>>();
    let plan = stage.done("prune --keep 1 --dry-run");
    assert_eq!(stands(), [true; 8], "asking removes nothing");
    assert_eq!(plan.lines().map(|line| &line[..2]).collect::<Vec<_>>(), ["v1", "v3", "v6", "v7"], "{plan}");
    assert_eq!(stage.done("prune --keep 1"), plan);
    // v2: where a rollback would go. v4: current. v5: being deployed. v8: named by v9.
    assert_eq!(stands(), [false, true, false, true, true, false, false, true]);
    let all = stage.done("verify --all");
    assert!(all.starts_with("shop: 9 releases, 4 pruned, 4 builds\n"), "{all}");
    assert_eq!(stage.done("prune --keep 1"), "", "there is nothing left to do");
}

fn a_pruned_release_says_so_and_its_commit_can_be_released_again(stage: &Stage) {
    stage.done("release");
    let commit = stage.scene.git("rev-parse HEAD");
    stage.release_another("2");
    stage.done("prune --keep 1");
    stage.done("deploy production v2");
    for words in ["verify v1", "run --release-id shop@v1", "pull v1", "deploy staging v1", "rollback production v1"] {
        let outcome = stage.twelve(words);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(66), ""), "{words}: {}", outcome.page());
        assert!(outcome.stderr.contains("v1 of `shop` was pruned on "), "{words}: {}", outcome.stderr);
        let hint = format!("`cargo twelve release --rev {} --older` makes it a new release", commit.trim());
        assert!(outcome.stderr.contains(&hint), "{words}: {}", outcome.stderr);
    }
    let shown = stage.done("show v1");
    assert!(shown.contains("release     shop v1"), "what it was is still known");
    assert!(shown.contains("pruned      2") && shown.contains(": the builds are gone"), "{shown}");
    assert!(!stage.done("show v2").contains("pruned"));
    let marked: Vec<bool> = stage.done("releases").lines().skip(1).map(|line| line.contains("pruned")).collect();
    assert_eq!(marked, [false, true], "v2 and v1");
    let listed: Value = serde_json::from_str(&stage.done("releases --format json")).expect("one document");
    assert_eq!(
        (&listed["releases"][0]["pruned"], &listed["releases"][1]["pruned"]),
        (&Value::Null, &Value::Bool(true))
    );
    let shown: Value = serde_json::from_str(&stage.done("show v1 --format json")).expect("one document");
    assert_eq!(shown["release"]["pruned"], true);
    assert!(shown["pruned_at"].is_string() && shown["pruned_by"].is_string(), "{shown:#}");
    assert_eq!(stage.done(&format!("release --rev {} --older", commit.trim())), "v3\n");
    assert_eq!(
        stage.done("diff v1 v3").lines().filter(|line| !line.starts_with(' ')).count(),
        0,
        "it is the same build"
    );
    stage.done("verify v1");
}

fn another_codebase_is_refused_and_two_apps_of_one_are_said_to_be(stage: &Stage) {
    stage.done("release");
    stage.scene.write("twelve.toml", "[app]\nname = \"blog\"\n[processes.web]\ncommand = \"shop\"\n");
    crate::shop::commit(&stage.scene, "blog");
    let outcome = stage.twelve("release");
    assert_eq!(outcome.stdout, "v1\n", "an app of its own: {}", outcome.stderr);
    assert!(outcome.stderr.contains("`blog` and `shop` are two apps of one codebase"), "{}", outcome.stderr);
    assert!(stage.done("verify --all").contains("  one codebase with `shop`: two apps of one repository\n"));
    std::fs::remove_dir_all(stage.scene.path().join(".git")).expect("removed");
    stage.scene.git("init -q");
    crate::shop::commit(&stage.scene, "another-root");
    stage.twelve("release").refused(77, &["holds an app `blog` of another codebase"]);
}

fn a_reboot_works_with_the_store_out_of_reach(stage: &Stage) {
    stage.done("release");
    stage.done("run --release-id shop@v1 web=1");
    let outcome = stage.twelve_away(&["run", "--release-id", "shop@v1", "web=1"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let outcome = stage.twelve_away(&["run", "--release-id", "shop@latest", "web=1"]);
    assert_ne!(outcome.code, Some(0), "what is newest only the store knows");
    assert!(outcome.stdout.is_empty(), "{}", outcome.page());
}

fn a_number_whose_record_was_lost_is_not_free(stage: &Stage) {
    stage.done("release");
    stage.release_another("2");
    for release in ["v1", "v2"] {
        stage.done(&format!("deploy production {release}"));
    }
    let lost = |key: &str, words: &[&str], said: &str| {
        let whole = stage.get(key).expect("it stands");
        stage.remove(key);
        for words in words {
            stage.twelve(words).refused(65, &[said, "hint: restore it from a copy of the store"]);
        }
        stage.put(key, &whole);
    };
    // A folder is searched from none, and listed before a number is taken; a bucket remembers the highest.
    let (number, after) = match &stage.kept {
        Kept::Folder(_) => (1, ": {} was taken after it"),
        _ => (2, ""),
    };
    let said = |ledger: &str, what: &str| {
        format!("the ledger of {ledger} has lost {what}{number}{}", after.replace("{}", &format!("{what}2")))
    };
    lost(&format!("shop/releases/v{number}.json"), &["release --again"], &said("`shop`", "v"));
    let entry = format!("shop/deploys/production/{number}.json");
    lost(&entry, &["deploy production v1"], &said("the deploy `production` of `shop`", "entry "));
    lost("shop/deploys/production/1.json", &["prune --keep 1"], "has lost entry 1: entry 2 was taken after it");
    stage.done("verify --all");
    assert_eq!(stage.done("release --again"), "v3\n");
}

fn a_release_crosses_an_air_gap_in_its_portable_files(stage: &Stage) {
    stage.done("release");
    let portable = stage.scene.path().join("target/twelve");
    let record = portable.join("shop-1.4.0-v1.json");
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let tarball = portable.join(format!("shop-1.4.0-v1-{target}.tar.gz"));
    let import = |files: &[&std::path::Path]| {
        let mut command = stage.scene.command(PROGRAM);
        stage.scene.outcome(command.arg("import").args(files).args(["--store", "/nowhere/at/all"]))
    };
    import(&[&tarball]).refused(2, &["0 of the files end in `.json`", "hint: name the files of one release"]);
    import(&[&portable.join("shop-1.4.0-v2.json")]).refused(66, &["there is no file `", "in target/twelve"]);
    import(&[&record]).refused(66, &["none of the files is the tarball of v1 for"]);
    let swapped = portable.join("another.tar.gz");
    std::fs::copy(&record, &swapped).expect("a copy");
    import(&[&record, &swapped]).refused(66, &["none of the files is the tarball of v1 for"]);
    let outcome = import(&[&record, &tarball]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    let mut command = stage.scene.command(PROGRAM);
    let words = ["run", "--release-id", "v1", "--store", "/nowhere/at/all", "web=1"];
    let outcome = stage.scene.outcome(command.args(words).current_dir("/"));
    assert_eq!(outcome.code, Some(0), "it runs without a store: {}", outcome.page());
    // A server that nobody told of any store: it has the files, and a cache of its own.
    for (words, files) in [(&["import"][..], &[&record, &tarball][..]), (&["run", "--release-id", "shop@v1"], &[])] {
        let mut command = stage.scene.command(PROGRAM);
        for name in ["TWELVE_STORE", "TWELVE_CACHE", "TWELVE_STATE"] {
            command.env_remove(name);
        }
        command.env("HOME", stage.scene.path().join("server")).args(words).args(files).current_dir("/");
        let outcome = stage.scene.outcome(&mut command);
        assert_eq!(outcome.code, Some(0), "{words:?}: {}", outcome.page());
    }
    let mut other: ReleaseRecord =
        ReleaseRecord::from_bytes(ReleaseId::FIRST, &std::fs::read(&record).expect("bytes")).expect("a record");
    other.nonce = Digest::of(b"another ledger").short();
    std::fs::write(&record, other.to_bytes().expect("bytes")).expect("written");
    import(&[&record, &tarball]).refused(73, &["another v1 of `shop` from the store `/nowhere/at/all`"]);
}

fn deploys_say_how_far_they_are_behind_the_ledger_and_the_branch(stage: &Stage) {
    let scene = &stage.scene;
    assert_eq!(scene.twelve(["release"]).stdout, "v1\n");
    assert_eq!(scene.twelve(["deploy", "production", "v1"]).code, Some(0));
    let state = || {
        let outcome = scene.twelve(["deploys", "--format", "json"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        let document: Value = serde_json::from_str(&outcome.stdout).expect("one document");
        document["deploys"][0]["current"].clone()
    };
    let newest = state();
    assert_eq!((&newest["behind"]["releases"], &newest["behind_branch"]["commits"]), (&0.into(), &0.into()));
    scene.write("static/site.css", "body { color: red }\n");
    scene.git("add -A");
    let mut old = scene.command("git");
    old.env("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z").args(["commit", "-q", "-m", "red"]);
    assert_eq!(scene.outcome(&mut old).code, Some(0));
    crate::shop::commit(scene, "empty");
    assert_eq!(scene.twelve(["release"]).stdout, "v2\n");
    let behind = state();
    assert_eq!((&behind["behind"]["releases"], &behind["behind"]["newest"]), (&1.into(), &"v2".into()));
    assert_eq!((&behind["behind_branch"]["branch"], &behind["behind_branch"]["commits"]), (&"main".into(), &2.into()));
    let days = behind["behind_branch"]["gap"].as_u64().expect("milliseconds") / 86_400_000;
    assert!(days > 5 * 365, "the oldest commit that waits is from 2020");
    let page = scene.twelve(["deploys"]).stdout;
    assert!(page.contains("main: 2 commits, ") && page.contains("1 release, "), "{page}");
    assert_eq!(scene.twelve(["deploy", "production", "v2"]).code, Some(0));
    let back = scene.twelve(["rollback", "production"]);
    assert_eq!(back.code, Some(0), "{}", back.page());
    assert!(back.stderr.contains("takes back ") && back.stderr.contains(" red\n"), "{}", back.page());
}
