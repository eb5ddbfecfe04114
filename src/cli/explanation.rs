//! `run --explain`: where every variable of every process comes from. It is read off the very environments that
//! processes would be started with, and holds no value.

use super::surroundings::Surroundings;
use crate::config::{Contract, Standing, VariableType};
use crate::report::{Audience, Table, data};
use crate::run::{Giver, Supervised};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    release: &'a str,
    processes: Vec<Explained<'a>>,
}

#[derive(Serialize)]
struct Explained<'a> {
    process: &'a str,
    variables: Vec<Row>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Row {
    name: String,
    source: String,
    standing: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<VariableType>,
    secret: bool,
}

/// Prints it; processes with the same variables from the same places stand together.
pub(super) fn explain(
    release: &str,
    planned: &[Supervised],
    contract: Option<&Contract>,
    surroundings: &Surroundings,
) -> anyhow::Result<u8> {
    let processes: Vec<Explained<'_>> = planned.iter().map(|one| explained(one, contract)).collect();
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&Document { format: 1, release, processes })?,
        Audience::Human => data::text(&page(&processes))?,
    }
    Ok(0)
}

fn explained<'a>(planned: &'a Supervised, contract: Option<&Contract>) -> Explained<'a> {
    let givers = planned.process.environment.givers();
    let variables = givers.map(|(name, giver)| row(name.to_string_lossy().into_owned(), giver, contract)).collect();
    Explained { process: &planned.process.name, variables }
}

fn row(name: String, giver: &Giver, contract: Option<&Contract>) -> Row {
    let standing = match giver {
        Giver::Inherited => "inherited",
        Giver::Base | Giver::BaseDefault => "base",
        Giver::Told => "told",
        Giver::Config { standing: Standing::Declared, .. } => "declared",
        Giver::Config { standing: Standing::Passthrough, .. } => "passthrough",
        Giver::Config { standing: Standing::Typed, .. } => "typed",
        Giver::Config { standing: Standing::NoContract, .. } => "no-contract",
    };
    let declared = contract.and_then(|contract| contract.variable(&name));
    let secret = declared.is_some_and(|variable| variable.secret);
    Row { source: giver.to_string(), standing, kind: declared.map(|variable| variable.kind), secret, name }
}

fn page(processes: &[Explained<'_>]) -> String {
    processes
        .chunk_by(|one, next| one.variables == next.variables)
        .filter_map(|alike| {
            let names: Vec<&str> = alike.iter().map(|one| one.process).collect();
            let mut table = Table::without_heading();
            for one in &alike.first()?.variables {
                let secret = if one.secret { "secret" } else { "" };
                table.row([format!("  {}", one.name), one.source.clone(), one.standing.to_owned(), secret.to_owned()]);
            }
            Some(format!("{}\n{table}", names.join(", ")))
        })
        .collect::<Vec<_>>()
        .join("\n")
}
