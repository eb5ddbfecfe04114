//! A server has the program and nothing else: no cargo, no git, no shell. Everything that it needs to do there is done in a
//! root folder that holds the program, the libraries that load it, a store, and a config.

use super::ledger::{program, release};
use super::running::Running;
use super::scene::{PROGRAM, Scene};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SHOP: &str = "[processes.web]\ncommand = \"shop serve\"\nport = true\nready = \"/\"\n\
    [admin.look]\ncommand = \"shop env\"\n[admin.migrate]\ncommand = \"shop both\"\nbefore-deploy = true\n\
    [config.vars.GREETING]\ntype = \"string\"\n";

/// The program that servers get, where it has been built (`tests/all` does), else the one under test.
fn server_program() -> PathBuf {
    let run_only = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/run-only/debug/cargo-twelve");
    if run_only.is_file() { run_only } else { PathBuf::from(PROGRAM) }
}

/// The root folder of a server.
fn server(scene: &Scene) -> PathBuf {
    let root = scene.path().join("root");
    for folder in ["bin", "dev", "proc", "tmp", "srv"] {
        fs::create_dir_all(root.join(folder)).expect("folders");
    }
    fs::copy(server_program(), root.join("bin/cargo-twelve")).expect("the program");
    for loaded in [server_program(), program().to_path_buf()] {
        let listed = Command::new("ldd").arg(&loaded).output().expect("ldd starts").stdout;
        let listed = String::from_utf8(listed).expect("text");
        for library in listed.split_whitespace().filter(|word| word.starts_with('/')) {
            let to = root.join(library.trim_start_matches('/'));
            fs::create_dir_all(to.parent().expect("a folder")).expect("folders");
            fs::copy(library, to).expect("a library");
        }
    }
    let copied = Command::new("cp").arg("-r").arg(scene.store()).arg(root.join("srv/store")).status();
    assert!(copied.expect("cp starts").success());
    fs::write(root.join("srv/prod.env"), "GREETING=hello\n").expect("a config");
    root
}

/// A command in that root, with an empty PATH.
fn on(scene: &Scene, root: &Path, words: &[&str]) -> Command {
    let mut command = scene.command("unshare");
    if !super::ledger::running_as_root() {
        command.args(["--user", "--map-root-user"]);
    }
    let mounted = "mount --rbind /dev \"$1/dev\" && mount --rbind /proc \"$1/proc\" && root=$1 && shift && \
                   exec chroot \"$root\" /bin/cargo-twelve \"$@\"";
    command.args(["--mount", "/bin/sh", "-c", mounted, "sh"]).arg(root).args(words);
    for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    command.env("TWELVE_STORE", "/srv/store").env("TWELVE_CACHE", "/srv/cache").env("TWELVE_STATE", "/srv/state");
    command
}

#[test]
fn the_program_alone_does_all_that_a_server_needs() {
    let scene = Scene::new();
    let first = release(&scene, SHOP);
    release(&scene, SHOP);
    let root = server(&scene);
    if !on(&scene, &root, &["--version"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: this machine makes no root folder for a server");
        return;
    }
    assert!(!root.join("bin/sh").exists() && !root.join("usr").exists(), "nothing but the program is there");
    let done = |words: &[&str]| {
        let outcome = scene.outcome(&mut on(&scene, &root, words));
        assert_eq!(outcome.code, Some(0), "{}: {}", words.join(" "), outcome.page());
        outcome.stdout + &outcome.stderr
    };
    let config = ["--env-file", "/srv/prod.env"];
    done(&["verify", "shop@v1"]);
    done(&["pull", "shop@v2"]);
    let deployed = done(&[&["deploy", "shop@production", "v1", "--user", "root"], &config[..]].concat());
    assert!(deployed.contains("to stdout"), "the release phase ran: {deployed}");
    done(&[&["deploy", "shop@production", "v2", "--user", "root"], &config[..]].concat());
    done(&["rollback", "shop@production"]);
    let deploys = done(&["deploys"]);
    assert!(deploys.contains("production") && deploys.contains("v1"), "{deploys}");
    let seen =
        done(&[&["admin", "--release-id", "shop@production", "--user", "root"], &config[..], &["look"]].concat());
    assert!(seen.contains("GREETING=hello\n") && seen.contains("RELEASE_ID=v1\n"), "{seen}");

    // For air gaps: the files of a release, into a cache that knows no store.
    for file in [&first.record, &first.tarball] {
        fs::copy(file, root.join("srv").join(file.file_name().expect("a name"))).expect("a copy");
    }
    let name = |path: &Path| format!("/srv/{}", path.file_name().expect("a name").to_string_lossy());
    done(&["--store", "/srv/none", "import", "--cache", "/srv/apart", &name(&first.record), &name(&first.tarball)]);
    let running = Running::of(on(
        &scene,
        &root,
        &[
            &["run", "--release-id", "shop@v1", "--store", "/srv/none", "--cache", "/srv/apart"][..],
            &["--user", "root", "--allow-older", "--port", &super::running::free_port().to_string()],
            &config[..],
        ]
        .concat(),
    ));
    running.wait_for_event("Ready");
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn what_a_server_is_told_can_be_typed_there() {
    let server = server_program();
    if server == Path::new(PROGRAM) {
        eprintln!("SKIPPED: there is no target/run-only, which tests/all makes");
        return;
    }
    let scene = Scene::new();
    let ask = |program: &Path, words: &[&str]| scene.outcome(scene.command(program).args(words));
    let page = ask(&server, &[]).stdout;
    assert!(page.contains("  cargo-twelve rollback production\n"), "{page}");
    assert!(!page.contains("cargo twelve") && !page.contains("tour"), "{page}");

    // Every command of the whole program is there, or said to be elsewhere.
    let help = ask(Path::new(PROGRAM), &["--help"]).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        listed.filter(|line| !line.starts_with("    ")).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 20, "{commands:?}");
    let mut elsewhere = Vec::new();
    for command in commands {
        if ask(&server, &[command, "--help"]).code == Some(0) {
            continue;
        }
        let refused = ask(&server, &[command]);
        let hint = format!("`cargo twelve {command}` is in the whole program");
        refused.refused(2, &["is not in this program, which is made for servers", &hint]);
        elsewhere.push(command);
    }
    assert!(elsewhere.contains(&"export") && elsewhere.contains(&"release"), "{elsewhere:?}");

    release(&scene, SHOP);
    let refused = ask(&server, &["rollback", "shop@production"]);
    refused.refused(66, &["hint: `cargo-twelve deploy shop@production RELEASE --env-file FILE` makes it"]);
    let examples = ask(&server, &["rollback", "--help"]).stdout;
    assert!(examples.contains("cargo-twelve rollback production") && !examples.contains("cargo twelve"), "{examples}");
}
