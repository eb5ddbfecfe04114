//! `cargo twelve env check`: everything that `run` would say of env files, without running anything.

use super::contract_options::ContractOptions;
use crate::app::Offer;
use crate::cli::ExitCode;
use crate::cli::env_files::read_files;
use crate::cli::surroundings::Surroundings;
use crate::config::{Checked, Typed};
use crate::report::{Audience, Counted, data};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Check env files: their grammar, the contract, names that nobody declares
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve env check --release-id v42 --env-file prod.env

Exit code: 65 where a file has no single meaning, 78 where the contract is not met, 1 where a name is not declared.")]
pub(super) struct Arguments {
    #[command(flatten)]
    contract: ContractOptions,

    /// A file of NAME=value lines; a later one wins
    #[arg(long = "env-file", value_name = "FILE", required = true)]
    env_files: Vec<PathBuf>,

    /// Take variables also from the environment, as `run` does
    #[arg(long)]
    environment: bool,

    /// Fail also where another reader would differ, or others can read a file
    #[arg(long)]
    strict: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    code: u8,
    #[serde(flatten)]
    checked: &'a Checked,
}

/// Checks them.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (declaration, _) = arguments.contract.declaration(surroundings)?;
    let files = read_files(&arguments.env_files, surroundings)?;
    let (empty, typed) = (BTreeMap::new(), Typed::default());
    let environment = if arguments.environment { &surroundings.environment } else { &empty };
    let offer = Offer { environment, typed: &typed, files: &files };
    let config = declaration.config(&offer, &|path| std::fs::read(path));
    let checked = Checked::of(&files, declaration.contract.as_ref(), config)?;
    let strictly = arguments.strict && (checked.warnings() > 0 || !checked.exposed.is_empty());
    let code = match () {
        () if checked.is_malformed() => ExitCode::Data,
        () if !checked.violations.is_empty() => ExitCode::Config,
        () if strictly || !checked.undeclared.is_empty() => ExitCode::Findings,
        () => ExitCode::Done,
    };
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&Document { format: 1, code: code.into(), checked: &checked })?,
        Audience::Human => data::styled(&page(&checked))?,
    }
    Ok(code)
}

fn page(checked: &Checked) -> String {
    let mut text = String::new();
    for file in &checked.files {
        file.findings.iter().for_each(|finding| text += &format!("{}\n\n", finding.draw(&file.file)));
    }
    checked.violations.iter().for_each(|violation| text += &format!("error: {violation}\n"));
    checked.not_here.iter().for_each(|one| text += &format!("warning: {one}: it cannot be checked on this machine\n"));
    for notice in &checked.undeclared {
        let hint = notice.hint().map(|hint| format!(": {hint}")).unwrap_or_default();
        text += &format!("error: {notice}{hint}\n");
    }
    for file in &checked.exposed {
        text += &format!("warning: everybody on this machine can read or change `{file}`: `chmod 600 {file}`\n");
    }
    let names: Vec<String> = checked.files.iter().map(|file| format!("`{}`", file.file)).collect();
    let verdict = match () {
        () if checked.is_malformed() => "no single meaning; write each line as the help under it says".to_owned(),
        () if !checked.violations.is_empty() => "the contract is not met".to_owned(),
        () if !checked.undeclared.is_empty() => {
            "the contract is met, and names are given that nobody declares".to_owned()
        }
        () => format!("the contract is met: {}", Counted(checked.variables, "variable")),
    };
    text + &format!("{}: {verdict}\n", names.join(", "))
}
