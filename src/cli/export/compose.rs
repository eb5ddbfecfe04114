//! `cargo twelve export compose`: a Compose file for a laptop.

use super::image_options::ImageOptions;
use super::release::{ConfigOptions, ReleaseOptions, command, config, origin};
use super::written::write;
use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::config::{self as configured, Typed};
use crate::export::compose::{Attachment, Attachments, ComposeExport, compose};
use crate::export::{GeneratedFiles, SecretValues};
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A Compose file for local use, with the backing services that the contract names
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo twelve export compose --release-id v42 --image localhost/shop --service DATABASE_URL=postgres:16 \\
    --env-file .env --with-secrets --to compose
  cd compose && podman-compose up -d
  podman-compose --profile admin run --rm admin.migrate

A service's version is asked for here, or once and for all by `version = \"16\"` beside the variable's `type`. Without
`--with-secrets` no value of a secret is in a file: Compose takes them from its environment.")]
pub(super) struct Arguments {
    #[command(flatten)]
    release: ReleaseOptions,

    #[command(flatten)]
    config: ConfigOptions,

    #[command(flatten)]
    image: ImageOptions,

    /// Make the backing service that a variable names, from this image
    #[arg(long = "service", value_name = "VARIABLE=IMAGE")]
    services: Vec<String>,

    /// Where to write it: a folder of its own
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Writes it.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let image = arguments.image.image()?;
    let wanted = arguments.services.iter().map(|one| one.parse()).collect::<Result<Vec<Attachment>, _>>()?;
    let files = arguments.config.read(surroundings)?;
    let exported = arguments.config.exported_unchecked(arguments.release.find(surroundings)?, &files)?;
    let given = |name: &str| configured::find(name, &Typed::default(), &BTreeMap::new(), &files).is_some();
    let attachments = Attachments::of(exported.declaration(), &wanted, given)?;
    let secrets = arguments.image.secrets();
    let known = |one: &configured::Variable| !one.secret || secrets == SecretValues::Written;
    let config = config(&exported, &files, |one| known(one) && !attachments.has(&one.name), surroundings)?;
    let export = ComposeExport { image: &image, config: &config, attachments: &attachments, secrets };
    let generated = GeneratedFiles::new(&origin(&exported), &command("compose", &exported, &arguments.words()));
    write(&compose(&exported, &export, generated)?, &arguments.to, &exported, surroundings)
}

impl Arguments {
    fn words(&self) -> Vec<String> {
        let services = self.services.iter().flat_map(|one| ["--service".to_owned(), one.clone()]);
        self.image.words().into_iter().chain(self.config.words()).chain(services).collect()
    }
}
