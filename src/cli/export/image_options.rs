//! What exporters whose engine starts an image take: the image, and what is done with secrets.

use crate::export::{ImageReference, SecretValues};
use clap::Args;

/// The image, and what is done with secrets.
#[derive(Debug, Args)]
pub(super) struct ImageOptions {
    /// The image that holds the release, as `export oci` makes it
    #[arg(long, value_name = "IMAGE")]
    image: String,

    /// Write the values of secrets into a file of its own, for its owner alone
    #[arg(long)]
    with_secrets: bool,
}

impl ImageOptions {
    /// The image.
    pub(super) fn image(&self) -> anyhow::Result<ImageReference> {
        Ok(self.image.parse()?)
    }

    /// What is done with the values of secrets.
    pub(super) fn secrets(&self) -> SecretValues {
        if self.with_secrets { SecretValues::Written } else { SecretValues::LeftOut }
    }

    /// These options as they were typed.
    pub(super) fn words(&self) -> Vec<String> {
        let image = ["--image".to_owned(), self.image.clone()];
        image.into_iter().chain(self.with_secrets.then(|| "--with-secrets".to_owned())).collect()
    }
}
