//! One program, a subcommand for each thing that can run: processes and admin processes alike.

mod config;
mod http;
mod logs;
mod serve;
mod shutdown;

use std::error::Error;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{Config, Release};

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests until told to stop
    Serve {
        #[command(flatten)]
        config: Config,
        #[command(flatten)]
        release: Release,
    },
    /// Check the config and print it as JSON, without the secrets
    CheckConfig {
        #[command(flatten)]
        config: Config,
    },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.command {
        Command::Serve { config, release } => serve::run(config, release)?,
        Command::CheckConfig { config: _ } => config::print(&matches)?,
    }
    Ok(())
}
