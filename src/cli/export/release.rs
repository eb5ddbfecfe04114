//! Which release is exported, and with which config its engine will run it: what every exporter takes.

use crate::app::{BasePort, CannotStart, Declaration, Offer};
use crate::artifact::{BuildManifest, ReleaseRecord, ReleaseRef};
use crate::cli::configured::{base_port, notices};
use crate::cli::env_files::read_files;
use crate::cli::surroundings::Surroundings;
use crate::cli::trust_options::TrustOptions;
use crate::config::{self, Config, EnvFile, Typed, Variable};
use crate::export::Exported;
use crate::report::shell_word;
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which release.
#[derive(Debug, Args)]
pub(super) struct ReleaseOptions {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(long, value_name = "RELEASE")]
    release_id: ReleaseRef,

    #[command(flatten)]
    trust: TrustOptions,
}

/// The config that the engine will give its processes. It is held against the contract, so that what cannot start is
/// not exported; the process environment is no part of it, since it is another one there.
#[derive(Debug, Args)]
pub(super) struct ConfigOptions {
    /// A file of NAME=value lines; a later one wins
    #[arg(long = "env-file", value_name = "FILE")]
    pub(super) env_files: Vec<PathBuf>,

    /// The port of the first process; others follow [default: PORT of an env file, or 5000]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
}

impl ReleaseOptions {
    /// The record and the manifests of its builds, each believed before it is read.
    pub(super) fn find(&self, surroundings: &Surroundings) -> anyhow::Result<(ReleaseRecord, Vec<BuildManifest>)> {
        let (store, trust) = (surroundings.store()?, self.trust.trust(surroundings)?);
        let (app, id) = store.locate(&self.release_id, surroundings.app_at_hand()?.as_ref())?;
        let (record, _) = store.trusted_record(&app, id, trust.as_ref())?;
        let manifests = record.builds.iter().map(|build| store.manifest(&app, build)).collect::<Result<_, _>>()?;
        Ok((record, manifests))
    }
}

impl ConfigOptions {
    /// The env files, whatever is in them.
    pub(super) fn read(&self, surroundings: &Surroundings) -> anyhow::Result<Vec<EnvFile>> {
        read_files(&self.env_files, surroundings)
    }

    /// What is exported, where the app can start with these env files. What only the machine of the engine can judge is
    /// left to it.
    pub(super) fn exported(
        &self,
        found: (ReleaseRecord, Vec<BuildManifest>),
        files: &[EnvFile],
        surroundings: &Surroundings,
    ) -> anyhow::Result<Exported> {
        if let Some(manifest) = found.1.first() {
            refuse_unfit(&manifest.declaration, files, surroundings)?;
        }
        self.exported_unchecked(found, files)
    }

    /// What is exported, for engines whose config is made here.
    pub(super) fn exported_unchecked(
        &self,
        (record, manifests): (ReleaseRecord, Vec<BuildManifest>),
        files: &[EnvFile],
    ) -> anyhow::Result<Exported> {
        Ok(Exported::of(record, manifests, self.base_port(files)?)?)
    }

    fn base_port(&self, files: &[EnvFile]) -> anyhow::Result<BasePort> {
        let from_files = || base_port(&Typed::default(), &BTreeMap::new(), files);
        self.port.map_or_else(from_files, |port| Ok(BasePort(port)))
    }

    /// These options as they were typed, for the line that says which command made a file.
    pub(super) fn words(&self) -> Vec<String> {
        let files = self.env_files.iter().flat_map(|file| ["--env-file".to_owned(), file.display().to_string()]);
        let port = self.port.into_iter().flat_map(|port| ["--port".to_owned(), port.to_string()]);
        files.chain(port).collect()
    }
}

fn refuse_unfit(declaration: &Declaration, files: &[EnvFile], surroundings: &Surroundings) -> anyhow::Result<()> {
    let (environment, typed) = (BTreeMap::new(), Typed::default());
    let offer = Offer { environment: &environment, typed: &typed, files };
    match declaration.can_start(&offer, &|path| std::fs::read(path)) {
        Ok(config) => notices(&config).for_each(|event| surroundings.reporter.tell(&event)),
        Err(CannotStart::Config(config::Error::Violated { violations, .. }))
            if violations.iter().all(config::Violation::depends_on_machine) => {}
        Err(CannotStart::Config(error)) => return Err(error.into()),
        Err(other) => return Err(other.into()),
    }
    Ok(())
}

/// The config that goes into an engine's own files: what the contract asks for, where `must` says who of the required
/// variables has to be given here, and not by the engine.
pub(super) fn config(
    exported: &Exported,
    files: &[EnvFile],
    must: impl Fn(&Variable) -> bool,
    surroundings: &Surroundings,
) -> anyhow::Result<Config> {
    let (environment, typed) = (BTreeMap::new(), Typed::default());
    let offer = Offer { environment: &environment, typed: &typed, files };
    let mut declaration = exported.declaration().clone();
    declaration.contract = declaration.contract.map(|contract| contract.requiring(must));
    let config = declaration.config(&offer, &|path| std::fs::read(path))?;
    notices(&config).for_each(|event| surroundings.reporter.tell(&event));
    Ok(config)
}

/// The command line that makes an export again, wherever it is written.
pub(super) fn command(engine: &str, exported: &Exported, words: &[String]) -> String {
    let reference = exported.reference();
    let words = words.iter().map(|word| format!(" {}", shell_word(word))).collect::<String>();
    format!("cargo twelve export {engine} --release-id {reference}{words}")
}

/// What an export is made from, for the first line of each file.
pub(super) fn origin(exported: &Exported) -> String {
    let record = &exported.record;
    let commit = record.commit.get(..12).unwrap_or(&record.commit);
    format!("{} {} (version {}, commit {commit})", record.app, record.release, record.version)
}
