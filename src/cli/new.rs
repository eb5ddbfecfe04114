//! `cargo twelve new PATH`: a new service from a template, as a codebase with its first commit.

mod document;
mod words;

use super::ExitCode;
use super::failure::UsageError;
use super::surroundings::Surroundings;
use crate::codebase::first_commit::Author;
use crate::report::{Audience, Printable, data};
use crate::scaffold::{Answers, Asking, Git, Plan, Project, Template, ask};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
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

    /// The template
    #[arg(long, value_name = "NAME", default_value = "web")]
    template: String,

    /// The name of the service [default: the last part of PATH]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Answer a question of the template; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,

    /// Whether to make a repository and a first commit
    #[arg(long, value_enum, default_value_t = Vcs::Git)]
    vcs: Vcs,

    /// Ask nothing: take defaults, and fail where there is none
    #[arg(long)]
    no_input: bool,

    /// Print what would be made, and make nothing
    #[arg(long)]
    dry_run: bool,
}

/// Makes the project, or prints what it would be.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let template = Template::built_in(&arguments.template)?;
    let folder = arguments.folder(surroundings)?;
    let project = Project::at(&folder)?;
    let answers = arguments.answers(&template, &folder, surroundings)?;
    let plan = Plan::new(&template, &answers)?;
    let repository = match arguments.dry_run {
        true => None,
        false => Some(project.create(&plan, &arguments.git(&template, surroundings))?),
    };
    match (surroundings.reporter.audience(), &repository) {
        (Audience::Json, _) => data::document(&document::of(&folder, &template, &plan, repository.as_ref()))?,
        (Audience::Human, None) => data::text(&words::plan(&plan))?,
        (Audience::Human, Some(repository)) => {
            for event in words::events(&arguments.path, &template, &plan, repository) {
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
        let named = self.name.iter().map(|name| ("name".to_owned(), name.clone()));
        let given: Vec<_> = named.chain(self.set.iter().cloned()).collect();
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let somebody = terminal && surroundings.variable("CI").is_none() && !self.no_input;
        let mut ask = ask;
        let asking = if somebody { Asking::With(&mut ask) } else { Asking::Never };
        let last = folder.file_name().unwrap_or_default().to_string_lossy();
        Ok(Answers::gather(template, &given, &last, asking)?)
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

fn key_and_value(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
