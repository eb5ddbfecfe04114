//! `cargo twelve init`: adopts an existing crate. The check stage surveys it, the scaffold stage writes from that.

mod document;

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::check::{self, Request, Survey};
use crate::report::{Audience, Event, ScaffoldEvent, data};
use crate::scaffold::{Addition, Adoption, Found};
use clap::Args;
use std::path::PathBuf;

/// Adopt an existing crate: write its twelve.toml from what its source shows
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve init --add env-example,workflow")]
pub(crate) struct Arguments {
    /// The crate's folder [default: the working directory]
    path: Option<PathBuf>,

    /// The package, where several could be meant
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,

    /// Also add these where they are missing: env-example, workflow
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = Addition::named, default_value = "env-example")]
    add: Vec<Addition>,

    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Writes the declaration, and says what `check` then still says.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let here =
        arguments.path.as_ref().map_or_else(|| surroundings.directory.clone(), |path| surroundings.resolve(path));
    let request = Request { folder: here.clone(), package: arguments.package.clone(), ..Request::default() };
    let survey = check::survey(request)?;
    let adoption = Adoption::plan(&survey.root, &found(&survey), &arguments.add)?;
    if !arguments.dry_run {
        adoption.write(&survey.root)?;
    }
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&document::of(&survey, &adoption, arguments.dry_run))?,
        Audience::Human => say(&survey, &adoption, arguments.dry_run, surroundings)?,
    }
    if !arguments.dry_run && surroundings.reporter.audience() == Audience::Human {
        super::check::say(&survey.root.join(&survey.folder), surroundings)?;
    }
    Ok(ExitCode::Done)
}

fn found(survey: &Survey) -> Found {
    let Survey {
        package,
        folder,
        bins,
        subcommands,
        port_option,
        dependencies,
        is_server,
        variables,
        prefixes,
        unnamed,
        root: _,
    } = survey.clone();
    Found { package, folder, bins, subcommands, port_option, dependencies, is_server, variables, prefixes, unnamed }
}

fn say(survey: &Survey, adoption: &Adoption, dry_run: bool, surroundings: &Surroundings) -> anyhow::Result<()> {
    if dry_run {
        for file in adoption.files() {
            data::text(&format!("{} {:>7} {}\n", file.mode, file.bytes.len(), file.path))?;
        }
    } else {
        let files: Vec<String> = adoption.files().iter().map(|file| format!("`{}`", file.path)).collect();
        let (package, files) = (survey.package.clone(), files.join(", "));
        surroundings.reporter.tell(&Event::Scaffold(ScaffoldEvent::Adopted { package, files }));
    }
    for path in adoption.standing() {
        surroundings.reporter.tell(&Event::note(format!("`{path}` stands already and is left as it is")));
    }
    if !survey.unnamed.is_empty() {
        let text = format!("variables are read whose names the source does not tell: {}", survey.unnamed.join(", "));
        surroundings.reporter.tell(&Event::warning_with_hint(text, "complete [config.vars] in twelve.toml by hand"));
    }
    Ok(())
}
