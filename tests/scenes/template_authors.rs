//! `template check` and `template test`: what the author of a template should mend.

use crate::scene::{Scene, assert_page};

const MANIFEST: &str = r#"
[template]
name = "mine"
version = "1.0.0"
description = "d"

[[vars]]
name = "title"
type = "string"

[[vars]]
name = "queue"
type = "bool"
default = false

[[vars]]
name = "unused"
type = "int"
default = 1
"#;

#[test]
fn faults_are_told_with_their_places_for_each_option() {
    let scene = Scene::new();
    scene.write("t/template.toml", MANIFEST);
    scene.write("t/Cargo.toml.hbs", "[package]\nname = {{toml name}}\ndescription = \"{{title}}\"\n");
    scene.write("t/src/main.rs.hbs", "fn main() {\n{{#if queue}}\n    queue(;\n{{/if}}\n}\n");
    scene.write("t/README.md.hbs", "{{#if queue}}{{#unless queue}}{{misspelt}}{{/unless}}{{/if}}");
    let outcome = scene.twelve(["template", "check", "t"]);
    assert_eq!(outcome.code, Some(1));
    assert_page("template__faults", &outcome.page());
    let json = scene.twelve(["template", "check", "t", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert!(document["faults"].as_array().expect("faults").len() >= 4);
}

#[test]
fn the_built_in_templates_have_no_fault() {
    let scene = Scene::new();
    for name in ["web", "web-postgres", "worker"] {
        let outcome = scene.twelve(["template", "check", name]);
        assert_eq!(outcome.code, Some(0), "{name}: {}", outcome.page());
        assert!(outcome.stdout.starts_with("no fault in "), "{}", outcome.page());
    }
}

#[test]
fn a_project_of_every_two_answers_is_compiled_and_tested() {
    let scene = Scene::new();
    scene.write("t/template.toml", MANIFEST.split("[[vars]]\nname = \"unused\"").next().expect("the start"));
    scene.write(
        "t/Cargo.toml.hbs",
        "[package]\nname = {{toml name}}\nversion = \"0.1.0\"\nedition = \"2024\"\ndescription = {{toml title}}\n",
    );
    scene.write("t/Cargo.lock.hbs", "version = 4\n\n[[package]]\nname = {{toml name}}\nversion = \"0.1.0\"\n");
    scene.write("t/src/main.rs.hbs", "fn main() {}\n\n#[test]\nfn works() {\n    assert!({{queue}} || true);\n}\n");
    let outcome = scene.twelve(["template", "test", "t"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_eq!(outcome.stderr.matches("Tested").count(), 2, "{}", outcome.page());

    scene.write("t/src/main.rs.hbs", "fn main() {}\n\n#[test]\nfn works() {\n    assert!({{queue}});\n}\n");
    let outcome = scene.twelve(["template", "test", "t", "--keep-going"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.page());
    assert!(outcome.stdout.contains("works"), "what cargo said is passed on: {}", outcome.page());
    assert_eq!((outcome.stderr.matches("Tested").count(), outcome.stderr.matches("Failed").count()), (1, 1));
}

#[test]
fn a_cargo_that_cannot_be_started_is_named_with_what_to_install() {
    let scene = Scene::new();
    let mut command = scene.command(crate::scene::PROGRAM);
    let outcome = scene.outcome(command.env("CARGO", "/nowhere/cargo").args(["template", "test", "worker"]));
    assert_eq!(outcome.code, Some(77), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("error: `cargo` cannot be started"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("hint: install Rust from https://rustup.rs, or set CARGO to a cargo\n"));
}
