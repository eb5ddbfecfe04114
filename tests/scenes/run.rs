//! Scenes of `run`: a release and its config become processes.

use super::ledger::{release, running_as_root};
use super::running::{Running, free_port, lives, wait_until};
use super::scene::Scene;
use std::os::unix::fs::PermissionsExt;

/// Runs v1 to its end and gives its lines without their prefix.
fn lines(scene: &Scene, arguments: &[&str]) -> Vec<String> {
    let ended = Running::start(scene, arguments).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.text().lines().map(|line| line.split_once(" | ").map_or(line, |(_, text)| text).to_owned()).collect()
}

/// Runs v1, which must be refused before anything starts.
fn refusal(scene: &Scene, arguments: &[&str]) -> (Option<i32>, String) {
    let ended = Running::start(scene, arguments).end();
    assert_eq!(ended.text(), "", "something started");
    (ended.code, ended.stderr)
}

#[test]
fn a_process_finds_what_is_promised_in_its_environment_and_nothing_else() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop env\"\nport = \"SERVER_PORT\"\n\
         [config]\npassthrough = [\"OTEL_*\"]\n\
         [config.vars.DATABASE_URL]\ntype = \"service-url\"\nschemes = [\"postgres\"]\nsecret = true\n\
         [config.vars.LOG_FORMAT]\ntype = \"enum\"\nvalues = [\"json\", \"text\"]\ndefault = \"json\"\n\
         [config.vars.WORKERS]\ntype = \"int\"\n",
    );
    scene.write("base.env", "DATABASE_URL=postgres://one\nWORKERS=1\nUNKNOWN=1\n");
    scene.write("prod.env", "WORKERS=2\nOTEL_SERVICE=shop\n");
    let mut command = scene.command(super::scene::PROGRAM);
    command.args(["run", "--release-id", "v1", "--env-file", "base.env", "--env-file", "prod.env", "--port", "6100"]);
    command.env("DATABASE_URL", "postgres://two").env("LEAKED", "1").env("TZ", "UTC").env("USER", "ada");
    command.env("TMPDIR", scene.home());
    let path = std::env::var("PATH").expect("PATH");
    let ended = Running::of(command).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("`UNKNOWN` (base.env:3) is not declared"), "{}", ended.stderr);
    let home = scene.home().display().to_string();
    let text = ended.text().replace("web.1 | ", "");
    let (temporary, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("TMPDIR="));
    assert_eq!(
        rest,
        [
            "DATABASE_URL=postgres://two",
            &format!("HOME={home}"),
            "LANG=C.UTF-8",
            "LOG_FORMAT=json",
            "OTEL_SERVICE=shop",
            &format!("PATH={path}"),
            "PORT=6100",
            "PROCESS=web.1",
            "RELEASE_COMMIT=c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff",
            "RELEASE_ID=v1",
            "RELEASE_VERSION=1.4.0",
            "SERVER_PORT=6100",
            "TZ=UTC",
            "USER=ada",
            "WORKERS=2",
        ]
    );
    let temporary = temporary[0].strip_prefix(&format!("TMPDIR={home}/twelve-")).expect("below our TMPDIR");
    assert!(temporary.ends_with("/web.1"), "{temporary}");
    let left: Vec<_> =
        scene.home().read_dir().expect("HOME").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, [".gitconfig"], "the private folder is gone");
}

#[test]
fn the_private_folder_is_its_processes_own() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = '''sh -c 'stat -c %a \"$TMPDIR\" \"${TMPDIR%/*}\"' '''\n");
    assert_eq!(lines(&scene, &[]), ["700", "700"]);
}

#[test]
fn the_whole_environment_is_inherited_where_asked() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop env\"\n");
    let mut command = scene.command(super::scene::PROGRAM);
    command.args(["run", "--release-id", "v1", "--inherit-env"]).env("LEAKED", "1").env("PROCESS", "mine");
    let text = Running::of(command).end().text();
    assert!(text.contains("web.1 | LEAKED=1\n") && text.contains("web.1 | PROCESS=web.1\n"), "{text}");
}

#[test]
fn a_process_starts_in_the_tree_under_the_name_of_its_command() {
    let scene = Scene::new();
    let released = release(&scene, "[processes.web]\ncommand = \"shop where\"\n");
    let root = scene.cache().join("shop").join(released.build.to_string()).join("app");
    assert_eq!(lines(&scene, &[]), [root.to_str().expect("text"), "shop"]);
}

#[test]
fn words_expand_from_the_processes_own_environment() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = '''shop arguments $PROCESS \"${PORT} $GREETING\" '$PORT' '''\n");
    scene.write("prod.env", "GREETING='a  b'\n");
    assert_eq!(lines(&scene, &["--env-file", "prod.env", "--port", "7000"]), ["web.1|7000 a  b|$PORT"]);
    let (code, stderr) = refusal(&scene, &[]);
    assert_eq!(code, Some(78));
    assert!(stderr.contains("the command of `web.1` names `GREETING`, which is not set"), "{stderr}");
}

#[test]
fn a_formation_has_its_counts_and_ports() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c 'echo $PROCESS $PORT; sleep 60' '''\nport = true\n\
         [processes.clock]\ncommand = \"shop exit 0\"\ncount = 0\n\
         [processes.worker]\ncommand = '''sh -c 'echo $PROCESS $PORT; sleep 60' '''\n",
    );
    let mut command = scene.command(super::scene::PROGRAM);
    command.args(["run", "--release-id", "v1", "worker=2", "web"]).env("PORT", "6200");
    let running = Running::of(command);
    for line in ["web.1    | web.1 6200\n", "worker.1 | worker.1 6400\n", "worker.2 | worker.2 6401\n"] {
        running.wait_for(line);
    }
    let ended = running.stop();
    assert_eq!((ended.code, ended.text().lines().count()), (Some(0), 3), "{}", ended.stderr);
}

#[test]
fn what_is_not_declared_is_refused_with_the_nearest() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop env\"\n");
    let (code, stderr) = refusal(&scene, &["wep"]);
    assert_eq!(code, Some(66));
    assert!(stderr.contains("no process type `wep`") && stderr.contains("did you mean `web`?"), "{stderr}");
    assert_eq!(refusal(&scene, &["web=x"]).0, Some(2));
    let unknown = scene.twelve(["run", "--release-id", "shop@v9"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(66), ""));
    assert!(unknown.stderr.contains("the newest are `v1`"), "{}", unknown.stderr);
}

#[test]
fn a_config_that_does_not_meet_the_contract_starts_nothing_and_is_told_whole() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop env\"\nport = true\n\
         [config.vars.DATABASE_URL]\ntype = \"url\"\nsecret = true\n\
         [config.vars.WORKERS]\ntype = \"int\"\n\
         [config.vars.PORT]\ntype = \"port\"\n\
         [config.vars.LEVEL]\ntype = \"enum\"\nvalues = [\"a\", \"b\"]\n",
    );
    scene.write("prod.env", "LEVEL=c\n");
    let (code, stderr) = refusal(&scene, &["--env-file", "prod.env"]);
    assert_eq!(code, Some(78));
    for name in ["DATABASE_URL", "WORKERS", "LEVEL"] {
        assert!(stderr.contains(&format!("`{name}`")), "{name}: {stderr}");
    }
    assert!(!stderr.contains("`PORT`"), "{stderr}");
    scene.write("prod.env", "LEVEL=$c\n");
    assert_eq!(refusal(&scene, &["--env-file", "prod.env"]).0, Some(65));
    assert_eq!(refusal(&scene, &["--env-file", "nowhere.env"]).0, Some(66));
}

#[test]
fn a_port_that_is_taken_is_named_before_anything_starts() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop env\"\n[processes.api]\ncommand = \"shop serve\"\nport = true\n",
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    let (code, stderr) = refusal(&scene, &["--port", &(port - 100).to_string()]);
    assert_eq!(code, Some(69));
    let said = format!("port {port} of `api.1` is in use by `");
    assert!(stderr.contains(&said) && stderr.contains(&format!("(pid {})", std::process::id())), "{stderr}");
}

#[test]
fn a_process_is_ready_when_its_path_answers_well() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop serve 2\"\nport = true\nready = \"/readyz\"\n");
    let running = Running::start(&scene, &["--port", &free_port().to_string()]);
    running.wait_for_event("Ready web.1 after");
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.text().matches("web.1 | GET /readyz HTTP/1.1\n").count(), 3, "{}", ended.text());
}

#[test]
fn a_process_that_does_not_become_ready_fails_the_start() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"sleep 60\"\nport = true\nstart-timeout = \"100ms\"\n");
    let ended = Running::start(&scene, &["--port", &free_port().to_string()]).end();
    assert_eq!(ended.code, Some(69));
    assert!(ended.stderr.contains("`web.1` was not ready within 0.1 s"), "{}", ended.stderr);
}

#[test]
fn a_process_that_fails_gives_its_code_and_stops_the_others() {
    for (command, code, said) in [
        ("shop exit 3", 3, "Exited web.1 with code 3"),
        ("shop abort", 134, "Exited web.1 by SIGABRT"),
        ("shop exit 0", 0, "Exited web.1 with code 0"),
    ] {
        let scene = Scene::new();
        release(
            &scene,
            // Processes start in the order of declaration, so the other one runs.
            &format!("[processes.worker]\ncommand = \"sleep 60\"\n[processes.web]\ncommand = \"{command}\"\n"),
        );
        let ended = Running::start(&scene, &[]).end();
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
        assert!(ended.stderr.contains("Exited worker.1 by SIGTERM"), "{}", ended.stderr);
    }
}

#[test]
fn a_program_that_cannot_be_started_starts_nothing() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = \"shop env\"\n[processes.typo]\ncommand = \"shopp env\"\ncount = 0\n\
         [processes.text]\ncommand = \"static/deep/hello.txt\"\ncount = 0\n",
    );
    let (code, stderr) = refusal(&scene, &["web", "typo"]);
    assert_eq!(code, Some(127));
    assert!(stderr.contains("did you mean `shop`?"), "{stderr}");
    assert_eq!(refusal(&scene, &["web", "text"]).0, Some(126));
}

#[test]
fn a_process_starts_again_where_its_rule_says_so() {
    let scene = Scene::new();
    release(
        &scene,
        "[processes.web]\ncommand = '''sh -c 'echo here; touch \"$TMPDIR/x\"; exit 1' '''\nrestart = \"on-failure\"\n\
         [processes.worker]\ncommand = \"sleep 60\"\n",
    );
    let running = Running::start(&scene, &[]);
    running.wait_for_event("Restarting web.1 in 1.00 s");
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.text(), "web.1    | here\nweb.1    | here\n");
}

#[test]
fn a_release_that_ran_here_starts_with_the_store_out_of_reach() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop both\"\n");
    assert_eq!(lines(&scene, &[]).len(), 2);
    std::fs::remove_dir_all(scene.store()).expect("the store is gone");
    assert_eq!(lines(&scene, &[]).len(), 2);
    let latest = scene.twelve(["run", "--release-id", "shop@latest"]);
    assert_eq!(latest.code, Some(66), "{}", latest.stderr);
}

#[test]
fn root_drops_to_the_user_it_names() {
    if !running_as_root() {
        eprintln!("skipped: only root can drop to another user");
        return;
    }
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = '''sh -c 'id -u; id -G; echo $USER $HOME; touch $TMPDIR/x' '''\n");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(scene.path().parent().expect("a parent"), open).expect("opened");
    let own: Vec<String> = lines(&scene, &["--user", "nobody"]);
    assert_eq!((own[0].as_str(), own.len()), ("65534", 3), "{own:?}");
    assert!(own[2].starts_with("nobody /"), "{own:?}");
    assert_eq!(scene.twelve(["run", "--release-id", "shop@v1", "--user", "nobody-at-all"]).code, Some(66));
}

#[test]
fn children_that_a_shell_had_before_are_left_alone() {
    let scene = Scene::new();
    release(&scene, "[processes.web]\ncommand = \"shop both\"\n");
    let mut command = scene.command("sh");
    let script =
        format!("sleep 60 >/dev/null 2>&1 & echo $! >pid; exec {} run --release-id shop@v1", super::scene::PROGRAM);
    command.args(["-c", &script]);
    assert_eq!(Running::of(command).end().code, Some(0));
    let pid = wait_until("the pid", || std::fs::read_to_string(scene.path().join("pid")).ok()?.trim().parse().ok());
    assert!(lives(pid));
    scene.outcome(scene.command("kill").arg(pid.to_string()));
}
