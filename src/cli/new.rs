//! `cargo twelve new PATH`: a new service from a template, as a codebase with its first commit.

mod document;
mod words;

use super::ExitCode;
use super::reference::Reference;
use super::replies::Replies;
use super::surroundings::Surroundings;
use crate::codebase::first_commit::Author;
use crate::report::{Audience, data};
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
    let folder = arguments.folder(surroundings);
    let project = Project::at(&folder)?;
    let answers = arguments.answers(&template, &folder, surroundings)?;
    let workspace = Workspace::above(&folder)?;
    let plan = Plan::whole(&template, &answers, workspace.as_ref())?;
    let git = arguments.git(&template, surroundings);
    let repository = (!arguments.dry_run).then(|| project.create(&plan, &git, workspace.as_ref())).transpose()?;
    match (surroundings.reporter.audience(), &repository) {
        (Audience::Json, _) => {
            let fate = repository.as_ref().map_or_else(|| project.fate(&git), |made| Ok(made.fate()))?;
            let made = repository.as_ref();
            data::document(&document::of(&folder, (&template, &plan), fate, made, workspace.as_ref()))?
        }
        (Audience::Human, None) => data::text(&words::plan(&plan, workspace.as_ref()))?,
        (Audience::Human, Some(repository)) => {
            let events = words::events((&arguments.path, &folder), &template, &plan, repository, workspace.as_ref());
            events.iter().for_each(|event| surroundings.reporter.tell(event));
        }
    }
    Ok(ExitCode::Done)
}

impl Arguments {
    /// The folder with its real name: `new .` is in a folder that has one.
    fn folder(&self, surroundings: &Surroundings) -> PathBuf {
        let typed = surroundings.resolve(&self.path);
        if typed.is_symlink() { typed } else { typed.canonicalize().unwrap_or(typed) }
    }

    fn answers(&self, template: &Template, folder: &Path, surroundings: &Surroundings) -> anyhow::Result<Answers> {
        let named = self.name.iter().map(|name| Offer::flag("name", name));
        let offers: Vec<Offer> = named.chain(self.replies.offers(surroundings)?).collect();
        self.replies.gather(template, &offers, folder, surroundings)
    }

    fn git(&self, template: &Template, surroundings: &Surroundings) -> Git {
        let text = |name| surroundings.text(name).map(str::to_owned);
        let (name, email) = (text("GIT_AUTHOR_NAME"), text("GIT_AUTHOR_EMAIL"));
        match self.vcs {
            Vcs::None => Git::None,
            Vcs::Git => Git::started(Author { name, email, seconds: surroundings.now().as_second() }, template),
        }
    }
}
