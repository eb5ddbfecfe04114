//! What is answered to a template's questions, and whether any are put: for every command that makes something from one.

use super::surroundings::Surroundings;
use crate::scaffold::{Answers, Asking, Network, Offer, Origin, Template, ask};
use clap::Args;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

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
        folder: &Path,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Answers> {
        let mut ask = ask;
        let asking = match self.somebody(surroundings) {
            true => Asking::With(&mut ask),
            false => Asking::Never,
        };
        let folder = folder.file_name().unwrap_or_default().to_string_lossy();
        Ok(Answers::gather(template, offers, &folder, asking)?)
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
