//! `new`: an empty folder becomes a codebase, or nothing happens at all.

use crate::scene::{Outcome, PROGRAM, Scene, assert_page};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Every file below the folder but git's own, with its mode, sorted.
fn tree(folder: &Path) -> String {
    let mut lines = Vec::new();
    collect(folder, folder, &mut lines);
    lines.sort();
    lines.concat()
}

fn collect(root: &Path, folder: &Path, lines: &mut Vec<String>) {
    use std::os::unix::fs::PermissionsExt;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root).expect("below the root").display().to_string();
        if path.is_dir() {
            if name != ".git" {
                collect(root, &path, lines);
            }
        } else {
            let mode = path.metadata().expect("a file").permissions().mode() & 0o777;
            lines.push(format!("{name} {mode:o}\n"));
        }
    }
}

/// What lies in a folder, hidden or not.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

fn document(outcome: &Outcome) -> serde_json::Value {
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 1, "one document: {}", outcome.stdout);
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

#[test]
fn makes_a_codebase_with_one_commit_and_a_clean_tree() {
    let scene = Scene::new();
    let outcome = scene.twelve(["new", "shop"]);
    assert_eq!(scene.git("-C shop rev-list --count --all"), "1\n");
    assert_eq!(scene.git("-C shop status --porcelain --ignored"), "");
    assert_eq!(scene.git("-C shop log -1 --format=%an|%ae|%D"), "Ada|ada@example.org|HEAD -> main\n");
    assert_eq!(names(&scene.path()), ["shop"], "no staging folder is left");
    assert_page("new__makes_a_codebase", &format!("{}--- tree\n{}", outcome.page(), tree(&scene.path().join("shop"))));
}

#[test]
fn answers_end_up_in_the_files_as_they_were_given() {
    let scene = Scene::new();
    let description = r#"say "hi" \ {{name}} it's <5 & #6"#;
    let set = format!("description={description}");
    let outcome = scene.twelve(["new", "shop", "--name", "corner-shop", "--set", "port=8080", "--set", &set]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let read = |name: &str| fs::read_to_string(scene.path().join("shop").join(name)).expect("a file");
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).expect("TOML");
    assert_eq!(manifest["package"]["name"].as_str(), Some("corner-shop"));
    assert_eq!(manifest["package"]["description"].as_str(), Some(description));
    assert!(read("README.md").contains(description));
    assert!(read(".env.example").contains("\nPORT=8080\n"));
    assert!(read("src/config.rs").contains("default_value_t = 8080)"));
    assert!(read("twelve.toml").contains("\ncommand = \"corner-shop serve\"\n"));
}

#[test]
fn every_option_of_every_template_makes_files_that_can_be_read() {
    let scene = Scene::new();
    for (template, opentelemetry) in
        ["web", "web-postgres", "worker"].into_iter().flat_map(|name| [(name, "yes"), (name, "no")])
    {
        let project = format!("{template}-{opentelemetry}");
        let set = [
            format!("opentelemetry={opentelemetry}"),
            "license=MIT OR Apache-2.0".to_owned(),
            "procfile=yes".to_owned(),
            "dockerfile=yes".to_owned(),
        ];
        let words = ["new", &project, "--template", template, "--vcs", "none"].map(str::to_owned);
        let outcome = scene.twelve(words.into_iter().chain(set.into_iter().flat_map(|set| ["--set".to_owned(), set])));
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        let read = |name: &str| fs::read_to_string(scene.path().join(&project).join(name)).expect("a file");
        for file in ["Cargo.toml", "Cargo.lock", "twelve.toml"] {
            toml::from_str::<toml::Table>(&read(file)).expect("TOML");
        }
        let lock = read("Cargo.lock");
        assert_eq!(lock.contains("name = \"opentelemetry\""), opentelemetry == "yes", "{project}");
        let declaration: toml::Table = toml::from_str(&read("twelve.toml")).expect("TOML");
        let types = declaration["processes"].as_table().expect("process types");
        for (name, process) in types {
            let command = process["command"].as_str().expect("a command");
            assert!(read("Procfile").contains(&format!("{name}: target/release/{command}\n")), "{project}: {name}");
        }
        for file in ["LICENSE-MIT", "LICENSE-APACHE", "Dockerfile", ".dockerignore"] {
            assert!(!read(file).contains("{{"), "{project}/{file}");
        }
        assert!(read(".github/workflows/ci.yml").contains("run: sh ci/release\n"));
        assert!(read("ci/release").contains("\ncargo twelve release --sign"));
    }
}

#[test]
fn refuses_to_write_over_anything() {
    let scene = Scene::new();
    scene.write("full/notes.txt", "mine");
    scene.write("file", "mine");
    std::os::unix::fs::symlink("nowhere", scene.path().join("link")).expect("a link");
    for path in ["full", "file", "link"] {
        for arguments in [vec!["new", path], vec!["new", path, "--dry-run"]] {
            let outcome = scene.twelve(arguments);
            assert_eq!(outcome.code, Some(73), "{path}: {}", outcome.stderr);
            assert!(outcome.stderr.starts_with(&format!("error: `[SCENE]/work/{path}` exists already\nhint: ")));
        }
    }
    assert_eq!(names(&scene.path()), ["file", "full", "link"]);
    assert_eq!(names(&scene.path().join("full")), ["notes.txt"]);
}

#[test]
fn a_path_without_a_last_name_is_refused() {
    let scene = Scene::new();
    let outcome = scene.twelve(["new", "/"]);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(2), "error: `/` names no folder\nhint: name a folder: `cargo twelve new shop`\n")
    );
}

#[test]
fn fills_an_empty_folder_that_stands_already() {
    let scene = Scene::new();
    fs::create_dir(scene.path().join("shop")).expect("a folder");
    let outcome = scene.outcome(scene.command(PROGRAM).current_dir(scene.path().join("shop")).args(["new", "."]));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(scene.git("-C shop status --porcelain --ignored"), "");
    assert!(fs::read_to_string(scene.path().join("shop/twelve.toml")).expect("a file").contains("name = \"shop\""));
}

#[test]
fn a_dry_run_prints_the_plan_and_writes_nothing() {
    let scene = Scene::new();
    let outcome = scene.twelve(["new", "shop", "--dry-run"]);
    assert_eq!(names(&scene.path()), [""; 0]);
    assert_page("new__dry_run", &outcome.page());
}

#[test]
fn the_json_document_tells_every_file_that_was_written() {
    let scene = Scene::new();
    let planned = document(&scene.twelve(["new", "shop", "--format", "json", "--dry-run"]));
    let made = document(&scene.twelve(["new", "shop", "--format", "json"]));
    assert_eq!(planned["files"], made["files"]);
    assert_eq!((&planned["dry_run"], &made["dry_run"]), (&true.into(), &false.into()));
    assert_eq!((&planned["commit"], &planned["repository"]), (&serde_json::Value::Null, &made["repository"]));
    assert_eq!(made["path"], "[SCENE]/work/shop");
    assert_eq!(made["commit"].as_str(), Some(scene.git("-C shop rev-parse HEAD").trim()));
    let files = made["files"].as_array().expect("an array");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let listed: Vec<_> =
        files.iter().map(|file| format!("{} {}\n", text(&file["path"]), &text(&file["mode"])[1..])).collect();
    assert_eq!(listed.concat(), tree(&scene.path().join("shop")));
    for file in files {
        let bytes = fs::read(scene.path().join("shop").join(file["path"].as_str().expect("text"))).expect("a file");
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(file["sha256"], digest.as_str());
        assert_eq!(file["action"], "create");
    }
}

#[test]
fn what_cannot_be_answered_is_refused_with_what_would_do() {
    let scene = Scene::new();
    let pages = [
        (2, vec!["new", "shop", "--set", "prot=8080"]),
        (2, vec!["new", "shop", "--set", "database=postgres"]),
        (2, vec!["new", "shop", "--set", "port=0"]),
        (2, vec!["new", "shop", "--set", "port=1", "--set", "port=2"]),
        (2, vec!["new", "shop", "--set", "port"]),
        (2, vec!["new", "shop", "--set", "description=two\nlines"]),
        (2, vec!["new", "My Shop"]),
        (2, vec!["new", "a\u{1b}[2Jb"]),
        (2, vec!["new", "test"]),
        (2, vec!["new", "fn"]),
        (2, vec!["new", "serde-json"]),
        (66, vec!["new", "shop", "--template", "wbe"]),
    ];
    let mut page = String::new();
    for (code, arguments) in pages {
        let outcome = scene.twelve(&arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {}", outcome.stderr);
        page += &format!("$ cargo twelve {arguments:?}\n{}\n", outcome.page());
    }
    assert_eq!(names(&scene.path()), [""; 0]);
    assert_page("new__what_cannot_be_answered", &page);
}

#[test]
fn without_an_identity_there_is_no_commit_and_the_hint_makes_one() {
    let scene = Scene::new();
    scene.write_home(".gitconfig", "[init]\n\tdefaultBranch = trunk\n");
    let outcome = scene.twelve(["new", "shop"]);
    assert_eq!(outcome.code, Some(0));
    assert_page("new__no_identity", &outcome.page());
    assert_eq!(scene.git("-C shop rev-list --count --all"), "0\n");

    let hint = outcome.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).expect("a hint");
    let hint = hint.replace("[SCENE]/work", &scene.path().to_string_lossy());
    // Who typed `new shop && cd shop` reads it there.
    let followed = scene.outcome(scene.command("sh").args(["-c", &hint]).current_dir(scene.path().join("shop")));
    assert_eq!(followed.code, Some(0), "{}", followed.stderr);
    assert_eq!(scene.git("-C shop rev-list --count main"), "1\n");
    assert_eq!(scene.git("-C shop status --porcelain"), "");
}

#[test]
fn an_identity_in_the_environment_serves() {
    let scene = Scene::new();
    scene.write_home(".gitconfig", "");
    let mut command = scene.command(PROGRAM);
    command.env("GIT_AUTHOR_NAME", "Bo").env("GIT_AUTHOR_EMAIL", "bo@example.org").args(["new", "shop"]);
    assert_eq!(scene.outcome(&mut command).code, Some(0));
    assert_eq!(scene.git("-C shop log --format=%an|%ae|%cn|%ce"), "Bo|bo@example.org|Bo|bo@example.org\n");
}

#[test]
fn a_project_inside_a_repository_gets_none_of_its_own() {
    let scene = Scene::new();
    scene.git("init -q .");
    scene.write(".gitignore", "/scratch/\n");
    let outcome = scene.twelve(["new", "services/shop"]);
    assert_eq!(outcome.code, Some(0));
    assert!(!scene.path().join("services/shop/.git").exists());
    assert_page("new__inside_a_repository", &outcome.page());

    // Where the outer repository looks away, nobody else keeps the project.
    assert_eq!(scene.twelve(["new", "scratch/shop"]).code, Some(0));
    assert_eq!(scene.git("-C scratch/shop rev-list --count --all"), "1\n");
}

#[test]
fn no_repository_is_made_where_none_is_wanted() {
    let scene = Scene::new();
    assert_eq!(scene.twelve(["new", "shop", "--vcs", "none"]).code, Some(0));
    assert!(scene.path().join("shop/Cargo.toml").exists());
    assert!(!scene.path().join("shop/.git").exists());
}

#[test]
fn nothing_half_made_is_left_where_the_commit_fails() {
    let scene = Scene::new();
    scene.write_home(".gitconfig", "[user\n");
    fs::create_dir(scene.path().join("empty")).expect("a folder");
    for path in ["shop", "empty"] {
        let outcome = scene.twelve(["new", path]);
        assert_eq!(outcome.code, Some(74), "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with("error: no repository in `"), "{}", outcome.stderr);
    }
    assert_eq!(names(&scene.path()), ["empty"]);
    assert_eq!(names(&scene.path().join("empty")), [""; 0]);
}
