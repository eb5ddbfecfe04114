//! Scenes of the audit's third factor: what the source reads, held against what is declared.

use crate::checked::{GOOD, checked, service, service_with};
use crate::scene::Scene;

const DECLARED: &str = "[processes.web]\ncommand = \"shop\"\nport = true\n[config.vars.WORKERS]\ntype = \"int\"\n";

/// A service whose main also does this.
fn reading(lines: &str, declaration: &str) -> Scene {
    let main = GOOD.replace("async fn main() {\n", &format!("async fn main() {{\n{lines}"));
    service(&[("src/main.rs", &main), ("twelve.toml", declaration)])
}

#[test]
fn a_variable_that_is_read_and_not_declared_is_told_with_the_lines_that_declare_it() {
    let read = "    std::env::var(\"WORKERS\").ok();\n    std::env::var(\"REDIS_URL\").ok();\n";
    let main = GOOD.replace("async fn main() {\n", &format!("async fn main() {{\n{read}"));
    let found = checked(&service_with(
        &[("axum", "0.8.0"), ("redis", "1.0.0"), ("tokio", "1.40.0")],
        &[("src/main.rs", &main), ("twelve.toml", DECLARED)],
    ));
    found.says(&[("TF0304", "not_applicable"), ("TF0307", "warn"), ("TF0308", "pass"), ("TF0310", "pass")]);
    assert_eq!(found.place("TF0307"), "src/main.rs:7");
    let message = found.rule("TF0307")["findings"][0]["message"].as_str().expect("a message");
    let lines =
        "`[config.vars.REDIS_URL]` `type = \"service-url\"` `schemes = [\"redis\", \"rediss\"]` `secret = true`";
    assert!(message.contains(lines), "{message}");
    let declared = format!("{DECLARED}[config.vars.REDIS_URL]\ntype = \"service-url\"\nsecret = true\n");
    checked(&reading(read, &declared)).says(&[("TF0307", "pass")]);
    // Without `[config]` everything is handed over.
    checked(&reading(read, "[processes.web]\ncommand = \"shop\"\nport = true\n"))
        .says(&[("TF0307", "not_applicable"), ("TF0308", "not_applicable")]);
}

#[test]
fn a_declared_variable_that_nothing_reads_is_a_note_and_unknown_where_something_may_read_it() {
    let found = checked(&reading("", DECLARED));
    found.says(&[("TF0307", "pass"), ("TF0308", "note")]);
    assert_eq!(found.place("TF0308"), "twelve.toml:4");
    for unsure in ["    std::env::vars().count();\n", "    std::env::var(format!(\"{}S\", std::process::id())).ok();\n"]
    {
        let found = checked(&reading(unsure, DECLARED));
        found.says(&[("TF0308", "unknown")]);
        assert!(found.rule("TF0308")["why"].as_str().expect("why").contains("`WORKERS`"), "{:#}", found.document);
    }
    let in_a_command = DECLARED.replace("\"shop\"", "\"shop --workers $WORKERS\"");
    checked(&reading("", &in_a_command)).says(&[("TF0308", "pass")]);
}

#[test]
fn a_variable_that_is_baked_in_is_a_warning_and_a_stamp_of_the_build_is_none() {
    let found = checked(&reading("    let _ = option_env!(\"REGION\");\n", DECLARED));
    found.says(&[("TF0309", "warn")]);
    assert_eq!(found.place("TF0309"), "src/main.rs:6");
    checked(&reading("    let _ = option_env!(\"SHOP_GIT_COMMIT\");\n", DECLARED)).says(&[("TF0309", "note")]);
    checked(&reading("    let _ = env!(\"CARGO_PKG_VERSION\");\n", DECLARED)).says(&[("TF0309", "pass")]);
}

#[test]
fn a_name_that_is_made_at_run_time_is_a_note() {
    let found = checked(&reading("    std::env::var(format!(\"{}S\", std::process::id())).ok();\n", DECLARED));
    found.says(&[("TF0310", "note")]);
    assert_eq!(found.place("TF0310"), "src/main.rs:6");
}

#[test]
fn a_name_that_was_handed_on_over_more_than_four_functions_was_lost() {
    let last = "fn on7(name: &str) { std::env::var(name).ok(); }\n".to_owned();
    let handing = |at: usize| format!("fn on{at}(name: &str) {{ on{}(name); }}\n", at + 1);
    // The first to be read is the farthest from the reading.
    let chain: String = (0..7).map(handing).chain([last]).collect();
    let main = GOOD.replace("async fn main() {\n", "async fn main() {\n    on0(\"REDIS_URL\");\n");
    let found = checked(&service(&[("src/main.rs", &format!("{main}{chain}")), ("twelve.toml", DECLARED)]));
    found.says(&[("TF0307", "warn"), ("TF0310", "pass")]);
    let message = found.rule("TF0307")["findings"][0]["message"].as_str().expect("a message");
    assert!(message.starts_with("`REDIS_URL` is read"), "{message}");
}

#[test]
fn a_fresh_service_of_every_template_violates_nothing() {
    let scene = Scene::new();
    for template in ["web", "web-postgres", "worker"] {
        let made = scene.twelve(["new", template, "--template", template]);
        assert_eq!(made.code, Some(0), "{}", made.page());
        let outcome = scene.twelve(["check", template, "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stderr);
        let violated: Vec<&serde_json::Value> = document["rules"]
            .as_array()
            .expect("rules")
            .iter()
            .filter(|rule| rule["verdict"] == "fail" || rule["verdict"] == "warn")
            .collect();
        assert!(violated.is_empty(), "{template}: {violated:#?}");
        assert_eq!(outcome.code, Some(0), "{template}");
    }
}
