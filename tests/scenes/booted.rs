//! A systemd that was booted in a container: the machine's own system, read-only, with an empty /etc and /var. Only root
//! can have one.

use super::running::{PATIENCE, wait_until};
use super::scene::Scene;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What systemd-nspawn is told, also by `tests/engines.py`: options, then words for the systemd in it. The filter of system calls
/// is the container's own: without it nobody in it could take Landlock on.
const BOOT: &str = include_str!("../fixtures/nspawn");

/// A booted systemd; it is powered off when this is dropped.
pub(crate) struct Booted {
    nspawn: Child,
    log: PathBuf,
}

impl Booted {
    /// Boots one with these folders and files of the scene bound into it; none where this machine cannot.
    pub(crate) fn start(scene: &Scene, binds: &[(&Path, &str)]) -> Option<Self> {
        if !super::ledger::running_as_root() || !installed("systemd-nspawn") || !installed("nsenter") {
            eprintln!("SKIPPED: a booted systemd, which takes root, systemd-nspawn and nsenter");
            return None;
        }
        let log = scene.home().join("boot.log");
        let file = std::fs::File::create(&log).expect("a file");
        let name = scene.home().parent().and_then(Path::file_name).expect("a name").to_string_lossy().replace('.', "");
        let mut nspawn = Command::new("systemd-nspawn");
        let (options, words): (Vec<&str>, Vec<&str>) = BOOT.lines().partition(|line| line.starts_with('-'));
        nspawn
            .args(options)
            .args(["--private-network", &format!("--machine=twelve-{name}")])
            .args(binds.iter().map(|(from, to)| format!("--bind={}:{to}", from.display())))
            .args(words)
            // There is no network to wait for.
            .arg("systemd.mask=systemd-networkd-wait-online.service")
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a copy"))
            .stderr(file);
        let booted = Self { nspawn: nspawn.spawn().expect("it starts"), log };
        wait_until("systemd", || {
            let output = booted.inside(&["systemctl", "is-system-running"])?;
            let state = String::from_utf8_lossy(&output.stdout).into_owned();
            ["running", "degraded"].contains(&state.trim()).then_some(())
        });
        Some(booted)
    }

    /// Runs a command in it to its end; none before it has a first process.
    pub(crate) fn inside(&self, words: &[&str]) -> Option<Output> {
        let leader = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.nspawn.id())).ok()?;
        let leader = leader.split_whitespace().next()?.to_owned();
        let mut command = Command::new("nsenter");
        command.args(["-t", &leader, "-m", "-u", "-i", "-n", "-p", "-C", "--"]).args(words);
        command.stdin(Stdio::null()).output().ok()
    }

    /// What a command in it prints; it must succeed.
    pub(crate) fn says(&self, words: &[&str]) -> String {
        let output = self.inside(words).expect("it is booted");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let log = || self.inside(&["journalctl", "-o", "short", "--no-pager", "-n", "60"]).map(|output| output.stdout);
        let context = || String::from_utf8_lossy(&log().unwrap_or_default()).into_owned();
        assert!(output.status.success(), "{words:?}: {text}{}\n{}", String::from_utf8_lossy(&output.stderr), context());
        text
    }

    /// A property of a unit.
    pub(crate) fn property(&self, unit: &str, name: &str) -> String {
        self.says(&["systemctl", "show", "-P", name, unit]).trim().to_owned()
    }

    /// Waits until a property of a unit has this value.
    pub(crate) fn wait_for(&self, unit: &str, name: &str, value: &str) {
        let since = Instant::now();
        while self.property(unit, name) != value {
            let journal = || self.says(&["journalctl", "-o", "short", "--no-pager", "-n", "60"]);
            assert!(since.elapsed() < PATIENCE, "{name} of {unit} is {}\n{}", self.property(unit, name), journal());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What a unit has said, by the name that it has in the journal.
    pub(crate) fn journal(&self, name: &str) -> String {
        self.says(&["journalctl", "-o", "cat", "--no-pager", "-t", name])
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        if self.inside(&["systemctl", "poweroff"]).is_none_or(|output| !output.status.success()) {
            eprintln!("{}", std::fs::read_to_string(&self.log).unwrap_or_default());
            let _ = self.nspawn.kill();
        }
        let _ = self.nspawn.wait();
    }
}

/// Whether a program is installed; it is said where it is not.
pub(crate) fn installed(program: &str) -> bool {
    let found =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|path| path.join(program).exists());
    if !found {
        eprintln!("SKIPPED: this machine has no {program}");
    }
    found
}
