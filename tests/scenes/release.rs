//! `cargo twelve release` and what reads the ledger: releases, show, verify, diff.

use crate::scene::{PROGRAM, Scene, assert_page};
use crate::shop::{commit, shop};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// The app in release v1.
fn released() -> Scene {
    let scene = shop();
    let outcome = scene.twelve(["release", "--message", "first"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "v1\n"), "{}", outcome.page());
    scene
}

fn json(scene: &Scene, words: &[&str]) -> Value {
    let outcome = scene.twelve(words.iter().chain(&["--format", "json"]));
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    serde_json::from_str(&outcome.stdout).expect("one document")
}

/// Every file below a folder, relative to it, sorted; digests and lengths are the test's own to check.
fn tree(root: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push(path.strip_prefix(root).expect("below").to_path_buf()),
            }
        }
    }
    found.sort();
    found
}

/// The store's only file with this ending.
fn kept(scene: &Scene, ending: &str) -> PathBuf {
    let store = scene.store();
    let found: Vec<_> = tree(&store).into_iter().filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    store.join(&found[0])
}

#[test]
fn a_release_is_kept_as_the_design_says() {
    let scene = released();
    let digest = |part: &str| part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = |path: &PathBuf| {
        let path = path.display().to_string().replace(".tar.gz", "/.tar.gz");
        path.split('/').map(|part| if digest(part) { "[DIGEST]" } else { part }).collect::<Vec<_>>().join("/")
    };
    let mut names: Vec<_> = tree(&scene.store()).iter().map(named).collect();
    names.sort();
    assert_page("release__store", &names.join("\n").replace("/.tar.gz", ".tar.gz"));
    let mut portable: Vec<_> = fs::read_dir(scene.path().join("target/twelve"))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    portable.sort();
    assert_eq!(portable, ["shop-1.4.0-v1-x86_64-unknown-linux-gnu.tar.gz", "shop-1.4.0-v1.json", "work"]);
    let (record, upload) = (kept(&scene, "releases/v1.json"), scene.path().join("target/twelve/shop-1.4.0-v1.json"));
    assert_eq!(fs::read(record).expect("the record"), fs::read(upload).expect("the portable record"));
    scene.git("diff --exit-code");
    assert_eq!(scene.git("status --porcelain"), "", "a release leaves the working tree as it was");
}

#[test]
fn gnu_tar_and_sha256sum_agree_with_the_record() {
    let scene = released();
    let record: Value = serde_json::from_slice(&fs::read(kept(&scene, "v1.json")).expect("a record")).expect("JSON");
    let tarball = kept(&scene, ".tar.gz");
    let sum = |command: &str| {
        let outcome = scene.outcome(scene.command("sh").args(["-c", command]).env("TARBALL", &tarball));
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        outcome.stdout.split_whitespace().next().expect("a sum").to_owned()
    };
    assert_eq!(sum("sha256sum < \"$TARBALL\""), record["builds"][0]["gz_sha256"]);
    assert_eq!(sum("gzip -dc \"$TARBALL\" | sha256sum"), record["builds"][0]["id"]);
    assert_eq!(sum("tar -xzOf \"$TARBALL\" app/build.json | sha256sum"), record["builds"][0]["manifest_sha256"]);
    let list = scene.outcome(
        scene.command("sh").args(["-c", "tar -tvzf \"$TARBALL\" | awk '{print $1, $2, $6}'"]).env("TARBALL", &tarball),
    );
    assert_page("release__tarball", &list.stdout);
}

#[test]
fn releases_are_listed() {
    let scene = shop();
    let by_ada = |words: &[&str]| scene.outcome(scene.command(PROGRAM).args(words).env("USER", "ada")).stdout;
    assert_eq!(by_ada(&["release", "--message", "first"]), "v1\n");
    assert_eq!(by_ada(&["release", "--again"]), "v2\n");
    assert_page("releases__human", &scene.twelve(["releases"]).page());
    let document = json(&scene, &["releases", "--last", "1"]);
    assert_eq!((&document["format"], &document["app"]), (&Value::from(1), &Value::from("shop")));
    assert_eq!(document["releases"].as_array().expect("an array").len(), 1);
    assert_eq!(document["releases"][0]["release"], "v2");
}

#[test]
fn a_release_is_shown_by_any_of_its_names() {
    let scene = released();
    let page = scene.twelve(["show", "v1"]).page();
    for name in ["1", "latest", "1.4.0", "shop@v1"] {
        assert_eq!(scene.twelve(["show", name]).page(), page, "{name}");
    }
    let document = json(&scene, &["show", "v1"]);
    assert_eq!(document["release"]["message"], "first");
    assert_eq!(document["builds"][0]["declaration"]["processes"][0]["name"], "web");
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ");
    assert_page(
        "show__fields",
        &format!("release: {}\nbuild: {}\n", keys(&document["release"]), keys(&document["builds"][0])),
    );
}

#[test]
fn provenance_names_the_commit_and_every_tarball() {
    let scene = released();
    let outcome = scene.twelve(["show", "v1", "--format", "slsa"]);
    let statement: Value = serde_json::from_str(&outcome.stdout).expect("one document");
    let record = json(&scene, &["show", "v1"]);
    assert_eq!(statement["predicateType"], "https://slsa.dev/provenance/v1");
    assert_eq!(statement["subject"][0]["digest"]["sha256"], record["release"]["builds"][0]["gz_sha256"]);
    let definition = &statement["predicate"]["buildDefinition"];
    assert_eq!(definition["resolvedDependencies"][0]["digest"]["gitCommit"], record["release"]["commit"]);
    scene.twelve(["releases", "--format", "slsa"]).code.filter(|code| *code == 2).expect("a form of show alone");
}

#[test]
fn a_whole_release_verifies() {
    let scene = released();
    scene.twelve(["release", "--again"]);
    let document = json(&scene, &["verify", "v2"]);
    assert_eq!((&document["records"], &document["builds"][0]["files"]), (&Value::from(2), &Value::from(6)));
    assert_page("verify__human", &scene.twelve(["verify", "v2"]).page());
}

#[test]
fn one_flipped_bit_anywhere_in_a_release_is_found() {
    let scene = released();
    assert_eq!(scene.twelve(["release", "--again"]).stdout, "v2\n");
    for ending in [".tar.gz", "build.json", "releases/v2.json", "releases/v1.json"] {
        let path = kept(&scene, ending);
        let whole = fs::read(&path).expect("a file");
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            fs::write(&path, flipped).expect("written");
            let outcome = scene.twelve(["verify", "v2"]);
            assert_eq!(outcome.code, Some(65), "{ending}, byte {at}: {}", outcome.page());
        }
        fs::write(&path, whole).expect("written");
    }
    assert_eq!(scene.twelve(["verify", "v2"]).code, Some(0));
    fs::remove_file(kept(&scene, "releases/v1.json")).expect("removed");
    scene.twelve(["verify", "v2"]).refused(65, &["the ledger of `shop` is broken at v2: v1 is missing before it"]);
}

#[test]
fn a_retry_answers_with_the_same_release() {
    let scene = released();
    let outcome = scene.twelve(["release"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "v1\n"));
    assert!(outcome.stderr.contains("Unchanged shop v1"), "{}", outcome.page());
    assert!(!outcome.stderr.contains("Compiling"), "it is found, not compiled: {}", outcome.page());
}

#[test]
fn an_older_commit_was_compiled_before_it_was_refused() {
    let scene = shop();
    scene.write("src/main.rs", "fn main() { this does not compile }\n");
    commit(&scene, "second");
    scene.git("revert --no-edit HEAD");
    assert_eq!(scene.twelve(["release"]).stdout, "v1\n");
    scene.twelve(["release", "--rev", "HEAD~1"]).refused(77, &["is an ancestor of `shop` v1's", "--older"]);
    scene.twelve(["release", "--rev", "HEAD~1", "--older"]).refused(1, &["could not compile `shop`"]);
}

#[test]
fn an_older_commit_is_refused_unless_it_is_wanted() {
    let scene = released();
    scene.write("static/site.css", "body { color: red }\n");
    commit(&scene, "second");
    assert_eq!(scene.twelve(["release"]).stdout, "v2\n");
    scene.twelve(["release", "--rev", "HEAD~1"]).refused(77, &["is an ancestor of `shop` v2's", "--older"]);
    assert_eq!(scene.twelve(["release", "--rev", "HEAD~1", "--older"]).stdout, "v3\n");
    let difference = json(&scene, &["diff", "v1", "v3"]);
    assert_eq!(difference["commits"]["from"], difference["commits"]["to"]);
    let difference = json(&scene, &["diff", "v1", "v2"]);
    assert_eq!(difference["builds"][0]["files"]["changed"][0]["to"]["path"], "app/static/site.css");
    assert_page("diff__human", &scene.twelve(["diff", "v1", "v2"]).page());
}

#[test]
fn who_made_a_release_is_known_without_a_variable() {
    let scene = released();
    let made_by = |scene: &Scene| json(scene, &["show", "latest"])["release"]["created_by"].as_str().map(str::to_owned);
    let own = scene.outcome(scene.command("id").arg("-un")).stdout;
    assert_eq!(made_by(&scene).as_deref(), Some(own.trim()), "the name that the machine has for us");
    let nameless = ["--reuid=4242", "--regid=4242", "--clear-groups"];
    if scene.outcome(scene.command("setpriv").args(nameless).arg("true")).code != Some(0) {
        eprintln!("SKIPPED: only root can become a user without a name");
        return;
    }
    scene.twelve(["build"]).build_id();
    let left = fs::read_dir(scene.path().join("target/twelve")).expect("a folder").flatten().map(|entry| entry.path());
    let build = left.into_iter().find(|path| path.to_string_lossy().ends_with("gnu.tar.gz")).expect("a tarball");
    let shared = scene.path().parent().expect("a folder").to_path_buf();
    let given = scene.outcome(scene.command("chown").args(["-R", "4242:4242"]).arg(&shared));
    assert_eq!(given.code, Some(0), "{}", given.page());
    let program = shared.join("cargo-twelve");
    fs::copy(PROGRAM, &program).expect("a copy");
    let mut again = scene.command("setpriv");
    again.args(nameless).arg(&program).args(["release", "--again", "--build"]).arg(build);
    let again = scene.outcome(&mut again);
    assert_eq!(again.stdout, "v2\n", "{}", again.page());
    assert_eq!(made_by(&scene).as_deref(), Some("uid 4242"));
}

#[test]
fn a_difference_names_commits_where_a_repository_has_them() {
    let scene = released();
    commit(&scene, "between");
    scene.write("static/site.css", "body { color: red }\n");
    commit(&scene, "red\u{1b}[2J");
    assert_eq!(scene.twelve(["release"]).stdout, "v2\n");
    let ids = |from: &str, to: &str| {
        let difference = json(&scene, &["diff", from, to]);
        let history = &difference["history"];
        assert_eq!(history["from"]["id"], difference["commits"]["from"]);
        assert_eq!(history["to"]["id"], difference["commits"]["to"]);
        let subjects = |side: &str| {
            let all = history[side].as_array().expect("a list").iter();
            all.map(|one| one["subject"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
        };
        (subjects("added"), subjects("removed"))
    };
    let newer = vec!["red\u{1b}[2J".to_owned(), "between".to_owned()];
    assert_eq!(ids("v1", "v2"), (newer.clone(), Vec::new()));
    assert_eq!(ids("v2", "v1"), (Vec::new(), newer), "a rollback takes commits away");
    let page = scene.twelve(["diff", "v1", "v2"]).stdout;
    assert!(page.contains(" first -> ") && page.contains(" between\n") && page.contains(" red\\u{1b}[2J\n"), "{page}");

    let mut elsewhere = scene.command(PROGRAM);
    elsewhere.args(["diff", "v1", "v2"]).current_dir(scene.home());
    let page = scene.outcome(&mut elsewhere).stdout;
    assert!(!page.contains("first") && page.contains(&scene.git("rev-parse HEAD").trim().to_owned()), "{page}");
}

#[test]
fn an_app_of_another_codebase_is_refused_before_it_is_compiled() {
    let scene = released();
    fs::remove_dir_all(scene.path().join(".git")).expect("removed");
    scene.git("init -q");
    commit(&scene, "another-root");
    let outcome = scene.twelve(["release"]);
    outcome.refused(77, &["holds an app `shop` of another codebase"]);
    assert!(!outcome.stderr.contains("Compiling"), "{}", outcome.page());
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    let scene = released();
    scene.twelve(["show", "v7"]).refused(66, &["`shop` has no release `v7`", "hint: the newest are `v1`"]);
    scene.twelve(["verify", "2.0.0"]).refused(66, &["`shop` has no release `2.0.0`"]);
    scene.twelve(["show", "shpo@v1"]).refused(66, &["holds no app `shpo`", "did you mean `shop`?"]);
    scene.twelve(["show", "V1!"]).code.filter(|code| *code == 2).expect("no word for a release");
}

#[test]
fn an_app_that_was_built_and_never_released_is_not_asked_whether_it_means_itself() {
    let scene = shop();
    scene.twelve(["build"]).build_id();
    scene
        .twelve(["show", "v1"])
        .refused(66, &["`shop` has no release yet", "make its first release with `cargo twelve release`"]);
}

#[test]
fn a_store_that_cannot_be_read_is_unavailable() {
    let scene = shop();
    fs::write(scene.store(), "no folder").expect("written");
    scene.twelve(["releases"]).refused(69, &["hint: name another with `--store` or TWELVE_STORE"]);
    scene
        .twelve(["releases", "--store", "ftp://host/x"])
        .refused(2, &["a store is a folder, `s3://`, `gs://` or `az://`"]);
}

#[test]
fn without_home_and_store_the_variable_is_named() {
    let scene = shop();
    let mut command = scene.command(crate::scene::PROGRAM);
    command.arg("releases").env_remove("TWELVE_STORE").env_remove("HOME");
    scene.outcome(&mut command).refused(2, &["without HOME there is no default", "TWELVE_STORE"]);
}

#[test]
fn a_ledger_that_dies_with_a_ci_machine_is_warned_of() {
    let scene = shop();
    let mut command = scene.command(crate::scene::PROGRAM);
    let outcome = scene.outcome(command.arg("release").env_remove("TWELVE_STORE"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stderr.contains("dies with this machine") && outcome.stderr.contains("set TWELVE_STORE"));
    assert!(scene.home().join(".local/share/cargo-twelve/shop/releases/v1.json").is_file());
}

#[test]
fn release_tells_programs_what_it_did() {
    let scene = shop();
    let outcome = scene.twelve(["release", "--format", "json"]);
    let events: Vec<Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().expect("a name")).collect();
    assert_eq!(names, ["source_exported", "lock_verified", "compiling", "packing", "built", "released"]);
    let released = events.last().expect("an event");
    assert_eq!((&released["release"], &released["new"]), (&Value::from("v1"), &Value::from(true)));
}

#[test]
fn what_has_not_changed_is_not_released_where_that_is_wanted() {
    let scene = released();
    scene.write("README.md", "no part of the build\n");
    commit(&scene, "words");
    let outcome = scene.twelve(["release", "--if-changed"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "v1\n"), "{}", outcome.page());
    assert!(outcome.stderr.contains("Unchanged shop v1"), "{}", outcome.page());
    assert!(!scene.store().join("shop/releases/v2.json").exists(), "nothing was appended");
    let events = scene.twelve(["release", "--if-changed", "--format", "json"]);
    let last: Value = serde_json::from_str(events.stdout.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&last["event"], &last["release"], &last["new"]), (&"released".into(), &"v1".into(), &false.into()));
    assert_eq!(scene.twelve(["release"]).stdout, "v2\n", "without the option every commit is a release");
    scene.write("static/site.css", "body { color: red }\n");
    commit(&scene, "asset");
    assert_eq!(scene.twelve(["release", "--if-changed"]).stdout, "v3\n", "an asset is a file of the build");
    let declaration = fs::read_to_string(scene.path().join("twelve.toml")).expect("a declaration");
    scene.write("twelve.toml", format!("{declaration}count = 2\n"));
    commit(&scene, "declaration");
    assert_eq!(scene.twelve(["release", "--if-changed"]).stdout, "v4\n", "twelve.toml is a file of the build");
    scene.twelve(["release", "--if-changed", "--again"]).refused(2, &["cannot be used with"]);
}

#[test]
fn quiet_says_the_id_and_nothing_else() {
    let scene = shop();
    for number in ["v1\n", "v1\n"] {
        let mut command = scene.command(crate::scene::PROGRAM);
        let outcome = scene.outcome(command.args(["release", "-q"]).env_remove("CI"));
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (Some(0), number, ""));
    }
    let build = scene.twelve(["build", "-q"]);
    assert_eq!((build.build_id().len(), build.stderr.as_str()), (64, ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_build_says_what_it_needs_of_the_machine_and_this_one_has_it() {
    let scene = released();
    let document = json(&scene, &["show", "v1"]);
    let system = &document["builds"][0]["system"];
    assert!(system["loader"].as_str().expect("a loader").contains("/ld-"), "{system}");
    assert_eq!(system["glibc_symbol"]["bin"], "shop");
    let symbol = system["glibc_symbol"]["symbol"].as_str().expect("a symbol");
    let program = scene.path().join("target/twelve/work/shop/target");
    let found = fs::read_dir(program).expect("a folder").flatten();
    let found = found.map(|target| target.path().join("release/shop")).find(|path| path.is_file()).expect("a program");
    let list = scene.outcome(scene.command("readelf").args(["--dyn-syms", "--wide"]).arg(found));
    if list.code.is_none_or(|code| code != 0) {
        eprintln!("skipped: there is no readelf");
    } else {
        let versioned = format!("{symbol}@GLIBC_{}", system["glibc"].as_str().expect("a version"));
        assert!(list.stdout.contains(&versioned), "`{versioned}` is not in:\n{}", list.stdout);
    }
    assert_eq!(json(&scene, &["verify", "v1", "--host"])["host"], "fits");
    assert!(scene.twelve(["verify", "v1", "--host"]).stdout.ends_with("this machine can load it\n"));
    assert!(system["needed"].as_array().expect("libraries").contains(&Value::from("libc.so.6")), "{system}");
}

#[test]
fn a_damaged_tarball_is_mended_as_the_hint_says() {
    let scene = released();
    let tarball = kept(&scene, ".tar.gz");
    let whole = fs::read(&tarball).expect("a tarball");
    fs::write(&tarball, &whole[1..]).expect("written");
    let outcome = scene.twelve(["release", "--again"]);
    outcome.refused(65, &["is damaged: it has ", "compile it again: rm ", "&& cargo twelve release"]);
    assert!(!scene.store().join("shop/releases/v2.json").exists(), "no release names a build that cannot run");
    fs::remove_file(&tarball).expect("removed, as the hint says");
    assert_eq!(scene.twelve(["release"]).code, Some(0));
    assert_eq!(fs::read(&tarball).expect("it is back"), whole);
    assert_eq!(scene.twelve(["verify", "v1"]).code, Some(0));
}

#[test]
fn a_record_of_a_later_format_is_named_for_what_it_is() {
    let scene = released();
    fs::write(kept(&scene, "v1.json"), "{\"format\":99}\n").expect("written");
    scene.twelve(["show", "v1"]).refused(65, &["has the format 99", "a newer cargo-twelve, one that reads format 99"]);
}

#[test]
fn a_build_of_another_codebase_is_refused_before_it_is_compiled() {
    let scene = released();
    fs::remove_dir_all(scene.path().join(".git")).expect("removed");
    scene.git("init -q");
    commit(&scene, "another-root");
    let outcome = scene.twelve(["build"]);
    outcome.refused(77, &["holds an app `shop` of another codebase"]);
    assert!(!outcome.stderr.contains("Compiling"), "{}", outcome.page());
}
