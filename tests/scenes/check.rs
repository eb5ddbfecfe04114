//! Scenes of `check`: what it prints, its exit codes, exceptions and baselines.

use crate::checked::{GOOD, checked, checked_with, service};
use crate::scene::{Scene, assert_page};
use crate::shop::commit;
use serde_json::Value;

/// A main that breaks two promises: the port is written down, and nothing handles SIGTERM.
const BAD: &str = r#"use tokio::net::TcpListener;

const PORT: u16 = 8080;

#[tokio::main]
async fn main() {
    let address = std::net::SocketAddr::from(([0, 0, 0, 0], PORT));
    let listener = TcpListener::bind(address).await.unwrap();
    axum::serve(listener, axum::Router::new()).await.unwrap();
}
"#;

fn bad() -> Scene {
    service(&[("src/main.rs", BAD)])
}

#[test]
fn what_people_read() {
    let outcome = bad().twelve(["check"]);
    assert_eq!(outcome.code, Some(1));
    assert_page("check__human", &outcome.page());
}

#[test]
fn what_programs_read() {
    let checked = checked(&bad());
    assert_eq!(checked.outcome.code, Some(1));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#""fingerprint": "[0-9a-f]{64}""#, "\"fingerprint\": \"[DIGEST]\"");
    settings.bind(|| assert_page("check__json", &format!("{:#}\n", checked.document)));
}

#[test]
fn every_rule_is_explained_and_an_unknown_one_is_advised() {
    let scene = Scene::new();
    let outcome = scene.twelve(["check", "--explain", "no-sigterm"]);
    assert_page("check__explain", &outcome.page());
    let unknown = scene.twelve(["check", "--explain", "TF0991"]);
    assert_eq!(unknown.code, Some(66), "{}", unknown.page());
    assert!(unknown.stderr.contains("there is no rule `TF0991`"), "{}", unknown.page());
    let book = scene.twelve(["check", "--rules"]);
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).expect("the book");
    assert_eq!(book.stdout, kept);
}

#[test]
fn what_fails_the_check_and_what_is_shown_are_two_things() {
    let scene = bad();
    for (arguments, code, shown) in [
        (["--fail-on", "never", "--show", "fail"], 0, true),
        (["--fail-on", "fail", "--show", "warn"], 1, true),
        (["--fail-on", "note", "--show", "note"], 1, true),
    ] {
        let outcome = scene.twelve([&["check"][..], &arguments].concat());
        assert_eq!(outcome.code, Some(code), "{}", outcome.page());
        assert_eq!(outcome.stdout.contains("fail[TF0701]"), shown, "{}", outcome.page());
    }
    let good = service(&[]);
    assert_eq!(good.twelve(["check", "--fail-on", "note"]).code, Some(0));
}

#[test]
fn an_exception_in_twelve_toml_has_a_reason_and_an_unused_one_is_told() {
    let scene = bad();
    scene.write(
        "twelve.toml",
        "[allow]\nTF0701 = \"a fixed port of the appliance\"\nTF0901 = \"its supervisor kills\"\nTF1101 = \"old\"\n",
    );
    let outcome = scene.twelve(["check"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stdout.contains("(allowed: a fixed port of the appliance)"), "{}", outcome.page());
    assert!(outcome.stdout.contains("unused exception: twelve.toml:4: TF1101"), "{}", outcome.page());
    scene.write("twelve.toml", "[allow]\nTF0799 = \"x\"\n");
    let outcome = scene.twelve(["check"]);
    assert_eq!(outcome.code, Some(65), "{}", outcome.page());
    assert!(outcome.stderr.contains("twelve.toml:2: there is no rule `TF0799`"), "{}", outcome.page());
}

#[test]
fn an_exception_in_the_source_covers_its_line_alone() {
    let listen = "    let listener = TcpListener::bind(address)";
    let allowed = |comment: &str| bad_with(&BAD.replace(listen, &format!("    // twelve: allow({comment})\n{listen}")));
    let found = checked(&allowed("TF0701, reason = \"an appliance\""));
    found.says(&[("TF0701", "pass"), ("TF0901", "fail")]);
    assert_eq!(found.rule("TF0701")["findings"][0]["allowed"], "an appliance");
    let outcome = allowed("TF0701").twelve(["check"]);
    assert_eq!(outcome.code, Some(65), "{}", outcome.page());
    assert!(outcome.stderr.contains("src/main.rs:8: the exception has no reason"), "{}", outcome.page());
    let elsewhere = bad_with(&format!("// twelve: allow(TF0701, reason = \"far away\")\n{BAD}"));
    let found = checked(&elsewhere);
    found.says(&[("TF0701", "fail")]);
    assert_eq!(found.document["unused_exceptions"][0]["line"], 1);
}

fn bad_with(main: &str) -> Scene {
    service(&[("src/main.rs", main)])
}

#[test]
fn a_baseline_knows_old_findings_also_when_lines_move_and_no_new_one() {
    let scene = bad();
    let written = scene.twelve(["check", "-q", "--write-baseline", "baseline.json"]);
    assert_eq!(written.code, Some(0), "{}", written.page());
    scene.write("src/main.rs", format!("//! moved\n\n{BAD}"));
    let known = scene.twelve(["check", "--baseline", "baseline.json"]);
    assert_eq!(known.code, Some(0), "{}", known.page());
    assert!(known.stdout.contains("(in the baseline)"), "{}", known.page());
    scene.write("Dockerfile", "FROM rust:1.90\nRUN cargo install --path .\n");
    commit(&scene, "worse");
    let worse = scene.twelve(["check", "--baseline", "baseline.json"]);
    assert_eq!(worse.code, Some(1), "{}", worse.page());
    scene.write("baseline.json", "{\"format\":2,\"findings\":[]}");
    assert_eq!(scene.twelve(["check", "--baseline", "baseline.json"]).code, Some(65));
    assert_eq!(scene.twelve(["check", "--baseline", "none.json"]).code, Some(66));
}

#[test]
fn what_could_not_be_checked_is_never_a_finding() {
    let scene = Scene::new();
    assert_eq!(scene.twelve(["check"]).code, Some(66), "no package");
    assert_eq!(scene.twelve(["check", "nowhere"]).code, Some(66), "no folder");
    let scene = service(&[("twelve.toml", "[processes.web]\ncommand = 'a && b'\n")]);
    let outcome = scene.twelve(["check"]);
    assert_eq!(outcome.code, Some(65), "{}", outcome.page());
}

#[test]
fn a_page_whose_folder_is_not_there_is_named_as_it_was_typed() {
    let outcome = bad().twelve(["check", "-q", "--html", "reports/check.html"]);
    assert_eq!(outcome.code, Some(66), "{}", outcome.page());
    let said = "error: `reports/check.html` cannot be written: No such file or directory (os error 2)\n\
        hint: its folder is not there: `mkdir -p reports`\n";
    assert_eq!(outcome.stderr, said);
}

#[test]
fn source_that_is_nested_without_end_does_not_end_the_check() {
    let nested = |open: &str, count: usize, close: &str| {
        format!("fn deep() {{\n    let _x = {}1{};\n}}\n", open.repeat(count), close.repeat(count))
    };
    let files = [
        ("src/parens.rs", nested("(", 100_000, ")")),
        ("src/signs.rs", nested("!", 100_000, "")),
        ("src/calls.rs", nested("", 100_000, ".a()")),
        ("src/much.rs", nested("(", 3000, ")")),
        ("build.rs", nested("[", 100_000, "]")),
        ("src/main.rs", format!("mod parens;\nmod signs;\nmod calls;\nmod much;\n{GOOD}")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let checked = checked(&service(&files));
    let unread = checked.document["unread"].as_array().expect("an array");
    let places: Vec<&str> = unread.iter().map(|one| one["path"].as_str().expect("a path")).collect();
    assert_eq!(places, ["src/calls.rs", "src/parens.rs", "src/signs.rs"], "{unread:#?}");
    assert!(unread.iter().all(|one| one["line"] == 2), "{unread:#?}");
}

#[test]
fn a_files_name_cannot_command_the_terminal() {
    let scene = service(&[
        ("src/a\u{1b}[31m.rs", "fn x( {\n"),
        ("src/main.rs", &format!("#[path = \"a\\u{{1b}}[31m.rs\"]\nmod a;\n{GOOD}")),
    ]);
    let page = scene.twelve(["check", "--color", "always"]).stdout;
    assert!(page.contains("not read: src/a\\u{1b}[31m.rs:1: "), "{page:?}");
}

#[test]
fn source_that_does_not_compile_is_read_all_the_same_and_what_is_no_rust_is_named() {
    let scene = service(&[
        ("src/main.rs", &format!("mod broken;\nuse nowhere::Nothing;\n{GOOD}")),
        ("src/broken.rs", "fn x( {\n"),
    ]);
    let checked = checked(&scene);
    assert_eq!(checked.outcome.code, Some(0), "{}", checked.outcome.page());
    checked.says(&[("TF0901", "pass")]);
    assert_eq!(checked.document["unread"][0]["path"], "src/broken.rs");
}

#[test]
fn a_lockfile_that_does_not_lock_what_is_asked_for_is_stale() {
    let scene = service(&[]);
    scene.write("Cargo.toml", crate::checked::manifest("axum = \"0.9\"\ntokio = \"1.40.0\"\nserde = \"1\"\n"));
    commit(&scene, "newer");
    let checked = checked(&scene);
    checked.says(&[("TF0202", "fail")]);
    let said = checked.rule("TF0202").to_string();
    assert!(said.contains("asks for `axum ^0.9`") && said.contains("asks for `serde`"), "{said}");
}

#[test]
fn the_build_that_asks_a_live_database_is_found_unless_its_answers_are_committed() {
    let main = format!("{GOOD}async fn f(db: &Pool) {{ sqlx::query!(\"select 1\").fetch_one(db).await; }}\n");
    let packages = [("axum", "0.8.0"), ("sqlx", "0.8.0"), ("tokio", "1.40.0")];
    let scene = crate::checked::service_with(&packages, &[("src/main.rs", &main)]);
    checked(&scene).says(&[("TF0501", "fail")]);
    scene.write(".sqlx/query-1.json", "{}");
    commit(&scene, "prepared");
    checked(&scene).says(&[("TF0501", "pass")]);
}

#[test]
fn outside_of_git_the_app_is_not_tracked_and_the_rest_is_checked() {
    let scene = Scene::new();
    scene.write("Cargo.toml", crate::checked::manifest(""));
    scene.write("src/main.rs", "fn main() {}\n");
    let checked = checked(&scene);
    assert_eq!(checked.outcome.code, Some(1), "{}", checked.outcome.page());
    checked.says(&[("TF0101", "fail"), ("TF0103", "not_applicable")]);
}

#[test]
fn sarif_has_relative_paths_and_fingerprints_that_stay() {
    let scene = bad();
    let log = |scene: &Scene| -> Value {
        let outcome = scene.twelve(["check", "-q", "--sarif", "out.sarif"]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.page());
        serde_json::from_slice(&std::fs::read(scene.path().join("out.sarif")).expect("a log")).expect("JSON")
    };
    let first = log(&scene);
    let results = first["runs"][0]["results"].as_array().expect("results");
    let of = |log: &Value, id: &str| {
        log["runs"][0]["results"].as_array().expect("results").iter().find(|one| one["ruleId"] == id).expect(id).clone()
    };
    assert!(results.len() >= 2, "{first:#}");
    let port = of(&first, "TF0701");
    let place = &port["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&"src/main.rs".into(), &8.into()));
    assert_eq!(port["level"], "error");
    scene.write("src/main.rs", format!("// moved\n{BAD}"));
    let moved = of(&log(&scene), "TF0701");
    assert_eq!(moved["partialFingerprints"], port["partialFingerprints"]);
    assert_eq!(moved["locations"][0]["physicalLocation"]["region"]["startLine"], 9);
}

#[test]
fn the_page_holds_all_it_needs_and_nothing_of_the_app_becomes_markup() {
    let main = format!(
        "{BAD}const X: &str = \"</code><script>alert(1)</script>\";\n// twelve: allow(TF0701, reason = \"<b>&\")\n"
    );
    let scene = bad_with(&main.replace(
        "let listener = TcpListener::bind(address)",
        "let listener = TcpListener::bind(address) /* <img src=x> */",
    ));
    scene.twelve(["check", "-q", "--html", "out.html"]);
    let page = std::fs::read_to_string(scene.path().join("out.html")).expect("a page");
    assert_eq!(page.matches("class=\"segment ").count(), 12);
    assert_eq!(page.matches("<script>").count(), 1, "our own");
    assert!(page.contains("/* &lt;img src=x&gt; */") && !page.contains("<img"), "{page}");
    for asks in ["http-equiv=\"refresh\"", "src=\"http", "<link rel=\"stylesheet\"", "@import", "url("] {
        assert!(!page.contains(asks), "{asks}");
    }
}

#[test]
fn the_templates_app_breaks_no_promise() {
    let scene = Scene::new();
    let made = scene.twelve(["new", "web", "--no-input"]);
    assert_eq!(made.code, Some(0), "{}", made.page());
    let checked = checked_with(&scene, &["web"]);
    assert_eq!(checked.outcome.code, Some(0), "{}", checked.outcome.page());
    assert_eq!(checked.document["pass"], checked.document["applicable"], "{}", checked.outcome.page());
}
