//! `init`: an existing crate is adopted, and nothing that stands is written over.

use crate::scene::{Outcome, Scene, assert_page};
use std::fs;

/// A crate that reads its port and a database's address.
fn shop() -> Scene {
    let scene = Scene::new();
    let manifest = "[package]\nname = \"shop\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\naxum = \"0.8\"\nsqlx = \"0.9\"\n";
    scene.write("Cargo.toml", manifest);
    scene.write("Cargo.lock", "version = 4\n");
    let main = "fn main() {\n    let port = std::env::var(\"PORT\");\n    let url = std::env::var(\"DATABASE_URL\");\n    let key = option(\"x\");\n    let _ = std::env::var(\"SESSION_KEY\").unwrap();\n}\n";
    scene.write("src/main.rs", main);
    scene.git("init -q .");
    scene.git("add -A");
    scene.git("commit -q -m first");
    scene
}

fn read(scene: &Scene, path: &str) -> String {
    fs::read_to_string(scene.path().join(path)).expect("a file")
}

fn done(outcome: Outcome) -> Outcome {
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    outcome
}

#[test]
fn writes_a_declaration_from_what_the_source_shows_and_says_what_check_still_says() {
    let scene = shop();
    let outcome = done(scene.twelve(["init", "--add", "env-example,workflow"]));
    let page = format!(
        "{}--- twelve.toml\n{}--- .env.example\n{}",
        outcome.page(),
        read(&scene, "twelve.toml"),
        read(&scene, ".env.example")
    );
    assert_page("init__declaration", &page);
    assert_page("init__workflow", &read(&scene, ".github/workflows/release.yml"));
    assert_eq!(
        scene.git("status --porcelain -uall"),
        "?? .env.example\n?? .github/workflows/release.yml\n?? ci/release\n?? twelve.toml\n"
    );
}

#[test]
fn writes_over_nothing() {
    let scene = shop();
    scene.write(".env.example", "mine\n");
    let outcome = done(scene.twelve(["init"]));
    assert!(outcome.stderr.contains("`.env.example` stands already"), "{}", outcome.page());
    assert_eq!(read(&scene, ".env.example"), "mine\n");
    scene.write("twelve.toml", "# mine\n");
    let again = scene.twelve(["init"]);
    assert_eq!(again.code, Some(73), "{}", again.page());
    assert_eq!(read(&scene, "twelve.toml"), "# mine\n");
}

#[test]
fn a_dry_run_writes_nothing_and_lists_what_the_run_then_writes() {
    let scene = shop();
    let planned = done(scene.twelve(["init", "--dry-run", "--format", "json"]));
    assert_eq!(scene.git("status --porcelain -uall"), "");
    let made = done(scene.twelve(["init", "--format", "json"]));
    let [planned, made] =
        [planned, made].map(|outcome| serde_json::from_str::<serde_json::Value>(&outcome.stdout).expect("JSON"));
    assert_eq!(planned["files"], made["files"]);
    assert_eq!(made["variables"]["DATABASE_URL"], "src/main.rs:3:15");
}

#[test]
fn a_procfile_goes_on_to_say_what_it_says() {
    let scene = shop();
    scene.write("Procfile", "web: shop\nrelease: shop migrate\n");
    done(scene.twelve(["init", "--quiet"]));
    assert!(!read(&scene, "twelve.toml").contains("[processes"));
}

/// A scene with a crate of these dependencies and this program, committed.
fn service(folder: &str, dependencies: &str, main: &str) -> Scene {
    let scene = Scene::new();
    let manifest = format!("[package]\nname = \"shop\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n");
    scene.write(&format!("{folder}Cargo.toml"), manifest);
    if !folder.is_empty() {
        scene.write("Cargo.toml", format!("[workspace]\nmembers = [\"{}\"]\n", folder.trim_end_matches('/')));
    }
    scene.write("Cargo.lock", "version = 4\n");
    scene.write(&format!("{folder}src/main.rs"), main);
    scene.git("init -q .");
    scene.git("add -A");
    scene.git("commit -q -m first");
    scene
}

/// The declaration that `init` writes, as TOML.
fn declared(scene: &Scene, path: &str) -> toml::Table {
    done(scene.twelve(["init", "--quiet"]));
    read(scene, path).parse().expect("TOML")
}

#[test]
fn subcommands_are_called_as_the_command_line_spells_them() {
    let main = "#[derive(clap::Subcommand)]\nenum Command {\n    Serve,\n    Work,\n    Migrate,\n    ShowConfig,\n}\nfn main() {\n    let _ = Command::parse();\n    let _ = std::env::var(\"PORT\");\n}\n";
    let table = declared(&service("", "axum = \"0.8\"\nclap = \"4\"", main), "twelve.toml");
    assert_eq!(table["processes"]["web"]["command"].as_str(), Some("shop serve"));
    assert_eq!(table["processes"]["worker"]["command"].as_str(), Some("shop work"));
    assert_eq!(table["processes"]["worker"]["count"].as_integer(), Some(0));
    assert_eq!(table["admin"]["migrate"]["command"].as_str(), Some("shop migrate"));
}

#[test]
fn what_a_chat_is_told_is_no_subcommand() {
    let main = "#[derive(clap::Parser)]\nenum Said {\n    Work,\n}\nfn main() {\n    let _ = Said::try_parse_from([\"@shop\", \"work\"]);\n}\n";
    let table = declared(&service("", "axum = \"0.8\"\nclap = \"4\"", main), "twelve.toml");
    let processes = table["processes"].as_table().expect("processes");
    assert_eq!((processes.len(), processes["web"]["command"].as_str()), (1, Some("shop")));
}

#[test]
fn the_port_of_a_database_is_not_the_port_of_the_service() {
    let ports = |names: &[&str]| {
        let reads: String = names.iter().map(|name| format!("    let _ = std::env::var(\"{name}\");\n")).collect();
        let scene = service("", "axum = \"0.8\"", &format!("fn main() {{\n{reads}}}\n"));
        let table = declared(&scene, "twelve.toml");
        table["processes"]["web"].get("port").and_then(toml::Value::as_str).map(str::to_owned)
    };
    assert_eq!(ports(&["DB_PORT"]), None);
    assert_eq!(ports(&["SHOP_ORIGIN__PORT"]), None, "that is where others see it");
    assert_eq!(ports(&["DB_PORT", "SHOP_PORT"]).as_deref(), Some("SHOP_PORT"));
    assert_eq!(ports(&["SHOP_PORT", "SHOP_GRPC_PORT"]).as_deref(), Some("SHOP_PORT"));
    assert_eq!(ports(&["SHOP_LDAP_PORT", "SHOP_HTTP_PORT"]).as_deref(), Some("SHOP_HTTP_PORT"));
    assert_eq!(ports(&["LEFT_PORT", "RIGHT_PORT"]), None, "nobody can tell");
}

#[test]
fn a_port_that_only_the_command_line_tells_stands_in_the_command() {
    let main = "#[derive(clap::Parser)]\nstruct Args {\n    #[arg(long, default_value_t = 8051)]\n    port: u16,\n}\nfn main() {}\n";
    let scene = service("", "axum = \"0.8\"\nclap = \"4\"", main);
    let table = declared(&scene, "twelve.toml");
    assert_eq!(table["processes"]["web"]["command"].as_str(), Some("shop --port $PORT"));
    assert_eq!(table["processes"]["web"]["port"].as_str(), Some("PORT"));
}

#[test]
fn a_name_that_no_system_of_ours_gives_stops_nothing() {
    let reads = |name: &str| format!("    let _ = std::env::var(\"{name}\");\n");
    let names = ["ProgramFiles(x86)", "my.setting", "A=B", "", "GREETING"].map(reads).concat();
    let open = "    let _ = envy::prefixed(\"app.\").from_env::<Config>();\n";
    let scene = service("", "", &format!("fn main() {{\n{names}}}\n"));
    let variables = declared(&scene, "twelve.toml")["config"]["vars"].as_table().expect("variables").clone();
    assert_eq!(variables.keys().collect::<Vec<_>>(), ["GREETING"]);
    let checked: serde_json::Value =
        serde_json::from_str(&scene.twelve(["check", "--format", "json"]).stdout).expect("a document");
    let rule = checked["rules"].as_array().expect("rules").iter().find(|rule| rule["id"] == "TF0307");
    assert_eq!(rule.expect("the rule")["verdict"], "pass");
    // Names with a beginning that cannot be declared: then none is shut out.
    let scene = service("", "", &format!("fn main() {{\n{open}}}\n"));
    assert!(!declared(&scene, "twelve.toml").contains_key("config"));
}

#[test]
fn a_prefix_in_small_letters_is_that_of_variables_in_capitals() {
    let main = "fn main() {\n    let _ = config::Environment::with_prefix(\"shop\").separator(\"__\");\n}\n";
    let table = declared(&service("", "config = \"0.15\"", main), "twelve.toml");
    assert_eq!(table["config"]["passthrough"].to_string(), r#"["RUST_LOG", "SHOP_*"]"#);
}

#[test]
fn the_workflow_of_a_member_stands_where_it_is_looked_for_and_releases_the_member() {
    let scene = service("crates/shop/", "axum = \"0.8\"", "fn main() {}\n");
    let outcome = done(scene.twelve(["init", "crates/shop", "--add", "env-example,workflow"]));
    assert_eq!(
        scene.git("status --porcelain -uall"),
        "?? .github/workflows/release.yml\n?? ci/release\n?? crates/shop/.env.example\n?? crates/shop/twelve.toml\n"
    );
    assert!(outcome.stderr.contains("wrote `crates/shop/twelve.toml`"), "{}", outcome.page());
    let workflow = read(&scene, ".github/workflows/release.yml");
    assert!(workflow.contains("run: sh ci/release -p shop\n") && !workflow.contains("needs:"), "{workflow}");
}

#[test]
fn a_crate_that_git_does_not_track_is_not_taken_for_the_one_above_it() {
    let scene = service("crates/shop/", "axum = \"0.8\"", "fn main() {}\n");
    scene.write("crates/new/Cargo.toml", "[package]\nname = \"new\"\nedition = \"2024\"\n");
    scene.write("crates/new/src/main.rs", "fn main() {}\n");
    for words in [["check", "crates/new"], ["init", "crates/new"]] {
        let outcome = scene.twelve(words);
        assert_eq!(outcome.code, Some(66), "{}", outcome.page());
        assert!(outcome.stderr.contains("git does not track `crates/new/Cargo.toml`"), "{}", outcome.page());
        assert!(outcome.stderr.contains("`git add crates/new`"), "{}", outcome.page());
    }
    scene.git("add crates/new");
    done(scene.twelve(["init", "crates/new", "--quiet"]));
    assert!(read(&scene, "crates/new/twelve.toml").contains("command = \"new\""));
}
