//! Scenes of `export systemd`: the units as they are written, and what systemd itself says of them.

use super::ledger::release;
use super::scene::{Outcome, Scene, assert_page};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is declared in most scenes.
const SHOP: &str = "[processes.web]\ncommand = \"shop serve\"\nport = true\nready = \"/readyz\"\nstop-timeout = \"3s\"\n\
    count = 2\n\n[processes.worker]\ncommand = \"sh -c 'echo up; exec sleep 1000'\"\nrestart = \"always\"\n\
    stop-signal = \"SIGQUIT\"\n\n[admin.migrate]\ncommand = \"sh -c 'echo $PROCESS $DATABASE_URL; exit 3'\"\n\
    before-deploy = true\n\n[config.vars.DATABASE_URL]\ntype = \"service-url\"\nschemes = [\"postgres\"]\nsecret = true\n\n\
    [config.vars.SESSION_KEY]\ntype = \"string\"\nsecret = true\nfrom-file = true\n\n\
    [config.vars.GREETING]\ntype = \"string\"\ndefault = \"hello\"\n\n[sandbox]\nwritable = [\"/var/lib/shop\"]\n";

/// The config that goes with it. No line of it may come into a unit but the path of the key's file.
const CONFIG: &str = "DATABASE_URL=postgres://shop:hunter2@db/shop\nSESSION_KEY_FILE=/etc/shop/session.key\n\
                      GREETING=good-day\n";

fn export(scene: &Scene, more: &[&str]) -> Outcome {
    let words = ["export", "systemd", "--release-id", "shop@v1", "--to", "units", "--server-store", "/srv/store"];
    scene.twelve(words.iter().chain(more))
}

fn shop() -> Scene {
    let scene = Scene::new();
    release(&scene, SHOP);
    scene.write("prod.env", CONFIG);
    scene
}

/// All files of a folder, each behind its name.
fn page(folder: &Path) -> String {
    let mut paths: Vec<PathBuf> = folder.read_dir().expect("a folder").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let file = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("text");
        format!("--- {}\n{text}", path.file_name().expect("a name").to_string_lossy())
    };
    paths.iter().map(file).collect()
}

#[test]
fn a_release_becomes_units() {
    let scene = shop();
    let outcome = export(&scene, &["--env-file", "prod.env", "--port", "6000"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    assert_page("export_systemd__units", &format!("{}\n{}", outcome.page(), page(&scene.path().join("units"))));
}

#[test]
fn the_same_release_gives_the_same_bytes_and_no_value_of_the_config_is_in_them() {
    let scene = shop();
    let first = export(&scene, &["--env-file", "prod.env"]);
    assert_eq!(first.code, Some(0), "{}", first.page());
    let units = page(&scene.path().join("units"));
    let second = export(&scene, &["--env-file", "prod.env"]);
    assert_eq!(second.code, Some(0), "{}", second.page());
    assert_eq!(page(&scene.path().join("units")), units);
    for value in ["hunter2", "postgres://", "good-day"] {
        assert!(!units.contains(value) && !first.page().contains(value), "{value}");
    }
}

#[test]
fn what_cannot_start_is_not_exported() {
    let scene = shop();
    let refused = export(&scene, &[]);
    assert_eq!(refused.code, Some(78), "{}", refused.page());
    assert!(refused.stderr.contains("`DATABASE_URL` is missing"), "{}", refused.stderr);
    assert!(!scene.path().join("units").exists());
}

#[test]
fn a_folder_that_is_not_an_export_is_left_alone() {
    let scene = shop();
    scene.write("units/mine.service", "[Unit]\n");
    let refused = export(&scene, &["--env-file", "prod.env"]);
    assert_eq!(refused.code, Some(73), "{}", refused.page());
    assert!(refused.stderr.contains("holds `mine.service`, which no export wrote"), "{}", refused.stderr);
    assert_eq!(scene.path().join("units").read_dir().expect("a folder").count(), 1);
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units_and_little_exposed() {
    if !super::env_export::installed("systemd-analyze") {
        return;
    }
    let scene = shop();
    for more in [&[][..], &["--own-sockets"], &["--port", "80"]] {
        let outcome =
            export(&scene, &[&["--env-file", "prod.env", "--server-program", super::scene::PROGRAM], more].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        let units: Vec<PathBuf> = outcome.stdout.lines().map(|unit| scene.path().join("units").join(unit)).collect();
        let mut command = Command::new("systemd-analyze");
        let verified = command.args(["verify", "--man=no"]).args(&units).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&verified.stderr), "", "{more:?}");
        assert!(verified.status.success());
        let services = units.iter().filter(|unit| unit.extension().is_some_and(|kind| kind == "service"));
        for service in services {
            let mut command = Command::new("systemd-analyze");
            let command = command.args(["security", "--offline=true", "--threshold=20", "--no-pager"]).arg(service);
            let seen = command.output().expect("it starts");
            let said = String::from_utf8_lossy(&seen.stdout).into_owned();
            println!("{} {}", service.display(), said.lines().last().unwrap_or_default());
            assert!(seen.status.success(), "{}\n{said}", service.display());
        }
    }
}
