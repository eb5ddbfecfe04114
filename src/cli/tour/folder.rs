//! The tour's folder: a HOME with a git identity, a store and a cache of its own, so that nothing of the user's is
//! touched but cargo's registry cache.

use super::super::surroundings::Surroundings;
use super::call::output;
use super::stopped::Stopped;
use anyhow::Context;
use serde_json::Value;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The folder and how commands are run in it.
pub(super) struct TourFolder {
    folder: tempfile::TempDir,
    program: PathBuf,
    cargo_home: PathBuf,
    rustup_home: PathBuf,
    interrupted: Arc<AtomicUsize>,
}

impl TourFolder {
    /// Makes it.
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub(super) fn make(surroundings: &Surroundings) -> anyhow::Result<Self> {
        let home = surroundings.variable("HOME").map(PathBuf::from);
        let users = |variable: &str, below: &str| {
            let named = surroundings.variable(variable).map(PathBuf::from);
            named
                .or_else(|| home.as_ref().map(|home| home.join(below)))
                .with_context(|| format!("neither HOME nor {variable} is set"))
        };
        let folder = tempfile::Builder::new()
            .prefix("cargo-twelve-tour-")
            .tempdir()
            .context("no temporary folder can be made")?;
        std::fs::create_dir(folder.path().join("home"))?;
        std::fs::write(folder.path().join("home/.gitconfig"), "[user]\n\tname = Tour\n\temail = tour@example.org\n")?;
        // A signal ends the command that runs; what it left is then removed here, not abandoned.
        let interrupted = Arc::new(AtomicUsize::new(0));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupted), signal.unsigned_abs() as usize)?;
        }
        Ok(Self {
            program: std::env::current_exe()?,
            cargo_home: users("CARGO_HOME", ".cargo")?,
            rustup_home: users("RUSTUP_HOME", ".rustup")?,
            folder,
            interrupted,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The signal by which somebody wants the tour to end.
    pub(super) fn interrupted(&self) -> Option<u8> {
        u8::try_from(self.interrupted.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }

    /// A call of this program in the tour's own surroundings.
    pub(super) fn command(&self, directory: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        let here = self.path();
        command
            .args(words)
            .current_dir(directory)
            .env("HOME", here.join("home"))
            .env("CARGO_HOME", &self.cargo_home)
            .env("RUSTUP_HOME", &self.rustup_home)
            .env("TWELVE_STORE", here.join("store"))
            .env("TWELVE_CACHE", here.join("cache"))
            .env("TWELVE_STATE", here.join("state"))
            .env_remove("TWELVE_SIGNERS")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_STATE_HOME")
            .env_remove("GIT_DIR")
            .env_remove("GIT_CONFIG_GLOBAL")
            .env_remove("PORT");
        command
    }

    /// Runs this program to its end and gives the JSON lines that it printed. What it says on stderr is heard where
    /// it takes long, as cargo's words do.
    pub(super) fn events(&self, directory: &Path, words: &[&str], stderr: Stdio) -> anyhow::Result<Vec<Value>> {
        super::lines(&self.twelve(directory, &[words, &["--format", "json"]].concat(), stderr)?)
    }

    /// Runs this program to its end and gives what it printed.
    pub(super) fn twelve(&self, directory: &Path, words: &[&str], stderr: Stdio) -> anyhow::Result<Vec<u8>> {
        let mut command = self.command(directory, words);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn()?;
        let output = output(child, || self.interrupted())?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(Stopped::heard(words, &output).into())
    }

    /// Removes it with all that is in it.
    pub(super) fn remove(&self) -> anyhow::Result<()> {
        make_writable(self.path())?;
        std::fs::remove_dir_all(self.path()).with_context(|| format!("{} cannot be removed", self.path().display()))
    }
}

/// An unpacked tree's folders are read-only; its owner may still remove them.
fn make_writable(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if entry.metadata()?.permissions().mode() & 0o200 == 0 {
                std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o755))?;
            }
            make_writable(&entry.path())?;
        }
    }
    Ok(())
}
