//! `cargo twelve env`: env files and the contract, apart from any process.

mod check;
mod contract_options;
mod diff;
mod example;
mod export;
mod fmt;
#[cfg(feature = "check")]
mod source;

use super::ExitCode;
use super::surroundings::Surroundings;
use clap::{Args, Subcommand};

/// Env files and the contract: check, format, compare, document, export
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve env check --env-file prod.env
  cargo twelve env diff staging.env prod.env")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Diff(diff::Arguments),
    Example(example::Arguments),
    Export(export::Arguments),
    Fmt(fmt::Arguments),
    #[cfg(feature = "check")]
    Source(source::Arguments),
}

/// Does one of them.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Check(arguments) => check::exec(arguments, surroundings),
        Command::Diff(arguments) => diff::exec(arguments, surroundings),
        Command::Example(arguments) => example::exec(arguments, surroundings),
        Command::Export(arguments) => export::exec(arguments, surroundings),
        Command::Fmt(arguments) => fmt::exec(arguments, surroundings),
        #[cfg(feature = "check")]
        Command::Source(arguments) => source::exec(arguments, surroundings),
    }
}
