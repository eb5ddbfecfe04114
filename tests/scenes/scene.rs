//! The stage for every scene: an empty folder with an empty HOME, the program under test, and what it printed.

use cargo_twelve::store::{Location, Store};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cargo-twelve");

/// An empty folder with an empty HOME beside it, removed afterwards.
pub(crate) struct Scene {
    folder: tempfile::TempDir,
    store: BTreeMap<OsString, OsString>,
}

/// What a command printed, and its exit code.
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Scene {
    /// An empty folder; `HOME` holds a git identity and nothing else.
    pub(crate) fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().expect("a temporary folder"), store: BTreeMap::new() };
        std::fs::create_dir_all(scene.folder.path().join("home")).expect("a home");
        std::fs::create_dir_all(scene.path()).expect("a working folder");
        scene.write_home(
            ".gitconfig",
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n",
        );
        scene
    }

    /// The same, where commands are told this of their store.
    pub(crate) fn with_store(mut self, variables: BTreeMap<OsString, OsString>) -> Self {
        self.store = variables;
        self
    }

    /// The store, through the library's own hands.
    pub(crate) fn opened_store(&self) -> Store {
        let folder = self.store().into_os_string();
        let location = self.store.get(OsStr::new("TWELVE_STORE")).unwrap_or(&folder);
        let location = Location::parse(location.as_ref(), &self.path()).expect("a location");
        Store::at(&location.with_environment(&self.store))
    }

    /// The working folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The HOME.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The store that commands use.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// The cache that commands use.
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// What commands remember of this machine.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Writes a file below the working folder, with the folders it needs.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        write(&self.path().join(path), text.as_ref());
    }

    /// Writes a file below the HOME.
    pub(crate) fn write_home(&self, path: &str, text: impl AsRef<[u8]>) {
        write(&self.home().join(path), text.as_ref());
    }

    /// A command with a fixed environment: no colour, no store or cache but the scene's own.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear();
        for name in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if std::env::var_os("CARGO_HOME").is_none() {
            command.env("CARGO_HOME", real_home().join(".cargo"));
        }
        if std::env::var_os("RUSTUP_HOME").is_none() {
            command.env("RUSTUP_HOME", real_home().join(".rustup"));
        }
        command
            .env("HOME", self.home())
            .env("LANG", "C.UTF-8")
            .env("NO_COLOR", "1")
            .env("CI", "1")
            .env("TWELVE_STORE", self.store())
            .env("TWELVE_CACHE", self.cache())
            .env("TWELVE_STATE", self.state())
            .envs(&self.store);
        command
    }

    /// Runs the program under test in the working folder.
    pub(crate) fn twelve<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.outcome(self.command(PROGRAM).args(arguments))
    }

    /// Runs git in the working folder and asserts that it succeeds.
    pub(crate) fn git(&self, words: &str) -> String {
        let outcome = self.outcome(self.command("git").args(words.split_whitespace()));
        assert_eq!(outcome.code, Some(0), "git {words}: {}", outcome.stderr);
        outcome.stdout
    }

    /// Runs a command to its end.
    pub(crate) fn outcome(&self, command: &mut Command) -> Outcome {
        let Output { status, stdout, stderr } = command.output().expect("the command starts");
        let outcome = Outcome { stdout: self.redacted(&stdout), stderr: self.redacted(&stderr), code: status.code() };
        if command.get_program() == PROGRAM {
            // Seen where the test fails, and with `--show-output`.
            println!("{}", outcome.page());
        }
        outcome
    }

    /// The text with this scene's own paths replaced by `[SCENE]`, and without the time before lines of processes.
    fn redacted(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(&without_clock(bytes)).into_owned();
        let canonical = self.folder.path().canonicalize().expect("the folder stands");
        text.replace(canonical.to_str().expect("text"), "[SCENE]")
            .replace(self.folder.path().to_str().expect("text"), "[SCENE]")
    }
}

impl Outcome {
    /// All that was printed and the code, for a snapshot.
    pub(crate) fn page(&self) -> String {
        format!("code: {:?}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// Compares with the snapshot `<command>__<test>.snap` in the top-level folder `snapshots/`.
pub(crate) fn assert_page(name: &str, page: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"\b\d+\.\d\d s\b", "[SECONDS]");
    settings.add_filter(r"\b[0-9a-f]{40,64}\b", "[DIGEST]");
    settings.add_filter(r"\b[0-9a-f]{12}\b", "[COMMIT ID ]");
    settings.add_filter(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[TIME]");
    settings.add_filter(r"\b\d+\.\d [KM]iB\b", "[SIZE]");
    settings.bind(|| insta::assert_snapshot!(name, page));
}

/// Lines without the `HH:MM:SS ` that `run` writes before `web.1 | `.
pub(crate) fn without_clock(bytes: &[u8]) -> Vec<u8> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| line.get(clock_length(line)..))
        .flatten()
        .copied()
        .collect()
}

/// How much of a line is `HH:MM:SS `.
pub(crate) fn clock_length(line: &[u8]) -> usize {
    let clock = line.get(..9).unwrap_or_default();
    let fits = |(index, byte): (usize, &u8)| match index {
        2 | 5 => *byte == b':',
        8 => *byte == b' ',
        _ => byte.is_ascii_digit(),
    };
    if clock.iter().enumerate().all(fits) { clock.len() } else { 0 }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, bytes).expect("a file");
}

fn real_home() -> PathBuf {
    PathBuf::from(std::env::var_os("HOME").expect("HOME"))
}
