//! `cargo twelve env diff A B...`: env files side by side, by variable.

use super::contract_options::ContractOptions;
use crate::cli::ExitCode;
use crate::cli::env_files::read_files;
use crate::cli::surroundings::Surroundings;
use crate::config::{Cell, Parity, Severity};
use crate::report::{Audience, Table, data};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Compare the env files of several deploys: a table, and what is not as it should be
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve env diff staging.env production.env

No secret is shown; in a row, `#1` and `#1` are the same value, `#1` and `#2` are not. Exit code: 1 where there are errors.")]
pub(super) struct Arguments {
    #[command(flatten)]
    contract: ContractOptions,

    /// The files, one a deploy
    #[arg(value_name = "FILE", required = true, num_args = 2..)]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    files: &'a [String],
    variables: Vec<Row<'a>>,
    findings: &'a [crate::config::Discrepancy],
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    cells: &'a [Cell],
}

/// Compares them.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (declaration, _) = arguments.contract.declaration(surroundings)?;
    let contract = ContractOptions::contract(&declaration)?;
    let files = read_files(&arguments.files, surroundings)?;
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|cause| anyhow::anyhow!("the machine has no randomness: {cause}"))?;
    let parity = Parity::of(&files, contract, &declaration.names_told(), key)?;
    match surroundings.reporter.audience() {
        Audience::Json => {
            let variables = parity.rows.iter().map(|(name, cells)| Row { name, cells }).collect();
            let findings = &parity.discrepancies;
            data::document(&Document { format: 1, files: &parity.files, variables, findings })?;
        }
        Audience::Human => data::text(&page(&parity))?,
    }
    Ok(if parity.has_errors() { ExitCode::Findings } else { ExitCode::Done })
}

fn page(parity: &Parity) -> String {
    let mut table = Table::without_heading();
    table.cells(std::iter::once("VARIABLE".to_owned()).chain(parity.files.iter().cloned()));
    for (name, cells) in &parity.rows {
        table.cells(std::iter::once(name.clone()).chain(cells.iter().map(in_words)));
    }
    let mut text = table.to_string();
    if !parity.discrepancies.is_empty() {
        text.push('\n');
    }
    for one in &parity.discrepancies {
        let severity = if one.severity == Severity::Error { "error" } else { "warning" };
        text += &format!("{severity}: `{}` {}\n", one.about, one.text);
    }
    text
}

fn in_words(cell: &Cell) -> String {
    match cell {
        Cell::Absent => "-".to_owned(),
        Cell::Missing => "missing".to_owned(),
        Cell::Default { value } => format!("{value} (default)"),
        Cell::Shown { value } => value.clone(),
        Cell::Hidden { group } => format!("#{group}"),
        Cell::File => "in a file".to_owned(),
        Cell::Invalid => "invalid".to_owned(),
    }
}
