//! Scenes of `compat`: which release can start with which env file.

use super::ledger::release;
use super::scene::{Scene, assert_page};

#[test]
fn whether_going_back_is_safe_is_known_before_a_process_is_touched() {
    let scene = Scene::new();
    let web = "[processes.web]\ncommand = \"shop serve $HOST\"\n";
    let workers = "[config.vars.WORKERS]\ntype = \"int\"\n[config.vars.HOST]\ntype = \"string\"\ndefault = \"h\"\n";
    release(&scene, &format!("{web}{workers}[config.vars.OLD_KEY]\ntype = \"string\"\nsecret = true\n"));
    release(&scene, &format!("{web}{workers}"));
    release(&scene, &format!("{web}{workers}[config.vars.LEVEL]\ntype = \"enum\"\nvalues = [\"a\", \"b\"]\n"));
    scene.write("prod.env", "WORKERS=4\nLEVEL=a\n");
    scene.write("old.env", "WORKERS=4\nOLD_KEY=hunter2\n");
    scene.write("bad.env", "WORKERS=hunter2$\n");
    let all = scene.twelve(["compat", "--env-file", "prod.env", "--env-file", "old.env", "--env-file", "bad.env"]);
    assert_page("compat__table", &all.page());
    let back = scene.twelve(["compat", "shop@v1", "--env-file", "prod.env", "--format", "json"]);
    assert_page("compat__json", &back.page());
    for (release, file, code) in
        [("v3", "prod.env", 0), ("v2", "prod.env", 0), ("v1", "prod.env", 1), ("v1", "old.env", 0)]
    {
        let outcome = scene.twelve(["compat", &format!("shop@{release}"), "--env-file", file]);
        assert_eq!(outcome.code, Some(code), "{release} with {file}: {}", outcome.page());
        assert!(!outcome.page().contains("hunter2"));
    }
    // What was promised is what happens.
    let run = |release: &str, file: &str| {
        scene.twelve(["run", "--release-id", release, "--env-file", file, "--explain"]).code
    };
    assert_eq!((run("shop@v1", "prod.env"), run("shop@v2", "prod.env")), (Some(78), Some(0)));
    assert_eq!(scene.twelve(["compat", "shop@v9", "--env-file", "prod.env"]).code, Some(66));
    assert_eq!(scene.twelve(["compat", "--env-file", "nowhere.env"]).code, Some(66));
}
