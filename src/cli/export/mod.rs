//! `cargo twelve export`: the run stage in the hands of an existing engine.

mod compose;
mod container_options;
mod expected;
mod kubernetes;
mod oci;
mod release;
mod systemd;
mod written;

use super::ExitCode;
use super::surroundings::Surroundings;
use clap::{Args, Subcommand};

/// Hand a release to an existing engine: the files by which it runs it
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo twelve export systemd --release-id v42 --env-file prod.env --to units")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Compose(compose::Arguments),
    Kubernetes(kubernetes::Arguments),
    Oci(oci::Arguments),
    Systemd(systemd::Arguments),
}

/// Does one of them.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Compose(arguments) => compose::exec(arguments, surroundings),
        Command::Kubernetes(arguments) => kubernetes::exec(arguments, surroundings),
        Command::Oci(arguments) => oci::exec(arguments, surroundings),
        Command::Systemd(arguments) => systemd::exec(arguments, surroundings),
    }
}
