//! What other checkers get wrong, each as a service of its own. They were read off public services.

use crate::checked::{GOOD, checked, lock, manifest, service, service_with};
use crate::scene::Scene;
use crate::shop::commit;

const ACTIX: [(&str, &str); 2] = [("actix-web", "4.9.0"), ("tokio", "1.40.0")];

/// A main of actix-web with these lines before and in the chain of its server.
fn actix(before: &str, chain: &str) -> String {
    format!(
        "use actix_web::{{App, HttpServer}};\n\n#[actix_web::main]\nasync fn main() -> std::io::Result<()> {{\n    \
         let address = std::env::var(\"ADDRESS\").unwrap();\n{before}    \
         HttpServer::new(App::new){chain}.bind(address)?.run().await\n}}\n"
    )
}

#[test]
fn the_service_that_keeps_every_promise_has_no_finding() {
    let checked = checked(&service(&[]));
    assert_eq!(checked.outcome.code, Some(0), "{}", checked.outcome.page());
    assert_eq!(checked.document["pass"], checked.document["applicable"], "{}", checked.outcome.page());
    checked.says(&[
        ("TF0101", "pass"),
        ("TF0201", "pass"),
        ("TF0202", "pass"),
        ("TF0701", "pass"),
        ("TF0702", "pass"),
        ("TF0901", "pass"),
        ("TF0902", "pass"),
    ]);
}

#[test]
fn trap_1_a_server_that_is_built_by_hand_on_actix_handles_sigterm() {
    let main = "#[actix::main]\nasync fn main() {\n    let port = std::env::var(\"PORT\").unwrap();\n    \
        actix_server::Server::build().bind(\"http\", (\"0.0.0.0\", port), || todo()).unwrap().run().await;\n}\n";
    checked(&service_with(&[("actix-server", "2.5.0")], &[("src/main.rs", main)])).says(&[("TF0901", "pass")]);
}

#[test]
fn trap_2_switching_actixs_signals_off_matters_only_without_a_handler() {
    let own = "    tokio::spawn(async { tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap().recv().await });\n";
    let with = |before: &str| {
        checked(&service_with(&ACTIX, &[("src/main.rs", &actix(before, ".disable_signals()"))]))
            .verdict("TF0901")
            .to_owned()
    };
    assert_eq!(with(own), "pass");
    assert_eq!(with(""), "fail");
}

#[test]
fn trap_3_clearing_rockets_signals_matters_only_without_a_handler() {
    let main = |own: &str| {
        format!(
            "#[rocket::main]\nasync fn main() {{\n    let mut config = rocket::Config::from(rocket::Config::figment());\n    \
             config.shutdown.signals.clear();\n{own}    rocket::custom(config).launch().await.unwrap();\n}}\n"
        )
    };
    let with = |own: &str| {
        checked(&service_with(&[("rocket", "0.5.1"), ("tokio", "1.40.0")], &[("src/main.rs", &main(own))]))
            .verdict("TF0901")
            .to_owned()
    };
    assert_eq!(
        with(
            "    tokio::spawn(async { use tokio::signal::unix::*; signal(SignalKind::terminate()).unwrap().recv().await });\n"
        ),
        "pass"
    );
    assert_eq!(with(""), "fail");
}

#[test]
fn trap_4_a_signal_that_races_the_server_drops_its_requests() {
    let main = GOOD.replace(
        "    axum::serve(listener, axum::Router::new()).with_graceful_shutdown(stop).await.unwrap();\n",
        "    tokio::select! {\n        result = axum::serve(listener, axum::Router::new()) => result.unwrap(),\n        _ = stop.recv() => {}\n    }\n",
    );
    let checked = checked(&service(&[("src/main.rs", &main)]));
    checked.says(&[("TF0901", "pass"), ("TF0902", "warn")]);
    assert_eq!(checked.place("TF0902"), "src/main.rs:9");
}

#[test]
fn trap_5_variables_that_wrappers_and_libraries_read_are_seen() {
    let reads = [
        (
            "clap",
            "#[derive(clap::Parser)]\nstruct Options {\n    #[arg(long, env)]\n    port: u16,\n}\n",
            "let port = Options::parse().port;",
        ),
        (
            "clap",
            "#[derive(clap::Parser)]\nenum Options {\n    Serve {\n        #[arg(long, env = \"PORT\")]\n        port: u16,\n    },\n}\n",
            "let port = Options::parse().port;",
        ),
        (
            "figment",
            "",
            "let c: Config = figment::Figment::new().merge(figment::providers::Env::prefixed(\"SHOP_\")).extract().unwrap(); let port = c.port;",
        ),
        (
            "config",
            "",
            "let c = config::Config::builder().add_source(config::Environment::with_prefix(\"SHOP\")).build().unwrap(); let port = c.port;",
        ),
        ("anyhow", "fn require_env(name: &str) -> String { read(name) }\n", "let port = require_env(\"PORT\");"),
        ("anyhow", "", "let port = get_env!(\"PORT\");"),
    ];
    for (package, items, line) in reads {
        let main = GOOD
            .replace("    let port: u16 = std::env::var(\"PORT\").unwrap().parse().unwrap();", &format!("    {line}"));
        let packages = [("axum", "0.8.0"), ("tokio", "1.40.0"), (package, "1.0.0")];
        let checked = checked(&service_with(&packages, &[("src/main.rs", &format!("{main}{items}"))]));
        checked.says(&[("TF0305", "pass"), ("TF0702", "pass")]);
    }
}

#[test]
fn trap_6_dotenvy_is_not_envy() {
    let main = GOOD.replace("std::env::var(\"PORT\").unwrap().parse().unwrap()", "Options::parse().port")
        + "#[derive(clap::Parser)]\nstruct Options {\n    #[arg(long)]\n    port: u16,\n}\nfn load() { dotenvy::from_filename(\".env\"); }\n";
    let packages = [("axum", "0.8.0"), ("tokio", "1.40.0"), ("clap", "4.5.0"), ("dotenvy", "0.15.0")];
    checked(&service_with(&packages, &[("src/main.rs", &main)])).says(&[("TF0305", "warn"), ("TF0702", "warn")]);
}

#[test]
fn trap_7_a_command_of_claps_starts_no_program() {
    let main = |import: &str| {
        format!("{import}\n{GOOD}fn build() {{ let _ = Command::new(\"psql\"); }}\nstatic BUILD: fn() = build;\n")
    };
    let says = |import: &str| checked(&service(&[("src/main.rs", &main(import))])).verdict("TF0205").to_owned();
    assert_eq!(says("use clap::Command;"), "pass");
    assert_eq!(says("use std::process::Command;"), "note");
}

#[test]
fn trap_8_binding_a_value_to_a_query_binds_no_port() {
    let main = format!(
        "{GOOD}async fn find(db: &Pool) {{ sqlx::query(\"select 1\").bind(\"127.0.0.1\").bind(8080).fetch(db).await; }}\nstatic FIND: F = find;\n"
    );
    let packages = [("axum", "0.8.0"), ("tokio", "1.40.0"), ("sqlx", "0.8.0")];
    checked(&service_with(&packages, &[("src/main.rs", &main)])).says(&[("TF0701", "pass")]);
}

#[test]
fn trap_9_what_is_compiled_for_tests_alone_is_no_finding() {
    let main = format!(
        "#[cfg(test)]\nmod test;\n#[cfg(test)]\nmod test_keys;\n{GOOD}\n#[cfg(test)]\nmod tests {{\n    #[tokio::test]\n    async fn it_serves() {{ tokio::net::TcpListener::bind(\"127.0.0.1:8080\").await; }}\n}}\n"
    );
    let key = format!(
        "pub const KEY: &str = \"-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\";\n",
        "A".repeat(300)
    );
    let files = [
        ("src/main.rs", main.as_str()),
        ("src/test_keys.rs", &key),
        ("src/test.rs", "fn f() { std::net::TcpListener::bind(\"0.0.0.0:1\"); }\n"),
    ];
    checked(&service(&files)).says(&[("TF0302", "pass"), ("TF0701", "pass")]);
    let used = format!("mod keys;\n{GOOD}");
    let checked = checked(&service(&[("src/main.rs", &used), ("src/keys.rs", &key)]));
    checked.says(&[("TF0302", "fail")]);
    assert!(!checked.outcome.stdout.contains("AAAA"), "a key is never repeated");
}

#[test]
fn trap_10_a_scanners_own_patterns_are_no_credentials() {
    let scanner = "pub const PATTERNS: [&str; 2] = [\"ghp_[A-Za-z0-9]{36}\", \"AKIA[A-Z0-9]{16}\"];\npub const EXAMPLE: &str = \"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\";\n";
    let main = format!("mod secrets;\n{GOOD}");
    checked(&service(&[("src/main.rs", &main), ("src/secrets.rs", scanner)])).says(&[("TF0302", "pass")]);
    let token = format!("{GOOD}const TOKEN: &str = \"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\";\n");
    checked(&service(&[("src/main.rs", &token)])).says(&[("TF0302", "fail")]);
}

#[test]
fn trap_11_an_env_file_without_values_or_of_fixtures_is_no_finding() {
    let files = [
        (".env", "AUTH_TOKEN=\nLOG=info\n"),
        ("tests/fixtures/.env", "SECRET=x9x8x7x6\n"),
        (".env.example", "DB_PASSWORD=hunter2!\n"),
    ];
    checked(&service(&files)).says(&[("TF0301", "pass")]);
    let checked = checked(&service(&[(".env", "# dev\nDATABASE_URL=postgres://app:hunter2@localhost/shop\n")]));
    checked.says(&[("TF0301", "fail")]);
    assert_eq!(checked.place("TF0301"), ".env:2");
    assert!(!checked.outcome.stdout.contains("hunter2"), "a secret is never repeated");
}

#[test]
fn trap_12_an_ignored_lockfile_that_is_tracked_is_tracked() {
    let scene = service(&[]);
    scene.write(".gitignore", "/target\nCargo.lock\n");
    commit(&scene, "ignored");
    checked(&scene).says(&[("TF0201", "pass"), ("TF0202", "pass")]);
    scene.git("rm -q --cached Cargo.lock");
    commit(&scene, "gone");
    checked(&scene).says(&[("TF0201", "fail"), ("TF0202", "not_applicable")]);
}

#[test]
fn trap_13_a_pinned_toolchain_that_is_not_installed_is_no_finding() {
    let pinned = "[toolchain]\nchannel = \"1.42.0-that-nobody-has\"\n";
    let checked = checked(&service(&[("rust-toolchain.toml", pinned)]));
    assert_eq!(checked.outcome.code, Some(0), "{}", checked.outcome.page());
    checked.says(&[("TF0202", "pass"), ("TF0206", "pass")]);
}

#[test]
fn trap_14_what_other_programs_of_the_workspace_do_is_no_finding() {
    let scene = Scene::new();
    scene.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n");
    scene.write("crates/shop/Cargo.toml", manifest("axum = \"0.8.0\"\ntokio = \"1.40.0\"\n"));
    scene.write("crates/shop/src/main.rs", GOOD);
    let tool = manifest("").replace("\"shop\"", "\"tool\"");
    scene.write("crates/tool/Cargo.toml", tool);
    scene.write("crates/tool/src/main.rs", "fn main() { std::fs::write(\"log\", \"x\").unwrap(); std::net::TcpListener::bind(\"0.0.0.0:80\").unwrap(); }\n");
    let own = "\n[[package]]\nname = \"tool\"\nversion = \"0.1.0\"\n";
    scene.write("Cargo.lock", lock(&[("axum", "0.8.0"), ("tokio", "1.40.0")]) + own);
    scene.git("init -q");
    commit(&scene, "first");
    let checked = checked(&scene);
    assert_eq!(checked.document["package"], "shop");
    assert_eq!(checked.document["pass"], checked.document["applicable"], "{}", checked.outcome.page());
}

#[test]
fn trap_15_containerfiles_and_nested_folders_count_and_those_of_tests_do_not() {
    let install = "FROM rust:1.90\nRUN cargo install \\\n    --path .\n";
    for (path, verdict) in [
        ("Containerfile", "fail"),
        ("docker/Dockerfile.alpine", "fail"),
        (".devcontainer/Dockerfile", "not_applicable"),
    ] {
        checked(&service(&[(path, install)])).says(&[("TF0203", verdict)]);
    }
    let locked = "FROM rust:1.90\nRUN cargo install cargo-chef && cargo install --path . \\\n    --locked\n";
    checked(&service(&[("Dockerfile", locked)])).says(&[("TF0203", "pass")]);
}

#[test]
fn trap_16_an_image_that_stops_by_sigint_is_named() {
    let main = GOOD
        .replace("signal(SignalKind::terminate()).unwrap().recv().await;", "tokio::signal::ctrl_c().await.unwrap();");
    let main = main.replace("use tokio::signal::unix::{SignalKind, signal};\n", "");
    let files = [("src/main.rs", main.as_str()), ("Dockerfile", "FROM scratch\nSTOPSIGNAL SIGINT\n")];
    let found = checked(&service(&files));
    found.says(&[("TF0901", "fail")]);
    assert_eq!(found.rule("TF0901")["findings"][0]["evidence"][1]["path"], "Dockerfile");
    let declared = "[processes.web]\ncommand = \"shop\"\nport = true\nstop-signal = \"SIGINT\"\n";
    checked(&service(&[("src/main.rs", &main), ("twelve.toml", declared)])).says(&[("TF0901", "pass")]);
}
