//! What was judged wrongly of public services that nobody had tuned the audit on, each as a service of its own.

use crate::checked::{Checked, GOOD, checked, lock, manifest, service, service_with};
use crate::scene::Scene;
use crate::shop::commit;

/// What is said of a service whose main begins with these lines.
fn beginning_with(lines: &str) -> Checked {
    checked(&service(&[("src/main.rs", &format!("{lines}\n{GOOD}"))]))
}

#[test]
fn a_library_beside_the_workspace_has_its_tests_needs_and_options_locked_nowhere() {
    let library = "[package]\nname = \"kit\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nextra = { version = \"1\", optional = true }\n\n\
        [dev-dependencies]\nassertables = \"9\"\n";
    let scene = Scene::new();
    scene.write("ui/Cargo.toml", manifest("kit = { path = \"../kit\" }\n"));
    let own = "\n[[package]]\nname = \"kit\"\nversion = \"0.1.0\"\n";
    scene.write("ui/Cargo.lock", lock(&[]).replace("dependencies = [\n]", "dependencies = [\n \"kit\",\n]") + own);
    scene.write("ui/src/main.rs", GOOD);
    scene.write("kit/Cargo.toml", library);
    scene.write("kit/src/lib.rs", "");
    scene.git("init -q");
    commit(&scene, "first");
    let says = |scene: &Scene| {
        let outcome = scene.twelve(["check", "ui", "--format", "json"]);
        Checked { document: serde_json::from_str(&outcome.stdout).expect("one document"), outcome }
    };
    says(&scene).says(&[("TF0202", "pass")]);
    scene.write("kit/Cargo.toml", library.replace(", optional = true", ""));
    says(&scene).says(&[("TF0202", "fail")]);
}

#[test]
fn the_image_of_another_package_of_the_codebase_is_none_of_the_services() {
    let dockerfile = "FROM rust:1.85\nRUN curl https://sh.example.org | sh\n";
    let beside =
        service(&[("tools/box/Cargo.toml", "[package]\nname = \"box\"\n"), ("tools/box/Dockerfile", dockerfile)]);
    // The service's folder is the codebase's, so that all below it is its own.
    checked(&beside).says(&[("TF0502", "warn")]);
    let scene = Scene::new();
    scene.write("web/Cargo.toml", manifest(""));
    scene.write("web/Cargo.lock", lock(&[]));
    scene.write("web/src/main.rs", GOOD);
    scene.write("box/Cargo.toml", "[package]\nname = \"box\"\nversion = \"0.1.0\"\n");
    scene.write("box/deep/Dockerfile", dockerfile);
    scene.write("docker/Dockerfile", "FROM rust:1.85\n");
    scene.git("init -q");
    commit(&scene, "first");
    let outcome = scene.twelve(["check", "web", "--format", "json"]);
    let checked = Checked { document: serde_json::from_str(&outcome.stdout).expect("one document"), outcome };
    checked.says(&[("TF0502", "pass")]);
}

#[test]
fn a_map_that_counts_is_a_measurement_and_no_store() {
    let of = |value: &str| {
        let lines = format!(
            "static SEEN: LazyLock<Mutex<HashMap<String, {value}>>> = LazyLock::new(Default::default);\n\
             fn seen(what: String) {{ SEEN.lock().unwrap().insert(what, Default::default()); }}\n"
        );
        beginning_with(&lines).verdict("TF0602").to_owned()
    };
    assert_eq!((of("usize"), of("AtomicU64"), of("Vec<u8>")), ("pass".into(), "pass".into(), "warn".into()));
}

#[test]
fn channels_that_one_task_keeps_for_its_jobs_are_no_connections_of_clients() {
    let of = |field: &str| {
        let lines =
            format!("struct Kept {{ {field} }}\nfn keep(kept: &mut Kept) {{ kept.jobs.insert(1, sender()); }}\n");
        beginning_with(&lines).verdict("TF0803").to_owned()
    };
    assert_eq!(of("jobs: HashMap<JobId, mpsc::Sender<String>>"), "pass");
    assert_eq!(of("sessions: HashMap<usize, Recipient<Message>>"), "warn");
    assert_eq!(of("jobs: Arc<RwLock<HashMap<JobId, mpsc::Sender<String>>>>"), "warn");
}

#[test]
fn a_helper_that_hands_its_name_on_is_one_too_and_an_empty_name_asks_for_nothing() {
    let lines = "fn text(table: &mut Table, key: &str, variable: &str) -> Option<String> { std::env::var(variable).ok() }\n\
        fn number(table: &mut Table, key: &str, over: &str) -> Option<u16> { text(table, key, over)?.parse().ok() }\n\
        fn load(table: &mut Table) { text(table, \"lang\", \"\"); number(table, \"retries\", \"RETRIES\"); }\n";
    let scene = service(&[
        ("src/main.rs", &format!("{lines}{GOOD}")),
        (
            "twelve.toml",
            "[processes.web]\ncommand = \"shop\"\nport = true\n\n[config.vars.OTHER]\ntype = \"string\"\nrequired = false\n",
        ),
    ]);
    let checked = checked(&scene);
    checked.says(&[("TF0310", "pass"), ("TF0307", "warn"), ("TF0308", "note")]);
    assert!(checked.rule("TF0307").to_string().contains("`RETRIES`"), "{}", checked.rule("TF0307"));
}

#[test]
fn names_that_are_made_at_run_time_are_one_note_a_file() {
    let lines = "fn all() { for name in names() { std::env::var(format!(\"A_{name}\")); std::env::var(format!(\"B_{name}\")); } }\n";
    let checked = beginning_with(lines);
    checked.says(&[("TF0310", "note")]);
    let findings = checked.rule("TF0310")["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0]["message"].as_str().expect("one").contains("(2 places)"));
}

#[test]
fn the_path_of_a_route_in_debug_code_decides_about_no_backing_service() {
    let of = |value: &str| {
        let lines = format!(
            "fn open() -> [&'static str; 1] {{\n    #[cfg(debug_assertions)]\n    let all = [{value}];\n    all\n}}\n"
        );
        beginning_with(&lines).verdict("TF1002").to_owned()
    };
    assert_eq!((of("\"/auth/v1/dev/authorize\""), of("\"sqlite::memory:\"")), ("pass".into(), "warn".into()));
}

#[test]
fn what_asks_or_tests_the_service_is_no_second_app() {
    let member = |name: &str| {
        let text = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\naxum = \"0.8.0\"\n"
        );
        (format!("{name}/Cargo.toml"), text)
    };
    let of = |name: &str| {
        let root =
            manifest("axum = \"0.8.0\"\ntokio = \"1.40.0\"\n") + &format!("\n[workspace]\nmembers = [\"{name}\"]\n");
        let (path, text) = member(name);
        let main = format!("{name}/src/main.rs");
        let files = [("Cargo.toml", root.as_str()), (path.as_str(), text.as_str()), (main.as_str(), "fn main() {}\n")];
        let scene = service_with(&[("axum", "0.8.0"), ("tokio", "1.40.0")], &files);
        let outcome = scene.twelve(["check", "-p", "shop", "--format", "json"]);
        let checked = Checked { document: serde_json::from_str(&outcome.stdout).expect("one document"), outcome };
        checked.verdict("TF0104").to_owned()
    };
    assert_eq!((of("shop-stress"), of("shopcli"), of("stock")), ("pass".into(), "pass".into(), "note".into()));
}

#[test]
fn what_a_librarys_build_script_gives_to_its_compiler_is_no_config() {
    let files = [
        ("kit/Cargo.toml", "[package]\nname = \"kit\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("kit/build.rs", "fn main() { println!(\"cargo:rustc-env=PLACE=here\"); }\n"),
        ("kit/src/lib.rs", "pub fn place() -> &'static str { env!(\"PLACE\") }\n"),
        ("Cargo.toml", &manifest("axum = \"0.8.0\"\ntokio = \"1.40.0\"\nkit = { path = \"kit\" }\n")),
        ("src/main.rs", &format!("use kit::place;\nfn told() {{ place(); }}\n{GOOD}")),
    ];
    checked(&service(&files)).says(&[("TF0309", "pass")]);
}

#[test]
fn the_rust_that_a_workspace_names_for_its_members_is_declared() {
    let root = "[workspace]\nmembers = [\"web\"]\n\n[workspace.package]\nrust-version = \"1.85\"\n";
    let scene = Scene::new();
    scene.write("Cargo.toml", root);
    scene.write("Cargo.lock", lock(&[]));
    scene.write("web/Cargo.toml", manifest("").replace("rust-version = \"1.85\"\n", ""));
    scene.write("web/src/main.rs", GOOD);
    scene.git("init -q");
    commit(&scene, "first");
    checked(&scene).says(&[("TF0206", "pass")]);
    scene.write("Cargo.toml", root.replace("rust-version = \"1.85\"", "edition = \"2024\""));
    checked(&scene).says(&[("TF0206", "note")]);
}
