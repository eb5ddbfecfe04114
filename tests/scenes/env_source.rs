//! Scenes of `env source`: what the source reads of the environment, held against the contract.

use super::scene::{Scene, assert_page};
use serde_json::Value;

/// A service in two packages of a workspace, and a third that it is not compiled with.
fn service(main: &str) -> Scene {
    let scene = Scene::new();
    scene.write("Cargo.toml", "[workspace]\nmembers = [\"shop\", \"lib\", \"tool\"]\nresolver = \"3\"\n");
    scene.write(
        "shop/Cargo.toml",
        "[package]\nname = \"shop\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[dependencies]\nlib = { path = \"../lib\" }\n",
    );
    scene.write("lib/Cargo.toml", "[package]\nname = \"lib\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
    scene.write("tool/Cargo.toml", "[package]\nname = \"tool\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
    scene.write("lib/src/lib.rs", "pub fn level() -> Option<String> {\n    std::env::var(\"LIB_LEVEL\").ok()\n}\n");
    scene.write("tool/src/main.rs", "fn main() {\n    std::env::var(\"TOOL_ONLY\").ok();\n}\n");
    scene.write("shop/src/main.rs", main);
    scene.git("init -q");
    scene.git("add -A");
    scene.git("commit -q -m first");
    scene
}

fn readings(scene: &Scene) -> Value {
    let outcome = scene.twelve(["env", "source", "shop", "--format", "json"]);
    serde_json::from_str(&outcome.stdout).expect(&outcome.stderr)
}

/// `LINE HOW NAME` of every reading of the program.
fn in_main(document: &Value) -> Vec<String> {
    let all = document["all"].as_array().expect("readings").iter();
    let own = all.filter(|one| one["file"] == "shop/src/main.rs");
    own.map(|one| {
        let what = ["name", "prefix", "function"].iter().find_map(|key| one[*key].as_str()).expect("a name");
        format!("{} {} {what}", one["line"], one["how"].as_str().expect("how")).trim_end().to_owned()
    })
    .collect()
}

#[test]
fn every_way_to_read_a_variable_is_seen_with_its_place() {
    let scene = service(
        r#"use std::env::{self, var as read};
use std::env as environment;
const NAME: &str = "FROM_CONSTANT";

#[derive(clap::Parser)]
struct Options {
    #[arg(long, env = "CLAP_NAMED")]
    one: String,
    #[arg(long, env)]
    clap_bare: String,
    #[arg(long, env = NAME)]
    constant: String,
}

fn main() {
    std::env::var("FULL_PATH").ok();
    env::var("IMPORTED").ok();
    read("RENAMED").ok();
    environment::var_os("RENAMED_MODULE");
    env::var(NAME).ok();
    println!("{:?} {:?}", env::var("IN_A_MACRO"), option_env!("BAKED_IN_A_MACRO"));
    let _ = (env!("BAKED_IN"), env!("CARGO_PKG_VERSION"), concat!(env!("OUT_DIR"), "/x.rs"));
    dotenvy::var("BY_DOTENVY").ok();
    required("BY_HELPER");
    clap::Command::new("x").arg(clap::Arg::new("y").env("BY_BUILDER"));
    std::process::Command::new("ls").env("SET_FOR_A_CHILD", "1");
    sqlx::query!("select 1");
    envy::prefixed("APP_").from_env::<u8>().ok();
    lib::level();
    env_logger::init();
}

fn required(name: &str) -> String {
    env::var(name).expect(name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_test() {
        std::env::var("TEST_ONLY").ok();
    }
}
"#,
    );
    let document = readings(&scene);
    assert_eq!(
        in_main(&document),
        [
            "8 named CLAP_NAMED",
            "10 named CLAP_BARE",
            "12 named FROM_CONSTANT",
            "16 named FULL_PATH",
            "17 named IMPORTED",
            "18 named RENAMED",
            "19 named RENAMED_MODULE",
            "20 named FROM_CONSTANT",
            "21 named IN_A_MACRO",
            "21 baked-in BAKED_IN_A_MACRO",
            "22 baked-in BAKED_IN",
            "23 named BY_DOTENVY",
            "24 named BY_HELPER",
            "25 named BY_BUILDER",
            "27 build-only DATABASE_URL",
            "28 open-set APP_",
            "30 named RUST_LOG",
        ]
    );
    let text = document.to_string();
    assert!(text.contains("LIB_LEVEL") && !text.contains("TOOL_ONLY") && !text.contains("TEST_ONLY"), "{text}");
}

#[test]
fn what_is_made_at_run_time_is_said_to_be() {
    let scene = service(
        "use std::env;\nfn main() {\n    env::vars().count();\n    let name = format!(\"A_{}\", 1);\n    env::var(&name).ok();\n    \
         let _: Vec<_> = [\"B\"].iter().map(env::var).collect();\n}\n",
    );
    assert_eq!(in_main(&readings(&scene)), ["3 open-set", "5 dynamic std::env::var", "6 dynamic std::env::var"]);
}

#[test]
fn readings_are_held_against_the_contract_with_the_lines_to_add() {
    let scene = service(
        "fn main() {\n    for name in [std::env::var(\"WORKERS\"), std::env::var(\"SESSION_KEY\"), std::env::var(\"REDIS_URL\")] {\n        \
         drop(name);\n    }\n    std::env::var(\"PORT\").ok();\n    std::env::var(\"RUST_LOG\").ok();\n    let _ = env!(\"REGION\");\n}\n",
    );
    scene.write(
        "shop/twelve.toml",
        "[processes.web]\ncommand = \"shop --host $HOST\"\nport = true\n[config.vars.WORKERS]\ntype = \"int\"\n\
         [config.vars.HOST]\ntype = \"string\"\n[config.vars.FORGOTTEN]\ntype = \"string\"\n",
    );
    let outcome = scene.twelve(["env", "source", "shop"]);
    assert_page("env__source", &outcome.page());
    // The lines are ones that twelve.toml takes, and then nothing is left to say.
    let document = readings(&scene);
    let lines: String =
        document["undeclared"].as_array().expect("names").iter().filter_map(|one| one["lines"].as_str()).collect();
    let text = std::fs::read_to_string(scene.path().join("shop/twelve.toml")).expect("there");
    let text = text.replace("[config.vars.FORGOTTEN]\ntype = \"string\"\n", "");
    scene.write("shop/twelve.toml", format!("{text}{lines}"));
    scene.write(
        "shop/src/main.rs",
        std::fs::read_to_string(scene.path().join("shop/src/main.rs")).expect("there").replace("env!", "drop"),
    );
    assert_eq!(scene.twelve(["env", "source", "shop"]).code, Some(0));
}

#[test]
fn a_new_service_declares_all_that_it_reads_and_nothing_else() {
    let scene = Scene::new();
    assert_eq!(scene.twelve(["new", "shop"]).code, Some(0));
    let outcome = scene.twelve(["env", "source", "shop"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stdout.contains("reads `DRAIN_TIMEOUT_SECONDS`"), "{}", outcome.stdout);
}
