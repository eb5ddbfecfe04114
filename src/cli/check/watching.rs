//! The options of `check --run`, and the release that they mean.

use super::watch::Watch;
use crate::artifact::ReleaseRef;
use crate::check::Request;
use crate::cli::surroundings::Surroundings;
use crate::run;
use anyhow::Context;
use clap::Args;
use std::cell::Cell;
use std::path::PathBuf;

/// Which release is run, with which config.
#[derive(Debug, Args)]
pub(crate) struct Watching {
    /// Run a release as well, and measure what its processes do
    #[arg(long, requires = "release_id")]
    run: bool,
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(long, value_name = "RELEASE")]
    release_id: Option<ReleaseRef>,
    /// A file of NAME=value lines for what is run
    #[arg(long = "env-file", value_name = "FILE", requires = "run")]
    env_files: Vec<PathBuf>,
}

impl Watching {
    /// The request with the release's manifest, and with what was measured where that was asked for.
    pub(super) fn watched(&self, request: Request, surroundings: &Surroundings) -> anyhow::Result<Request> {
        let Some(reference) = &self.release_id else { return Ok(request) };
        let store = surroundings.store()?;
        let record = store.find(reference, surroundings.app_at_hand()?.as_ref())?;
        let manifest = store.manifest(&record.app, run::build_here(&record)?)?;
        let mut request = Request { release: Some(manifest.clone()), ..request };
        if self.run {
            let folder = tempfile::Builder::new().prefix("cargo-twelve-check-").tempdir();
            let folder = folder.context("no temporary folder can be made")?;
            let env_files = &self.env_files;
            let watch = Watch {
                surroundings,
                record: &record,
                manifest: &manifest,
                env_files,
                folder: folder.path(),
                starts: Cell::new(0),
            };
            let watched = watch.all();
            remove(folder)?;
            request.observations = watched?;
        }
        Ok(request)
    }
}

/// Removes the folder; an unpacked tree's folders are read-only, and their owner may still remove them.
fn remove(folder: tempfile::TempDir) -> anyhow::Result<()> {
    let path = folder.keep();
    run::remove_tree(&path).with_context(|| format!("{} cannot be removed", path.display()))
}
