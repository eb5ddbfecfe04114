//! Which template is meant, and what of its repository: for every command that reads one.

use super::surroundings::Surroundings;
use crate::codebase::remote_tree::Wanted;
use crate::scaffold::Source;
use clap::Args;

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

impl Reference {
    /// The folder of the repository, where one was said.
    pub(crate) fn subfolder(&self) -> Option<&str> {
        self.subfolder.as_deref()
    }

    /// What of the repository is wanted.
    pub(crate) fn wanted(&self) -> Wanted {
        match (&self.tag, &self.branch, &self.rev) {
            (Some(name), ..) => Wanted::Tag(name.clone()),
            (_, Some(name), _) => Wanted::Branch(name.clone()),
            (.., Some(name)) => Wanted::Revision(name.clone()),
            _ => Wanted::Head,
        }
    }

    /// The template of this name, folder or address.
    pub(crate) fn source(&self, template: &str, surroundings: &Surroundings) -> anyhow::Result<Source> {
        let subfolder = self.subfolder.as_deref().unwrap_or_default();
        Ok(Source::named(template, self.wanted(), subfolder, &surroundings.directory)?)
    }
}
