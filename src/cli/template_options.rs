//! Which template is meant, and what is answered to its questions: for every command that makes something from one.

use super::surroundings::Surroundings;
use crate::codebase::remote_tree::Wanted;
use crate::scaffold::{Answers, Asking, Network, Offer, Origin, Source, Template, ask};
use clap::Args;
use std::io::IsTerminal;
use std::path::PathBuf;

/// What of a repository is meant.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Reference {
    /// A tag of the template's repository
    #[arg(long, value_name = "NAME", group = "wanted")]
    tag: Option<String>,

    /// A branch of it
    #[arg(long, value_name = "NAME", group = "wanted")]
    branch: Option<String>,

    /// A commit of it
    #[arg(long, value_name = "ID", group = "wanted")]
    rev: Option<String>,

    /// The folder of it that holds the template
    #[arg(long, value_name = "PATH")]
    subfolder: Option<String>,
}

/// Answers to questions, and whether any are put.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Replies {
    /// Answer a question of the template; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) set: Vec<(String, String)>,

    /// Take answers from a TOML file; may be repeated, the first that answers holds
    #[arg(long, value_name = "FILE")]
    answers: Vec<PathBuf>,

    /// Ask nothing: take defaults, and fail where there is none
    #[arg(long)]
    no_input: bool,
}

impl Reference {
    /// What of the repository is wanted.
    pub(crate) fn wanted(&self) -> Wanted {
        match (&self.tag, &self.branch, &self.rev) {
            (Some(name), ..) => Wanted::Tag(name.clone()),
            (_, Some(name), _) => Wanted::Branch(name.clone()),
            (.., Some(name)) => Wanted::Revision(name.clone()),
            _ => Wanted::Head,
        }
    }

    /// Whether anything was said.
    pub(crate) fn is_given(&self) -> bool {
        self.wanted() != Wanted::Head || self.subfolder.is_some()
    }

    /// The template of this name, folder or address.
    pub(crate) fn source(&self, template: &str, surroundings: &Surroundings) -> anyhow::Result<Source> {
        let subfolder = self.subfolder.as_deref().unwrap_or_default();
        Ok(Source::named(template, self.wanted(), subfolder, &surroundings.directory)?)
    }
}

impl Replies {
    /// What was answered before anybody is asked: the command line, files, the environment, the user's defaults.
    pub(crate) fn offers(&self, surroundings: &Surroundings) -> anyhow::Result<Vec<Offer>> {
        let mut offers: Vec<Offer> = self.set.iter().map(|(name, text)| Offer::flag(name, text)).collect();
        for path in &self.answers {
            offers.extend(Offer::of_file(&surroundings.resolve(path), Origin::File)?);
        }
        offers.extend(Offer::of_environment(&surroundings.environment)?);
        let defaults = surroundings.user_folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("answers.toml"));
        if let Some(path) = defaults.filter(|path| path.is_file()) {
            offers.extend(Offer::of_file(&path, Origin::Defaults)?);
        }
        Ok(offers)
    }

    /// All answers to the template's questions; `folder` names the service where nothing else does.
    pub(crate) fn gather(
        &self,
        template: &Template,
        offers: &[Offer],
        folder: &str,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Answers> {
        let mut ask = ask;
        let asking = match self.somebody(surroundings) {
            true => Asking::With(&mut ask),
            false => Asking::Never,
        };
        Ok(Answers::gather(template, offers, folder, asking)?)
    }

    /// Whether git may put its questions.
    pub(crate) fn network(&self, surroundings: &Surroundings) -> Network {
        if self.somebody(surroundings) { Network::Attended } else { Network::Unattended }
    }

    /// Whether somebody sits at a terminal and may be asked.
    fn somebody(&self, surroundings: &Surroundings) -> bool {
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        terminal && surroundings.variable("CI").is_none() && !self.no_input
    }
}

fn key_and_value(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
