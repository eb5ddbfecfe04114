//! The repository's own `.cargo/config.toml` files, as the commit has them: those that `cargo build` would read in the
//! package's folder. They are a part of the commit and hold, except for what would let something else be compiled than
//! what the lockfile names.

use super::Error;
use super::outside::ConfigFile;
use crate::codebase::cargo::cargo_platform::{Cfg, Platform};
use crate::codebase::{Repository, Snapshot, beside, self_and_above};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The repository's own settings.
#[derive(Debug, Clone)]
pub(super) struct RepositorySettings {
    // Nearest first.
    files: Vec<ConfigFile>,
}

impl RepositorySettings {
    /// Reads them for a package.
    pub(super) fn of(repository: &Repository, snapshot: &Snapshot, package: &str) -> Result<Self, Error> {
        let mut files = Vec::new();
        for folder in self_and_above(package) {
            // Where both stand, cargo reads the one without an extension.
            for name in [".cargo/config", ".cargo/config.toml"] {
                let path = beside(folder, name);
                let Some(text) = repository.text(snapshot, &path)? else { continue };
                let table = text.parse::<Table>().map_err(|cause| Error::BadSetting {
                    file: PathBuf::from(&path),
                    rule: cause.message().to_owned(),
                })?;
                let file = ConfigFile { path: PathBuf::from(path), table };
                refuse(&file)?;
                files.push(file);
                break;
            }
        }
        Ok(Self { files })
    }

    /// The files from the repository's root, in the order in which cargo must be told of them: the last wins.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().rev().map(|file| file.path.as_path())
    }

    /// The folders of vendored sources, from the repository's root.
    pub(super) fn vendored(&self) -> Vec<String> {
        let mut folders = Vec::new();
        for file in &self.files {
            let sources = file.table.get("source").and_then(Value::as_table).into_iter().flat_map(Table::values);
            let root = file.path.parent().and_then(Path::parent).unwrap_or(Path::new(""));
            let named = sources.filter_map(|source| source.get("directory")?.as_str());
            folders.extend(named.map(|folder| root.join(folder).to_string_lossy().into_owned()));
        }
        folders
    }

    /// The flags that they give rustc for a target. `target.*` takes the place of `build.rustflags` (the Cargo book,
    /// "build.rustflags").
    pub(super) fn rustflags(&self, target: &str, cfgs: &[Cfg]) -> Vec<String> {
        let of_targets = self.collected(|table| {
            let targets = table.get("target").and_then(Value::as_table).into_iter().flatten();
            let matching = targets.filter(|(name, _)| match name.parse::<Platform>() {
                Ok(platform) => platform.matches(target, cfgs),
                Err(_) => false,
            });
            matching.flat_map(|(_, settings)| words(settings.get("rustflags"))).collect()
        });
        if of_targets.is_empty() {
            return self.collected(|table| words(table.get("build").and_then(|build| build.get("rustflags"))));
        }
        of_targets
    }

    /// Whether a setting depends on the target's `cfg`.
    pub(super) fn needs_cfgs(&self) -> bool {
        let targets = self.files.iter().filter_map(|file| file.table.get("target")?.as_table());
        targets.flat_map(Table::keys).any(|name| name.starts_with("cfg("))
    }

    /// What all files say together: lists are joined, the nearest file's at the end.
    fn collected(&self, read: impl Fn(&Table) -> Vec<String>) -> Vec<String> {
        self.files.iter().rev().flat_map(|file| read(&file.table)).collect()
    }
}

/// A list of words, or one text that is split at white space.
fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Refuses what would have something else compiled than what the lockfile and the manifests name.
fn refuse(file: &ConfigFile) -> Result<(), Error> {
    let setting = |key: &str, why| Err(Error::Setting { file: file.path.clone(), key: key.to_owned(), why });
    for key in file.table.keys() {
        match key.as_str() {
            "paths" => return setting(key, "packages would be compiled from elsewhere than Cargo.lock says"),
            "patch" => {
                return setting(key, "a patch belongs into the workspace's Cargo.toml, where Cargo.lock knows it");
            }
            "include" => return setting(key, "other config files are not read; write their settings into this one"),
            _ => {}
        }
    }
    if file.table.get("build").is_some_and(|build| build.get("rustc").is_some()) {
        return setting("build.rustc", "the compiler is the toolchain's own; name that in rust-toolchain.toml");
    }
    for (name, source) in file.table.get("source").and_then(Value::as_table).into_iter().flatten() {
        let outside = source.get("directory").and_then(Value::as_str).is_some_and(|folder| {
            let root = file.path.parent().and_then(Path::parent).map(|root| root.to_string_lossy().into_owned());
            !crate::codebase::inside(&root.unwrap_or_default(), folder)
        });
        if outside || source.get("local-registry").is_some() || source.get("git").is_some() {
            return setting(
                &format!("source.{name}"),
                "sources are the registry's, verified against Cargo.lock, or vendored in the repository",
            );
        }
    }
    Ok(())
}
