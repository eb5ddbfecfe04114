//! `cargo twelve new PATH`: a new service from a template, as a codebase with its first commit.

mod document;
mod words;

use super::ExitCode;
use super::failure::UsageError;
use super::surroundings::Surroundings;
use super::template_options::{Reference, Replies};
use crate::codebase::first_commit::Author;
use crate::report::{Audience, Printable, data};
use crate::scaffold::{Answers, Git, Offer, Plan, Project, Template, Workspace};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Whose repository the project becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Vcs {
    /// A git repository with a first commit
    Git,
    /// No repository
    None,
}

/// Make a new service from a template
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve new shop --set port=8080")]
pub(crate) struct Arguments {
    /// Where to make it: a folder that is not there yet, or an empty one
    path: PathBuf,

    /// The template: `web`, `web-postgres`, `worker`, a folder, or the address of a git repository
    #[arg(long, value_name = "TEMPLATE", default_value = "web")]
    template: String,

    #[command(flatten)]
    reference: Reference,

    /// The name of the service [default: the last part of PATH]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    replies: Replies,

    /// Whether to make a repository and a first commit
    #[arg(long, value_enum, default_value_t = Vcs::Git)]
    vcs: Vcs,

    /// Print what would be made, and make nothing
    #[arg(long)]
    dry_run: bool,
}

/// Makes the project, or prints what it would be.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let source = arguments.reference.source(&arguments.template, surroundings)?;
    let template = source.read(arguments.replies.network(surroundings))?;
    let folder = arguments.folder(surroundings)?;
    let project = Project::at(&folder)?;
    let answers = arguments.answers(&template, &folder, surroundings)?;
    let workspace = Workspace::above(&folder)?;
    let plan = Plan::new(&template, &answers)?;
    let plan = workspace.iter().try_fold(plan, |plan, workspace| workspace.inherited(plan))?;
    let plan = plan.with_receipt(&template, &answers)?;
    let repository = match arguments.dry_run {
        true => None,
        false => {
            let repository = project.create(&plan, &arguments.git(&template, surroundings))?;
            workspace.iter().try_for_each(Workspace::add_member).inspect_err(|_| project.remove())?;
            Some(repository)
        }
    };
    match (surroundings.reporter.audience(), &repository) {
        (Audience::Json, _) => {
            data::document(&document::of(&folder, &template, &plan, repository.as_ref(), workspace.as_ref()))?
        }
        (Audience::Human, None) => data::text(&words::plan(&plan, workspace.as_ref()))?,
        (Audience::Human, Some(repository)) => {
            for event in words::events(&arguments.path, &template, &plan, repository, workspace.as_ref()) {
                surroundings.reporter.tell(&event);
            }
        }
    }
    Ok(ExitCode::Done)
}

impl Arguments {
    /// The folder with its real name: `new .` is in a folder that has one.
    fn folder(&self, surroundings: &Surroundings) -> anyhow::Result<PathBuf> {
        let typed = surroundings.resolve(&self.path);
        let folder = if typed.is_symlink() { typed } else { typed.canonicalize().unwrap_or(typed) };
        if folder.file_name().is_none() {
            let path = Printable(self.path.to_string_lossy());
            return Err(UsageError { message: format!("`{path}` names no folder"), hint: None }.into());
        }
        Ok(folder)
    }

    fn answers(&self, template: &Template, folder: &Path, surroundings: &Surroundings) -> anyhow::Result<Answers> {
        let named = self.name.iter().map(|name| Offer::flag("name", name));
        let offers: Vec<Offer> = named.chain(self.replies.offers(surroundings)?).collect();
        let last = folder.file_name().unwrap_or_default().to_string_lossy();
        self.replies.gather(template, &offers, &last, surroundings)
    }

    fn git(&self, template: &Template, surroundings: &Surroundings) -> Git {
        if self.vcs == Vcs::None {
            return Git::None;
        }
        let author = Author {
            name: surroundings.text("GIT_AUTHOR_NAME").map(str::to_owned),
            email: surroundings.text("GIT_AUTHOR_EMAIL").map(str::to_owned),
            seconds: surroundings.now().as_second(),
        };
        Git::Init { author, message: format!("Start from the template {} {}", template.name(), template.version()) }
    }
}
