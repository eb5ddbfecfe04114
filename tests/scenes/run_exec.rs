//! Scenes of `run --exec`: the program becomes the process, and nothing of it stays.

use super::ledger::{release, running_as_root};
use super::running::{Running, wait_until};
use super::scene::{PROGRAM, Scene};
use rustix::process::Signal;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A process type that runs this script.
fn script(script: &str) -> String {
    format!("[processes.web]\ncommand = '''sh -c '{script}' '''\nport = true\n")
}

/// The private folders that stand in the scene's HOME.
fn folders(scene: &Scene) -> Vec<PathBuf> {
    let entries = scene.home().read_dir().expect("HOME").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.to_string_lossy().contains("/twelve-")).collect()
}

fn exec(scene: &Scene, arguments: &[&str]) -> Running {
    let mut command = scene.command(PROGRAM);
    command.args(["run", "--release-id", "shop@v1", "--exec", "web"]).args(arguments).env("TMPDIR", scene.home());
    Running::of(command)
}

#[test]
fn the_program_becomes_the_process_and_its_output_is_its_own() {
    let scene = Scene::new();
    release(&scene, &script("echo $$ $PROCESS $PORT $RELEASE_ID; printf unfinished; exit 7"));
    let running = exec(&scene, &["--port", "6100"]);
    let pid = running.pid().as_raw_pid();
    let ended = running.end();
    assert_eq!(ended.code, Some(7), "{}", ended.stderr);
    assert_eq!(ended.text(), format!("{pid} web.1 6100 v1\nunfinished"));
    assert!(
        ended.stderr.contains("Running v1 (version 1.4.0): web.1; enforced: no new privileges"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_signal_reaches_it_as_if_it_had_been_started_alone() {
    let scene = Scene::new();
    release(&scene, &script("echo up; exec sleep 60"));
    let running = exec(&scene, &[]);
    running.wait_for("up\n");
    let pid = running.pid().as_raw_pid();
    let status = wait_until("the program that the shell becomes", || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
        status.starts_with("Name:\tsleep\n").then_some(status)
    });
    let field =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).expect("a field").trim().to_owned();
    assert_eq!(
        (field("SigBlk:"), field("SigCgt:")),
        ("0".repeat(16), "0".repeat(16)),
        "as the kernel starts a program"
    );
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("children");
    assert_eq!(children, "", "no watchdog");
    running.signal(Signal::TERM);
    assert_eq!(running.end().code, None, "it ended by SIGTERM");
}

#[test]
fn its_private_folder_stays_while_it_lives_and_goes_with_the_next_start() {
    let scene = Scene::new();
    release(&scene, &script("echo $TMPDIR; touch $TMPDIR/kept; exec sleep 60"));
    let first = exec(&scene, &[]);
    let own = wait_until("its folder", || first.said().lines().next().map(PathBuf::from));
    let kept = wait_until("its file", || own.join("kept").exists().then_some(own.clone()));
    let second = exec(&scene, &["--port", "6200"]);
    wait_until("the second's folder", || (folders(&scene).len() == 2 && !second.said().is_empty()).then_some(()));
    assert!(kept.join("kept").exists(), "another start leaves it alone");
    first.stop();
    second.stop();
    assert_eq!(folders(&scene).len(), 2, "nobody is left to remove them");
    let third = exec(&scene, &[]);
    third.wait_for("\n");
    assert_eq!(folders(&scene).len(), 1);
    assert!(!kept.exists());
    third.stop();
}

#[test]
fn its_tree_is_in_use_as_long_as_it_lives() {
    let scene = Scene::new();
    let released = release(&scene, &script("echo up; exec sleep 60"));
    let running = exec(&scene, &[]);
    running.wait_for("up\n");
    let tree = scene.cache().join("shop").join(released.build.to_string());
    let locked = || {
        let mut flock = scene.command("flock");
        flock.args(["--nonblock", "--exclusive"]).arg(&tree).arg("true");
        scene.outcome(&mut flock).code == Some(1)
    };
    assert!(locked());
    running.stop();
    assert!(!locked());
}

#[test]
fn it_is_kept_from_the_same_as_under_a_supervisor() {
    let scene = Scene::new();
    let elsewhere = scene.path().join("elsewhere");
    let tries = format!("touch $TMPDIR/x && echo wrote; touch {} 2>/dev/null || echo kept; umask", elsewhere.display());
    release(&scene, &format!("{}[sandbox]\nwritable = []\n", script(&tries)));
    let ended = exec(&scene, &["--sandbox=require"]).end();
    assert_eq!((ended.code, ended.text().as_str()), (Some(0), "wrote\nkept\n0077\n"), "{}", ended.stderr);
    assert!(ended.stderr.contains("enforced: writes only to TMPDIR, no new privileges"), "{}", ended.stderr);
}

#[test]
fn root_becomes_the_user_it_names() {
    if !running_as_root() {
        eprintln!("skipped: only root can drop to another user");
        return;
    }
    let scene = Scene::new();
    release(&scene, &script("id -u; id -g; id -G; touch $TMPDIR/x && echo wrote"));
    let open = PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(scene.path().parent().expect("a parent"), open).expect("opened");
    let ended = exec(&scene, &["--user", "nobody"]).end();
    assert_eq!(ended.text(), "65534\n65534\n65534\nwrote\n", "{}", ended.stderr);
}

#[test]
fn what_the_process_manager_said_is_handed_on_and_nothing_else_is() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop env\"\n");
    let mut command = scene.command(PROGRAM);
    command.args(["run", "--release-id", "shop@v1", "--exec", "web"]);
    command.env("NOTIFY_SOCKET", "@x").env("WATCHDOG_USEC", "5").env("LEAKED", "1").env("INVOCATION_ID", "1");
    let text = Running::of(command).end().text();
    assert!(text.contains("NOTIFY_SOCKET=@x\n") && text.contains("WATCHDOG_USEC=5\n"), "{text}");
    assert!(!text.contains("LEAKED") && !text.contains("INVOCATION_ID"), "{text}");
}

#[test]
fn what_only_a_supervisor_can_do_is_refused() {
    let scene = Scene::new();
    release(&scene, &script("echo up"));
    for more in
        [&["web"][..], &["--own-sockets"], &["--log-format", "json"], &["--stderr", "apart"], &["--ready-fd", "9"]]
    {
        let ended = exec(&scene, more).end();
        assert_eq!((ended.code, ended.text().as_str()), (Some(2), ""), "{more:?}: {}", ended.stderr);
    }
    let unknown = scene.twelve(["run", "--release-id", "shop@v1", "--exec", "wep"]);
    assert_eq!(unknown.code, Some(66), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("did you mean `web`?"), "{}", unknown.stderr);
}

#[test]
fn a_program_that_is_not_there_leaves_no_folder() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shopp\"\n[processes.odd]\ncommand = \"static/deep/hello.txt\"\n");
    assert_eq!(exec(&scene, &[]).end().code, Some(127));
    assert_eq!(folders(&scene), Vec::<PathBuf>::new());
}
