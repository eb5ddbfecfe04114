//! What the built-in templates promise without a compiler: every project of theirs passes `check`, and what they have in
//! common is the same text in each, since each project stands alone.

use crate::scene::Scene;
use std::fs;
use std::path::Path;

const TEMPLATES: [&str; 3] = ["web", "web-postgres", "worker"];

fn text(template: &str, file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(template).join(file);
    fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

/// A text from the first place that holds this on.
fn from<'a>(text: &'a str, start: &str) -> &'a str {
    text.find(start).map(|at| &text[at..]).unwrap_or_else(|| panic!("`{start}` is not in:\n{text}"))
}

#[test]
fn a_fresh_project_of_every_template_violates_nothing_whatever_was_answered() {
    let scene = Scene::new();
    for template in TEMPLATES {
        for answers in 0..8_u32 {
            let name = format!("{template}-{answers}");
            let mut words = vec!["new".to_owned(), name.clone(), "--template".to_owned(), template.to_owned()];
            for (bit, option) in ["opentelemetry", "procfile", "dockerfile"].iter().enumerate() {
                words.extend(["--set".to_owned(), format!("{option}={}", answers >> bit & 1 == 1)]);
            }
            let licence = ["none", "MIT", "Apache-2.0", "MIT OR Apache-2.0"][answers as usize % 4];
            words.extend(["--set".to_owned(), format!("license={licence}"), "--no-input".to_owned()]);
            let made = scene.twelve(&words);
            assert_eq!(made.code, Some(0), "{words:?}: {}", made.page());
            let checked = scene.twelve(["check", &name, "--format", "json"]);
            assert_eq!(checked.code, Some(0), "{words:?}: {}", checked.page());
            let report: serde_json::Value = serde_json::from_str(&checked.stdout).expect("JSON");
            let bad = report["rules"]
                .as_array()
                .expect("rules")
                .iter()
                .filter(|rule| ["fail", "warn"].contains(&rule["verdict"].as_str().expect("a verdict")));
            assert_eq!(bad.count(), 0, "{words:?}: {}", checked.page());
        }
    }
}

#[test]
fn what_templates_have_in_common_is_the_same_in_each() {
    let everywhere = [
        "LICENSE-APACHE",
        "LICENSE-MIT.hbs",
        "ci/release",
        "dot_dockerignore",
        "dot_gitignore",
        "rust-toolchain.toml",
        "src/logs.rs.hbs",
        "src/telemetry.rs",
    ];
    for file in everywhere {
        for template in TEMPLATES {
            assert_eq!(text(template, file), text("web", file), "`{file}` of `{template}`");
        }
    }
    assert_eq!(text("web", "src/shutdown.rs"), text("web-postgres", "src/shutdown.rs"));
    let signals = text("worker", "src/shutdown.rs");
    let signals = from(&signals, "pub struct Signals");
    assert!(text("web", "src/shutdown.rs").contains(signals), "the signals of `worker` are those of `web`");
    let serve = |template: &str| from(&text(template, "src/serve.rs"), "/// The socket that").to_owned();
    assert_eq!(serve("web"), serve("web-postgres"));
    let log = |template: &str| from(&text(template, "src/http.rs.hbs"), "/// One span and one line").to_owned();
    assert!(log("web-postgres").starts_with(&log("web")));
    for template in TEMPLATES {
        let workflow = |template: &str| {
            from(&text(template, "dot_github/workflows/ci.yml"), "  # Every commit of main").to_owned()
        };
        assert_eq!(workflow(template), workflow("web"), "the release job of `{template}`");
        let config = |template: &str, file: &str| from(&text(template, file), "/// Prints every variable").to_owned();
        let file = if template == "worker" { "src/config.rs" } else { "src/config.rs.hbs" };
        assert_eq!(config(template, file), config("web", "src/config.rs.hbs"), "`config::print` of `{template}`");
    }
}
