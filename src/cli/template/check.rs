//! `cargo twelve template check PATH`: faults of a template, without compiling anything.

use crate::cli::ExitCode;
use crate::cli::reference::Reference;
use crate::cli::surroundings::Surroundings;
use crate::report::{Audience, Counted, Printable, data};
use crate::scaffold::{Network, examine};
use clap::Args;
use serde_json::json;

/// Look a template through: names, quotes, and whether its files can be read, for every two answers together
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve template check ./templates/mine")]
pub(super) struct Arguments {
    /// The template: a folder, a built-in name, or the address of a repository
    #[arg(value_name = "TEMPLATE", default_value = ".")]
    template: String,

    #[command(flatten)]
    reference: Reference,
}

pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let template = arguments.reference.source(&arguments.template, surroundings)?.read(Network::Unattended)?;
    let examination = examine(&template)?;
    match surroundings.reporter.audience() {
        Audience::Json => {
            let faults = examination.faults.iter().map(|fault| json!({ "place": fault.place, "reason": fault.reason }));
            data::document(&json!({
                "format": 1,
                "template": template.name(),
                "version": template.version().to_string(),
                "tried": examination.tried,
                "faults": faults.collect::<Vec<_>>(),
            }))?;
        }
        Audience::Human => {
            let lines = examination.faults.iter();
            let lines: String =
                lines.map(|fault| format!("{}: {}\n", Printable(&fault.place), Printable(&fault.reason))).collect();
            let count = match examination.faults.len() {
                0 => "no fault".to_owned(),
                count => Counted(count, "fault").to_string(),
            };
            data::text(&format!("{lines}{count} in {} of answers\n", Counted(examination.tried, "set")))?;
        }
    }
    Ok(if examination.faults.is_empty() { ExitCode::Done } else { ExitCode::Findings })
}
