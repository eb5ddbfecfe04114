//! Scenes of `env check`, `fmt`, `diff` and `example`.

use super::scene::{Scene, assert_page};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// A folder with a declaration.
fn app() -> Scene {
    let scene = Scene::new();
    scene.write(
        "twelve.toml",
        "[app]\nname = \"shop\"\n[processes.web]\ncommand = \"shop serve\"\nport = true\n\
         [config]\npassthrough = [\"RUST_LOG\"]\n\
         [config.vars.DATABASE_URL]\ntype = \"service-url\"\nsecret = true\ndoc = \"Primary database\"\n\
         [config.vars.SESSION_KEY]\ntype = \"string\"\nmin-len = 8\nsecret = true\nfrom-file = true\n\
         [config.vars.LOG_FORMAT]\ntype = \"enum\"\nvalues = [\"json\", \"text\"]\ndefault = \"json\"\n\
         [config.vars.WORKERS]\ntype = \"int\"\nmin = 1\n\
         [config.vars.PORT]\ntype = \"port\"\n",
    );
    scene
}

/// A private file.
fn private(scene: &Scene, name: &str, text: impl AsRef<[u8]>) {
    scene.write(name, text);
    set_mode(scene, name, 0o600);
}

fn set_mode(scene: &Scene, name: &str, mode: u32) {
    std::fs::set_permissions(scene.path().join(name), std::fs::Permissions::from_mode(mode)).expect("a mode");
}

fn read(scene: &Scene, name: &str) -> String {
    std::fs::read_to_string(scene.path().join(name)).expect("a file")
}

const GOOD: &str = "DATABASE_URL=postgres://u:hunter2@db/shop\nSESSION_KEY=hunter2hunter2\nWORKERS=4\n";

#[test]
fn an_env_file_that_meets_the_contract_is_said_to() {
    let scene = app();
    private(&scene, "prod.env", GOOD);
    let outcome = scene.twelve(["env", "check", "--env-file", "prod.env", "--strict"]);
    assert_eq!(outcome.page(), "code: Some(0)\n--- stdout\n`prod.env`: the contract is met: 4 variables\n--- stderr\n");
}

#[test]
fn everything_that_is_wrong_with_an_env_file_is_told_and_no_value_of_it() {
    let scene = app();
    private(&scene, "bad.env", format!("{GOOD}WORKERSS=hunter2\nRUST_LOG=a|b\n").replace("WORKERS=4", "WORKERS=0"));
    let outcome = scene.twelve(["env", "check", "--env-file", "bad.env"]);
    assert_page("env__check_violated", &outcome.page());
    private(&scene, "odd.env", "DATABASE_URL=hunter2$x\nexport WORKERS=1\n");
    let outcome = scene.twelve(["env", "check", "--env-file", "odd.env"]);
    assert_page("env__check_malformed", &outcome.page());
    private(&scene, "new.env", format!("{GOOD}WORKERSS=hunter2\n"));
    let json = scene.twelve(["env", "check", "--env-file", "new.env", "--format", "json"]);
    assert_page("env__check_json", &json.page());
    set_mode(&scene, "new.env", 0o644);
    let exposed = scene.twelve(["env", "check", "--env-file", "new.env"]);
    assert!(exposed.stdout.contains("`chmod 600 new.env`"), "{}", exposed.stdout);
    for outcome in [outcome, json, exposed] {
        assert!(!outcome.page().contains("hunter2"), "{}", outcome.page());
    }
}

#[test]
fn a_value_in_a_file_that_is_not_here_is_no_violation_here() {
    let scene = app();
    private(&scene, "prod.env", GOOD.replace("SESSION_KEY=hunter2hunter2", "SESSION_KEY_FILE=/nowhere/key"));
    let outcome = scene.twelve(["env", "check", "--env-file", "prod.env"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert!(outcome.stdout.contains("cannot be checked on this machine"), "{}", outcome.stdout);
}

#[test]
fn a_contract_is_needed_and_its_absence_is_told_with_the_next_step() {
    let scene = Scene::new();
    private(&scene, "prod.env", GOOD);
    let outcome = scene.twelve(["env", "check", "--env-file", "prod.env"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("--release-id v42"), "{}", outcome.stderr);
}

#[test]
fn fmt_rewrites_what_has_one_reading_and_keeps_the_mode() {
    let scene = app();
    private(&scene, "prod.env", "\u{feff}export A=hunter2|x\r\n  B = 1\r\nC=hello world\r\nD=hunter2 # note\r\n");
    set_mode(&scene, "prod.env", 0o640);
    let before = read(&scene, "prod.env");
    let planned = scene.twelve(["env", "fmt", "prod.env"]);
    assert_eq!(planned.code, Some(65), "{}", planned.page());
    assert_eq!(read(&scene, "prod.env"), before, "without --fix nothing is written");
    let outcome = scene.twelve(["env", "fmt", "--fix", "prod.env"]);
    assert_page("env__fmt", &outcome.page());
    assert_eq!(read(&scene, "prod.env"), "A='hunter2|x'\nB= 1\nC='hello world'\nD=hunter2 # note\n");
    let mode = std::fs::metadata(scene.path().join("prod.env")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(!outcome.page().contains("hunter2"), "{}", outcome.page());
    private(&scene, "prod.env", "export A=1\n");
    assert_eq!(scene.twelve(["env", "fmt", "prod.env"]).code, Some(1));
    assert_eq!(scene.twelve(["env", "fmt", "--fix", "prod.env"]).code, Some(0));
    let again = scene.twelve(["env", "fmt", "prod.env", "--format", "json"]);
    let document: Value = serde_json::from_str(&again.stdout).expect("JSON");
    assert_eq!((again.code, &document["files"][0]["changed"]), (Some(0), &Value::Bool(false)));
}

#[test]
fn fmt_follows_a_link_and_leaves_it() {
    let scene = app();
    private(&scene, "real.env", "export A=1\n");
    std::os::unix::fs::symlink("real.env", scene.path().join("prod.env")).expect("a link");
    assert_eq!(scene.twelve(["env", "fmt", "--fix", "prod.env"]).code, Some(0));
    assert!(scene.path().join("prod.env").is_symlink());
    assert_eq!(read(&scene, "real.env"), "A=1\n");
}

#[test]
fn deploys_are_compared_without_showing_a_secret() {
    let scene = app();
    private(&scene, "staging.env", format!("{GOOD}LOG_FORMAT=text\nWORKERSS=1\n"));
    private(
        &scene,
        "production.env",
        "DATABASE_URL=sqlite://localhost/x\nSESSION_KEY=hunter2hunter2\nWORKERS=0\nRUST_LOG=info\n",
    );
    let outcome = scene.twelve(["env", "diff", "staging.env", "production.env"]);
    assert_page("env__diff", &outcome.page());
    let json = scene.twelve(["env", "diff", "staging.env", "production.env", "--format", "json"]);
    assert_page("env__diff_json", &json.page());
    assert!(!format!("{}{}", outcome.page(), json.page()).contains("hunter2"));
    private(&scene, "torn.env", "SESSION_KEY='hunter2\nhunter2=x\n");
    let torn = scene.twelve(["env", "diff", "staging.env", "torn.env"]);
    assert_eq!((torn.code, torn.stdout.as_str()), (Some(65), ""));
    assert!(!torn.page().contains("hunter2"), "{}", torn.page());
    private(&scene, "other.env", GOOD.replace("hunter2", "hunter3"));
    let alike = scene.twelve(["env", "diff", "staging.env", "other.env"]);
    assert_eq!(alike.code, Some(0), "{}", alike.page());
}

#[test]
fn an_example_is_written_once_and_a_table_is_printed() {
    let scene = app();
    let outcome = scene.twelve(["env", "example"]);
    assert_page("env__example", &format!("{}--- .env.example\n{}", outcome.page(), read(&scene, ".env.example")));
    assert_eq!(scene.twelve(["env", "example"]).code, Some(0), "the same again is no conflict");
    assert_eq!(scene.twelve(["env", "example", "--check"]).code, Some(0));
    scene.write(".env.example", "# mine\n");
    let refused = scene.twelve(["env", "example"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(73), ""), "{}", refused.stderr);
    assert_ne!(scene.twelve(["env", "example", "--check"]).code, Some(0));
    assert_eq!(read(&scene, ".env.example"), "# mine\n");
    assert_eq!(scene.twelve(["env", "example", "--force"]).code, Some(0));
    assert_eq!(scene.twelve(["env", "example", "--check"]).code, Some(0));
}
