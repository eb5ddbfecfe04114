//! cargo, as a build calls it: with a clean environment, a home of our own, and no config file but the repository's.
//!
//! cargo looks for config files from its working directory upwards, so that is `/`, and the repository's own files are
//! named on the command line. The last one named wins, and that is ours.

use super::Error;
use super::outside::Outside;
use super::places::Places;
use super::vendor::source_folder;
use super::work_folder::WorkFolder;
use crate::codebase::{Lockfile, Place};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use toml::{Table, Value};

/// The beginning of the names of verified sources in cargo's config.
const VERIFIED: &str = "cargo-twelve-verified";

/// The beginning of the names of the registries that they replace.
const REGISTRY: &str = "cargo-twelve-registry";

/// Our own config, in our CARGO_HOME.
const CONFIG: &str = "config.toml";

/// The time that compilers and build scripts are told, in seconds since 1970: the first of 1980, as other reproducible
/// builds have it. It is the same for every commit. With the commit's own time, every commit would compile all C
/// dependencies again (`cc` names this variable as an input of each), and what a dependency made of an earlier commit's
/// time would stay in the warm folder and out of a cold one.
const SOURCE_DATE_EPOCH: &str = "315532800";

/// Calls of cargo in a work folder.
#[derive(Debug)]
pub(super) struct CleanCargo<'a> {
    /// Where the folders are.
    pub(super) work: &'a WorkFolder,
    /// Where they stand for cargo.
    pub(super) places: &'a Places,
    /// The repository's own config files in the exported commit, in the order in which cargo must be told of them.
    pub(super) configs: Vec<PathBuf>,
}

impl CleanCargo<'_> {
    /// A call of a subcommand. Arguments and variables may follow; then the [places](Places::command) run it.
    pub(super) fn command(&self, subcommand: &str) -> Command {
        let mut command = self.places.toolchain.clean(&self.places.toolchain.cargo);
        command
            .env("CARGO_HOME", &self.places.cargo_home)
            .env("CARGO_INCREMENTAL", "0")
            .env("SOURCE_DATE_EPOCH", SOURCE_DATE_EPOCH)
            .arg(subcommand);
        let own = self.places.cargo_home.join(CONFIG);
        for config in self.configs.iter().chain([&own]) {
            command.arg("--config").arg(config);
        }
        command
    }

    /// Writes our own config: every registry of the lockfile is replaced by the verified sources. Of the user's config
    /// only the addresses of registries are taken over, since a manifest names a registry by a name that has no meaning
    /// without them.
    pub(super) fn write_config(&self, lockfile: &Lockfile, outside: &Outside) -> Result<(), Error> {
        let mut sources = Table::new();
        let registries = lockfile.packages.iter().filter_map(|package| match &package.place {
            Place::Registry { index, default: false, .. } => Some((index.as_str(), false)),
            _ => None,
        });
        // The default registry has several spellings. It is replaced also where nothing is locked of it.
        let registries: BTreeSet<(&str, bool)> = registries.chain([("", true)]).collect();
        for (number, (index, is_default)) in registries.into_iter().enumerate() {
            let verified = format!("{VERIFIED}-{number}");
            let folder = self.places.cargo_home.join(source_folder(index, is_default)).to_string_lossy().into_owned();
            let mut source = Table::from_iter([("replace-with".to_owned(), Value::from(verified.as_str()))]);
            let name = if is_default {
                "crates-io".to_owned()
            } else {
                source.insert("registry".to_owned(), index.into());
                format!("{REGISTRY}-{number}")
            };
            sources.insert(name, source.into());
            sources.insert(verified, Table::from_iter([("directory".to_owned(), folder.into())]).into());
        }

        // A wrapper of the repository's config is no part of the commit; an empty name is none.
        let build = ["rustc-wrapper", "rustc-workspace-wrapper"].map(|key| (key.to_owned(), Value::from("")));
        let target = Value::from(self.places.target.to_string_lossy().into_owned());
        let build = build.into_iter().chain([("build-dir".to_owned(), target)]);
        let mut config = Table::new();
        config.insert("source".to_owned(), sources.into());
        config.insert("build".to_owned(), Table::from_iter(build).into());
        let registries = outside.registry_indices();
        if !registries.is_empty() {
            config.insert("registries".to_owned(), registries.into());
        }
        let path = self.work.cargo_home().join(CONFIG);
        std::fs::write(&path, config.to_string()).map_err(Error::machine(path, "written"))
    }
}
