//! `cargo twelve export compose`: a Compose file for a laptop.

use super::container_options::ContainerOptions;
use super::release::config;
use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::config::{self as configured, Typed};
use crate::export::SecretValues;
use crate::export::compose::{Attachment, Attachments, ComposeExport, compose};
use clap::Args;
use std::collections::BTreeMap;

/// A Compose file for local use, with the backing services that the contract names
#[derive(Debug, Args)]
#[command(
    override_usage = "cargo twelve export compose --release-id <RELEASE> --image <IMAGE>\n           \
                      --to <DIR> [OPTIONS]",
    after_help = "Example:
  cargo twelve export compose --release-id v42 --image localhost/shop \\
    --service DATABASE_URL=postgres:16 --env-file .env --with-secrets \\
    --to compose
  cd compose && podman-compose up -d
  podman-compose --profile admin run --rm admin.migrate

A service's version is asked for here, or once and for all by `version = \"16\"` beside the variable's `type`. Without
`--with-secrets` no value of a secret is in a file: Compose takes them from its environment."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    container: ContainerOptions,

    /// Make the backing service that a variable names, from this image
    #[arg(long = "service", value_name = "VARIABLE=IMAGE")]
    services: Vec<String>,
}

/// Writes it.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (container, services) = (&arguments.container, &arguments.services);
    let image = container.image()?;
    let wanted = services.iter().map(|one| one.parse()).collect::<Result<Vec<Attachment>, _>>()?;
    let files = container.config.read(surroundings)?;
    let exported = container.exported(&files, surroundings)?;
    let given = |name: &str| configured::find(name, &Typed::default(), &BTreeMap::new(), &files).is_some();
    let attachments = Attachments::of(exported.declaration(), &wanted, given)?;
    let secrets = container.secrets();
    let known = |one: &configured::Variable| !one.secret || secrets == SecretValues::Written;
    let config = config(&exported, &files, |one| known(one) && !attachments.has(&one.name), surroundings)?;
    let export = ComposeExport { image: &image, config: &config, attachments: &attachments, secrets };
    let own = services.iter().flat_map(|one| ["--service".to_owned(), one.clone()]);
    let generated = container.generated("compose", &exported, own);
    container.write(&compose(&exported, &export, generated)?, &exported, surroundings)
}
