//! `cargo twelve update`: brings a scaffolded project up to its template's newer version, or to other answers.

mod document;
mod words;

use super::ExitCode;
use super::failure::UsageError;
use super::surroundings::Surroundings;
use super::template_options::{Reference, Replies};
use crate::codebase::remote_tree::Wanted;
use crate::codebase::uncommitted;
use crate::report::{Audience, data};
use crate::scaffold::{Error, Plan, RECEIPT, Receipt, Source, Template, Update, Workspace};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    let plan = arguments.plan(&template, &receipt, &project, surroundings)?;
    let label = format!("{} {}", template.name(), template.version());
    let update = Update::plan(&project, &receipt.base(&project)?, &plan, &label)?;
    if !arguments.dry_run {
        arguments.refuse_uncommitted(&project, &update)?;
        update.apply()?;
    }
    match surroundings.reporter.audience() {
        Audience::Json => data::document(&document::of(&project, &receipt, &template, &update, arguments.dry_run))?,
        Audience::Human if arguments.dry_run => data::text(&words::plan(&update))?,
        Audience::Human => {
            words::events(&receipt, &template, &update).iter().for_each(|event| surroundings.reporter.tell(event));
        }
    }
    if update.has_conflicts() || arguments.verify && !compiles(&project, surroundings)? {
        return Ok(ExitCode::Findings);
    }
    Ok(ExitCode::Done)
}

impl Arguments {
    /// The folder with the receipt: the one that was named, else the nearest from here upwards.
    fn project(&self, surroundings: &Surroundings) -> PathBuf {
        match &self.path {
            Some(path) => surroundings.resolve(path),
            None => {
                let folders = surroundings.directory.ancestors();
                let found = folders.into_iter().find(|folder| folder.join(RECEIPT).is_file());
                found.unwrap_or(&surroundings.directory).to_owned()
            }
        }
    }

    fn template(&self, receipt: &Receipt, surroundings: &Surroundings) -> anyhow::Result<Template> {
        let known = receipt.template.source();
        let source = match (&self.template, known) {
            (Some(template), _) => self.reference.source(template, surroundings)?,
            (None, Source::Git { url, subfolder, .. }) if self.reference.is_given() => {
                let Source::Git { wanted, .. } = self.reference.source(&url, surroundings)? else {
                    return Err(UsageError { message: format!("`{url}` is no repository"), hint: None }.into());
                };
                Source::Git { url, wanted, subfolder }
            }
            (None, known) if self.reference.is_given() => {
                let message = "the project's template is in no repository".to_owned();
                let hint = format!("name one with `--template ADDRESS`; it was {}", words::place(&known));
                return Err(UsageError { message, hint: Some(hint) }.into());
            }
            (None, Source::Git { url, wanted: Wanted::Tag(_), subfolder }) => {
                let attended = self.replies.network(surroundings);
                Source::newest_tag(&url, &subfolder, attended)?
            }
            (None, Source::Git { wanted: wanted @ Wanted::Revision(_), .. }) => {
                return Err(Error::Pinned { wanted: wanted.to_string() }.into());
            }
            (None, known) => known,
        };
        let template = source.read(self.replies.network(surroundings))?;
        let (found, known) = (template.version().clone(), receipt.template.version.clone());
        if found < known && !self.older {
            return Err(Error::Older { found, known }.into());
        }
        Ok(template)
    }

    /// What the template makes now, of the answers of then and those that are given now.
    fn plan(
        &self,
        template: &Template,
        receipt: &Receipt,
        project: &Path,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Plan> {
        let (typed, others): (Vec<_>, Vec<_>) =
            self.replies.offers(surroundings)?.into_iter().partition(|offer| offer.origin.is_meant_for_this());
        let offers: Vec<_> = typed.into_iter().chain(receipt.offers()?).chain(others).collect();
        let folder = project.file_name().unwrap_or_default().to_string_lossy();
        let answers = self.replies.gather(template, &offers, &folder, surroundings)?;
        let workspace = if receipt.member { Workspace::above(project)? } else { None };
        let plan = Plan::new(template, &answers)?;
        let plan = workspace.iter().try_fold(plan, |plan, workspace| workspace.inherited(plan))?;
        Ok(plan.with_receipt(template, &answers)?)
    }

    /// What is in no commit cannot be had back.
    fn refuse_uncommitted(&self, project: &Path, update: &Update) -> anyhow::Result<()> {
        let changes: Vec<&Path> = update.changes().map(|file| file.path.as_path()).collect();
        let paths = if self.allow_dirty { Vec::new() } else { uncommitted(project, &changes)? };
        if paths.is_empty() { Ok(()) } else { Err(Error::Uncommitted { paths }.into()) }
    }
}

/// Whether cargo compiles the project; what it says goes where it always does.
fn compiles(project: &Path, surroundings: &Surroundings) -> anyhow::Result<bool> {
    let cargo = surroundings.variable("CARGO").unwrap_or("cargo".as_ref());
    let mut command = Command::new(cargo);
    command.args(["check", "--all-targets"]).current_dir(project);
    if surroundings.reporter.audience() == Audience::Json {
        command.stdout(std::process::Stdio::null());
    }
    let status = command.status().map_err(|cause| anyhow::anyhow!("`cargo` cannot be started: {cause}"))?;
    Ok(status.success())
}
