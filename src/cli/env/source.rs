//! `cargo twelve env source`: what the source reads of the environment, and how that compares with the contract.

use crate::check::{Facts, How, Readings, Request};
use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::report::{Audience, Table, data};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// What the source reads of the environment: read but not declared, declared but not read, baked in
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve env source

Exit code: 1 where a variable is read and not declared, declared and read nowhere, or baked into the program.")]
pub(super) struct Arguments {
    /// The app's folder [default: the working directory]
    path: Option<PathBuf>,

    /// The package, where several could be meant
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    #[serde(flatten)]
    readings: &'a Readings,
}

/// Reads the source, and says what it reads.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let folder = arguments.path.as_ref().map(|path| surroundings.resolve(path));
    let folder = folder.unwrap_or_else(|| surroundings.directory.clone());
    let facts = Facts::gather(Request { folder, package: arguments.package.clone(), ..Request::default() })?;
    let readings = facts.readings();
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&Document { format: 1, readings })?,
        Audience::Human => data::text(&page(readings))?,
    }
    Ok(if readings.has_findings() { ExitCode::Findings } else { ExitCode::Done })
}

fn page(readings: &Readings) -> String {
    let mut table = Table::without_heading();
    for reading in &readings.all {
        table.row([reading.place(), reading.how.to_string()]);
    }
    let mut text = table.to_string();
    for one in &readings.undeclared {
        text += &format!("\nerror: `{}` is read and not declared ({})\n", one.name, one.places.join(", "));
        text += "hint: add to twelve.toml:\n";
        one.lines.lines().for_each(|line| text += &format!("  {line}\n"));
    }
    for name in &readings.unread {
        text += &format!("\nerror: `{name}` is declared, and nothing reads it\n");
    }
    for name in &readings.maybe_unread {
        text += &format!(
            "\nnote: `{name}` is declared, and nothing reads it by name; what may read any name may read it\n"
        );
    }
    for reading in readings.all.iter().filter(|one| matches!(one.how, How::BakedIn { .. })) {
        text += &format!("\nerror: {} {}\nhint: read it with `std::env::var`\n", reading.place(), reading.how);
    }
    if readings.all.is_empty() {
        text += "nothing that is known to read the environment was found\n";
    }
    text
}
