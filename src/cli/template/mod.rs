//! `cargo twelve template`: for those who write templates.

mod check;
mod test;

use super::ExitCode;
use super::surroundings::Surroundings;
use clap::{Args, Subcommand};

/// What a template is; docs/guide/templates.md says it at length.
const AFTER: &str = "\
Examples:
  cargo twelve template check templates/service
  cargo twelve template test templates/service --clippy

A template is a folder with a template.toml; files that end in .hbs are rendered, all others copied.

  [template]  name, version, description; requires-twelve
  [[vars]]    name; type: string, int, bool, choice, multi-choice, list, port, crate-name
              default, prompt, help, choices, when, validate
              secret = true: a string that is typed unseen and kept in no receipt
  [[files]]   path: a stored file, or a folder with / at its end; when
              to: where the file goes, where its own name does not say it";

/// For template authors: look a template through, or try it
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
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
