//! What exporters whose engine starts an image take: the release and its config, the image that holds it, what is done
//! with secrets, and where the files go.

use super::release::{ConfigOptions, ReleaseOptions, command, origin};
use super::written::write;
use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::config::EnvFile;
use crate::export::{Exported, GeneratedFiles, ImageReference, SecretValues};
use clap::Args;
use std::path::PathBuf;

/// What an engine of containers is given.
#[derive(Debug, Args)]
pub(super) struct ContainerOptions {
    #[command(flatten)]
    release: ReleaseOptions,

    #[command(flatten)]
    pub(super) config: ConfigOptions,

    /// The image that holds the release, as `export oci` makes it
    #[arg(long, value_name = "IMAGE")]
    image: String,

    /// Write the values of secrets into a file of its own, for its owner alone
    #[arg(long)]
    with_secrets: bool,

    /// Where to write the files: a folder of its own
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

impl ContainerOptions {
    /// The image.
    pub(super) fn image(&self) -> anyhow::Result<ImageReference> {
        Ok(self.image.parse()?)
    }

    /// What is done with the values of secrets.
    pub(super) fn secrets(&self) -> SecretValues {
        if self.with_secrets { SecretValues::Written } else { SecretValues::LeftOut }
    }

    /// What is exported, where the config that these env files give is asked of the contract by the exporter.
    pub(super) fn exported(&self, files: &[EnvFile], surroundings: &Surroundings) -> anyhow::Result<Exported> {
        self.config.exported_unchecked(self.release.find(surroundings)?, files)
    }

    /// No files yet, each to say which release and which command made it: these options and the exporter's own.
    pub(super) fn generated(
        &self,
        engine: &str,
        exported: &Exported,
        own: impl Iterator<Item = String>,
    ) -> GeneratedFiles {
        let image = ["--image".to_owned(), self.image.clone()];
        let secrets = self.with_secrets.then(|| "--with-secrets".to_owned());
        let words = image.into_iter().chain(secrets).chain(self.config.words()).chain(own).collect::<Vec<_>>();
        GeneratedFiles::new(&origin(exported), &command(engine, exported, &words))
    }

    /// Writes the files where they go.
    pub(super) fn write(
        &self,
        files: &GeneratedFiles,
        exported: &Exported,
        surroundings: &Surroundings,
    ) -> anyhow::Result<ExitCode> {
        write(files, &self.to, exported, surroundings)
    }
}
