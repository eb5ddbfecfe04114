//! `cargo twelve update`: brings a scaffolded project up to its template's newer version, or to other answers.

mod document;
mod words;

use super::ExitCode;
use super::reference::Reference;
use super::replies::Replies;
use super::surroundings::Surroundings;
use crate::report::{Audience, data};
use crate::scaffold::{Receipt, Template, Update, compiles};
use clap::Args;
use std::path::PathBuf;

/// Bring a scaffolded project up to its template's newer version
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve update --dry-run\n         cargo twelve update --set opentelemetry=true")]
pub(crate) struct Arguments {
    /// The project [default: here or above]
    path: Option<PathBuf>,

    /// Another place of the template
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,

    #[command(flatten)]
    reference: Reference,

    #[command(flatten)]
    replies: Replies,

    /// Also go back to an older version of the template
    #[arg(long)]
    older: bool,

    /// Also change files with changes that are in no commit
    #[arg(long)]
    allow_dirty: bool,

    /// Print what would become of each file, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Compile the result
    #[arg(long, conflicts_with = "dry_run")]
    verify: bool,
}

/// Updates the project, or prints what would become of each file.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let project = arguments.project(surroundings);
    let receipt = Receipt::read(&project)?;
    let template = arguments.template(&receipt, surroundings)?;
    let offers = receipt.offers_among(arguments.replies.offers(surroundings)?)?;
    let answers = arguments.replies.gather(&template, &offers, &project, surroundings)?;
    let update = Update::of(&project, &receipt, &template, &answers)?;
    if !arguments.dry_run && !arguments.allow_dirty {
        update.refuse_uncommitted()?;
    }
    if !arguments.dry_run {
        update.apply()?;
    }
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&document::of(&project, &receipt, &template, &update, arguments.dry_run))?,
        Audience::Human if arguments.dry_run => data::text(&words::plan(&update))?,
        Audience::Human => {
            words::events(&receipt, &template, &update).iter().for_each(|event| surroundings.reporter.tell(event));
        }
    }
    if update.has_conflicts() || arguments.verify && !compiles(&project, surroundings.cargo())? {
        return Ok(ExitCode::Findings);
    }
    Ok(ExitCode::Done)
}

impl Arguments {
    /// The folder with the receipt: the one that was named, else the nearest from here upwards.
    fn project(&self, surroundings: &Surroundings) -> PathBuf {
        match &self.path {
            Some(path) => surroundings.resolve(path),
            None => Receipt::project_above(&surroundings.directory).to_owned(),
        }
    }

    fn template(&self, receipt: &Receipt, surroundings: &Surroundings) -> anyhow::Result<Template> {
        let network = self.replies.network(surroundings);
        let source = match &self.template {
            Some(template) => self.reference.source(template, surroundings)?,
            None => receipt.template.source_now(self.reference.wanted(), self.reference.subfolder(), network)?,
        };
        let template = source.read(network)?;
        if !self.older {
            receipt.template.refuse_older(&template)?;
        }
        Ok(template)
    }
}
