//! `cargo twelve template`: for those who write templates.

mod check;
mod test;

use super::ExitCode;
use super::surroundings::Surroundings;
use clap::{Args, Subcommand};

/// For template authors: look a template through, or try it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve template check templates/service
  cargo twelve template test templates/service")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Test(test::Arguments),
}

/// Runs the one that was named.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::Check(arguments) => check::exec(arguments, surroundings),
        Command::Test(arguments) => test::exec(arguments, surroundings),
    }
}
