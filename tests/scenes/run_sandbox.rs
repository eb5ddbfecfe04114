//! Scenes of what processes are kept from. What is said to be enforced is tried.

use super::ledger::{release, running_as_root};
use super::running::{Ended, Running};
use super::scene::{PROGRAM, Scene};
use std::os::unix::fs::PermissionsExt;

/// Tries to write to places, and says of each whether it could; then what the kernel holds against it.
const TRIES: &str = "for place in $TMPDIR/x $DATA/x $ELSEWHERE/x bin/new bin/shop /dev/null; do \
    if (echo x >>$place) 2>/dev/null; then echo wrote $place; else echo kept from $place; fi; done; \
    (rm -f $ELSEWHERE/old) 2>/dev/null; \
    grep NoNewPrivs /proc/self/status | tr -d \"\\t\"; ulimit -c; ulimit -H -c; umask";

/// A scene whose app tries, with two folders and the right to all of its own tree.
fn tries(sandbox: &str) -> Scene {
    let scene = Scene::new();
    for folder in ["data", "elsewhere"] {
        std::fs::create_dir(scene.path().join(folder)).expect("a folder");
    }
    scene.write("elsewhere/old", "stays\n");
    let declared = sandbox.replace("DATA", scene.path().join("data").to_str().expect("text"));
    release(&scene, &format!("[processes.web]\ncommand = '''sh -c '{TRIES}' '''\n{declared}"));
    let folder = |name: &str| scene.path().join(name).display().to_string();
    scene.write("prod.env", format!("DATA={}\nELSEWHERE={}\n", folder("data"), folder("elsewhere")));
    scene
}

fn run(scene: &Scene, arguments: &[&str]) -> Ended {
    Running::start(scene, &[&["--env-file", "prod.env"], arguments].concat()).end()
}

/// What a process said, one answer a line, without the scene's own paths.
fn said(scene: &Scene, ended: &Ended) -> Vec<String> {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let own = format!("{}/", scene.path().display());
    let lines = ended.text().replace("web.1 | ", "").replace(&own, "");
    let short = |line: &str| {
        if line.ends_with("web.1/x") {
            line[..line.find('/').expect("a path")].to_owned() + "TMPDIR"
        } else {
            line.to_owned()
        }
    };
    lines.lines().map(short).collect()
}

const CONFINED: [&str; 10] = [
    "wrote TMPDIR",
    "wrote data/x",
    "kept from elsewhere/x",
    "kept from bin/new",
    "kept from bin/shop",
    "wrote /dev/null",
    "NoNewPrivs:1",
    "0",
    "0",
    "0077",
];

#[test]
fn a_process_writes_to_its_tmpdir_and_to_declared_paths_and_nowhere_else() {
    let scene = tries("[sandbox]\nwritable = [\"DATA\"]\n");
    let ended = run(&scene, &[]);
    assert_eq!(said(&scene, &ended), CONFINED);
    assert!(scene.path().join("elsewhere/old").exists(), "nothing was removed there either");
    let data = scene.path().join("data").canonicalize().expect("a folder");
    let start = format!(
        "web.1; enforced: writes only to TMPDIR, {}, no new privileges, no core dumps, umask 077\n",
        data.display()
    );
    assert!(ended.stderr.contains(&start), "{}", ended.stderr);
}

#[test]
fn an_app_that_declares_no_sandbox_writes_where_its_user_can() {
    let scene = tries("");
    let ended = run(&scene, &[]);
    let said = said(&scene, &ended);
    assert_eq!(said[..3], ["wrote TMPDIR", "wrote data/x", "wrote elsewhere/x"]);
    assert_eq!(said[6..], CONFINED[6..], "the rest holds");
    assert!(ended.stderr.contains("enforced: no new privileges, no core dumps, umask 077\n"), "{}", ended.stderr);
}

#[test]
fn with_the_sandbox_off_nothing_is_kept_from_a_process() {
    let scene = tries("[sandbox]\nwritable = []\n");
    let ended = run(&scene, &["--sandbox=off"]);
    let said = said(&scene, &ended);
    assert_eq!(said[..3], ["wrote TMPDIR", "wrote data/x", "wrote elsewhere/x"]);
    assert_eq!(said[6], "NoNewPrivs:0");
    assert!(ended.stderr.contains("; enforced: nothing\n"), "{}", ended.stderr);
}

#[test]
fn a_required_sandbox_needs_no_declaration() {
    let scene = tries("");
    let ended = run(&scene, &["--sandbox=require"]);
    assert_eq!(said(&scene, &ended)[..3], ["wrote TMPDIR", "kept from data/x", "kept from elsewhere/x"]);
    assert!(ended.stderr.contains("enforced: writes only to TMPDIR, no new"), "{}", ended.stderr);
}

#[test]
fn a_kernel_that_cannot_is_told_of_and_refused_where_it_is_required() {
    // The kernel answers as one that was built without Landlock.
    let on_an_old_kernel = |scene: &Scene, arguments: &[&str]| {
        let mut command = scene.command("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=landlock_create_ruleset"]);
        command.args(["-e", "inject=landlock_create_ruleset:error=ENOSYS", PROGRAM]);
        command.args(["run", "--release-id", "shop@v1", "--env-file", "prod.env"]).args(arguments);
        Running::of(command).end()
    };
    let traced = Scene::new().command("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    if !traced.is_ok_and(|status| status.success()) {
        eprintln!("skipped: strace is missing or may not trace here");
        return;
    }
    let scene = tries("[sandbox]\nwritable = [\"DATA\"]\n");
    let ended = on_an_old_kernel(&scene, &[]);
    assert_eq!(said(&scene, &ended)[2], "wrote elsewhere/x");
    assert!(ended.stderr.contains("warning: this kernel cannot enforce `[sandbox]`"), "{}", ended.stderr);
    assert!(ended.stderr.contains("enforced: no new privileges, no core dumps, umask 077\n"), "{}", ended.stderr);
    let scene = tries("[sandbox]\nwritable = [\"DATA\"]\n");
    let refused = on_an_old_kernel(&scene, &["--sandbox=require"]);
    assert_eq!((refused.code, refused.text()), (Some(77), String::new()), "{}", refused.stderr);
    assert!(refused.stderr.contains("this kernel cannot keep processes from writing"), "{}", refused.stderr);
}

#[test]
fn a_writable_path_that_is_not_there_is_told_of() {
    let scene = tries("[sandbox]\nwritable = [\"DATA/nowhere\"]\n");
    let ended = run(&scene, &[]);
    assert_eq!(said(&scene, &ended)[1], "kept from data/x");
    assert!(ended.stderr.contains("data/nowhere`, which `[sandbox]` names, cannot be written"), "{}", ended.stderr);
}

#[test]
fn a_writable_path_that_holds_the_release_is_refused() {
    let scene = Scene::new();
    let above = scene.cache().parent().expect("a parent").display().to_string();
    release(&scene, &format!("[processes.web]\ncommand = \"shop env\"\n[sandbox]\nwritable = [\"{above}\"]\n"));
    let refused = Running::start(&scene, &[]).end();
    assert_eq!((refused.code, refused.text()), (Some(77), String::new()), "{}", refused.stderr);
    assert!(refused.stderr.contains("which holds the release"), "{}", refused.stderr);
}

#[test]
fn an_admin_process_is_kept_from_the_same() {
    let scene = tries("[sandbox]\nwritable = [\"DATA\"]\n");
    let admin = ["admin", "--release-id", "shop@v1", "--env-file", "prod.env", "--"];
    let script = "echo x >$DATA/x && (echo x >$ELSEWHERE/x) 2>/dev/null || echo kept; umask";
    let outcome = scene.twelve([&admin[..], &["sh", "-c", script]].concat());
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "kept\n0077\n"), "{}", outcome.stderr);
}

#[test]
fn a_dropped_user_has_its_tmpdir_and_no_more() {
    if !running_as_root() {
        eprintln!("skipped: only root can drop to another user");
        return;
    }
    let scene = tries("[sandbox]\nwritable = [\"DATA\"]\n");
    let open = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("a mode");
    };
    open(scene.path().parent().expect("a parent"), 0o755);
    open(&scene.path().join("data"), 0o777);
    open(&scene.path().join("elsewhere"), 0o777);
    let ended = run(&scene, &["--user", "nobody", "--sandbox=require"]);
    assert_eq!(said(&scene, &ended), CONFINED);
}
