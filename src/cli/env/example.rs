//! `cargo twelve env example`: the contract as an example file, and as a table for the documentation.

use super::contract_options::ContractOptions;
use crate::cli::ExitCode;
use crate::cli::failure::UsageError;
use crate::cli::surroundings::Surroundings;
use crate::config::{create_or_same, example_file, replace, variable_table};
use crate::report::{Audience, data};
use clap::Args;
use serde::Serialize;

/// Write `.env.example` from the contract, and print the contract as a Markdown table
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve env example > docs/config.md")]
pub(super) struct Arguments {
    #[command(flatten)]
    contract: ContractOptions,

    /// Write nothing; fail where `.env.example` is not what would be written
    #[arg(long, conflicts_with = "force")]
    check: bool,

    /// Replace an `.env.example` that says something else
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    file: String,
    example: &'a str,
    table: &'a str,
}

/// Writes and prints them.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (declaration, folder) = arguments.contract.declaration(surroundings)?;
    let contract = ContractOptions::contract(&declaration)?;
    let (example, table) = (example_file(contract), variable_table(contract));
    let path = folder.unwrap_or_else(|| surroundings.directory.clone()).join(".env.example");
    let name = path.strip_prefix(&surroundings.directory).unwrap_or(&path).to_string_lossy().into_owned();
    if arguments.check {
        let same = std::fs::read(&path).is_ok_and(|standing| standing == example.as_bytes());
        if !same {
            let message = format!("`{name}` is not what the contract says");
            let hint = "`cargo twelve env example --force` writes it".to_owned();
            return Err(UsageError { message, hint }.into());
        }
    } else if arguments.force && path.exists() {
        replace(&path, &name, example.as_bytes())?;
    } else {
        create_or_same(&path, &name, example.as_bytes())?;
    }
    match surroundings.reporter.audience() {
        Audience::Json => {
            data::document(&Document { format: 1, file: name, example: &example, table: &table })?;
        }
        Audience::Human => data::text(&table)?,
    }
    Ok(ExitCode::Done)
}
