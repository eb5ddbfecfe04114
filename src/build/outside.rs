//! What the user's side of the machine holds: the environment, the working directory, cargo's config files. A build
//! is made of none of it. It is read to find cargo and the registry's cache, and to say what was kept out.

use super::Error;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use toml::{Table, Value};

/// The user's side of the machine.
#[derive(Debug, Clone)]
pub struct Outside {
    /// The environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// The working directory.
    pub directory: PathBuf,
    /// The time, by the wall clock.
    pub now: std::time::SystemTime,
}

/// One of cargo's config files.
#[derive(Debug, Clone)]
pub(super) struct ConfigFile {
    /// Where it stands.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) table: Table,
}

impl Outside {
    /// A variable that is set and not empty.
    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// cargo's home, where there is one.
    pub(super) fn cargo_home(&self) -> Option<PathBuf> {
        match self.variable("CARGO_HOME") {
            Some(named) => Some(self.directory.join(named)),
            None => self.variable("HOME").map(|home| Path::new(home).join(".cargo")),
        }
    }

    /// The program of this name on PATH.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let folders = std::env::split_paths(self.variable("PATH")?).collect::<Vec<_>>();
        folders.into_iter().map(|folder| self.directory.join(folder).join(name)).find(|path| path.is_file())
    }

    /// The user's own cargo: the one that started us, else the one on PATH.
    pub(super) fn cargo(&self) -> Result<PathBuf, Error> {
        self.variable("CARGO").map(PathBuf::from).or_else(|| self.program("cargo")).ok_or(Error::NoCargo)
    }

    /// A command with the user's own environment and working directory: what needs their mirrors, proxies and
    /// credentials. `RUSTUP_TOOLCHAIN` is not theirs: it is inherited from the `cargo` that started us.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment).env_remove("RUSTUP_TOOLCHAIN").current_dir(&self.directory);
        command
    }

    /// The config files that cargo would read here, nearest first, the home's last. One that cannot be read says
    /// nothing: a plain `cargo build` will tell.
    pub(super) fn config_files(&self) -> Vec<ConfigFile> {
        let near = self.directory.ancestors().map(|folder| folder.join(".cargo"));
        let mut files: Vec<ConfigFile> = Vec::new();
        for folder in near.chain(self.cargo_home()) {
            let found = ["config", "config.toml"].iter().find_map(|name| ConfigFile::read(&folder.join(name)));
            files.extend(found.filter(|found| files.iter().all(|known| known.path != found.path)));
        }
        files
    }

    /// cargo's target folder for a workspace, as `cargo build` would choose it here.
    #[must_use]
    pub fn target_folder(&self, workspace: &Path) -> PathBuf {
        for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"] {
            if let Some(named) = self.variable(name) {
                return self.directory.join(named);
            }
        }
        let configured = self.config_files().into_iter().find_map(|file| {
            let named = file.table.get("build")?.get("target-dir")?.as_str()?;
            // A path in a config file starts at the folder that holds `.cargo` (the Cargo book, "Config-relative
            // paths").
            Some(file.path.parent()?.parent()?.join(named))
        });
        configured.unwrap_or_else(|| workspace.join("target"))
    }
}

impl Outside {
    /// The addresses of the registries that the user has names for, as cargo's config writes them.
    pub(super) fn registry_indices(&self) -> Table {
        let mut registries = Table::new();
        let mut add = |name: &str, index: &str| {
            let index = Table::from_iter([("index".to_owned(), Value::from(index))]);
            registries.entry(name.to_owned()).or_insert(Value::Table(index));
        };
        for (name, value) in &self.environment {
            let name = name.to_str().and_then(|name| name.strip_prefix("CARGO_REGISTRIES_")?.strip_suffix("_INDEX"));
            if let (Some(name), Some(index)) = (name, value.to_str()) {
                // cargo matches names with `-` to variables with `_`; only the former are usual.
                add(&name.to_lowercase().replace('_', "-"), index);
            }
        }
        for file in self.config_files() {
            for (name, registry) in file.table.get("registries").and_then(Value::as_table).into_iter().flatten() {
                if let Some(index) = registry.get("index").and_then(Value::as_str) {
                    add(name, index);
                }
            }
        }
        registries
    }
}

impl ConfigFile {
    /// Reads a file, where it is there and well-formed.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let table = std::fs::read_to_string(path).ok()?.parse().ok()?;
        Some(Self { path: path.to_path_buf(), table })
    }

    /// The keys by which a config file changes what is compiled.
    pub(super) fn meddling_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for (key, value) in &self.table {
            match (key.as_str(), value) {
                ("build", Value::Table(build)) => {
                    let meddling = ["rustc", "rustc-wrapper", "rustc-workspace-wrapper", "rustflags", "target"];
                    keys.extend(
                        meddling.iter().filter(|key| build.contains_key(**key)).map(|key| format!("build.{key}")),
                    );
                }
                ("target" | "profile" | "env" | "patch", Value::Table(inner)) => {
                    keys.extend(inner.keys().map(|name| format!("{key}.{name}")));
                }
                ("source", Value::Table(sources)) => {
                    let local = |source: &&Value| {
                        ["directory", "local-registry", "git"].iter().any(|kind| source.get(kind).is_some())
                    };
                    let local = sources.iter().filter(|(_, source)| local(source));
                    keys.extend(local.map(|(name, _)| format!("source.{name}")));
                }
                ("paths" | "include", _) => keys.push(key.clone()),
                _ => {}
            }
        }
        keys
    }
}
