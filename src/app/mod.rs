//! What an app declares for every deploy: its name, its process types, its admin processes, its contract. It is read
//! from twelve.toml (or a Procfile), normalised, and travels inside the build.

mod at_hand;
mod base_port;
mod command;
mod compatibility;
mod declaration;
mod duration;
mod name;
mod procfile;
mod schedule;
mod signal;
mod twelve_toml;
mod twelve_toml_config;

pub use at_hand::{at_hand, name_at_hand};
pub use base_port::BasePort;
pub use command::{Command, Expansion, Piece, Word};
pub use compatibility::{CannotStart, Offer};
pub use declaration::{AdminProcess, BuildSettings, Declaration, MOST_PROCESSES, ProcessType, Restart, Sandbox};
pub use duration::milliseconds;
pub use name::{AppName, DeployName};
pub use schedule::{Days, Schedule};
pub use signal::StopSignal;

use std::path::{Path, PathBuf};

/// Why a declaration cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that cannot be read.
    #[error("`{path}` cannot be read", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A file that breaks the rules of its format.
    #[error("{place}: {rule}")]
    Malformed {
        /// `twelve.toml:12:3`.
        place: String,
        /// What is wrong there.
        rule: String,
        /// What to write instead.
        hint: Option<String>,
    },
    /// A word that breaks a rule.
    #[error(transparent)]
    Rule(#[from] Rule),
}

/// A value that breaks a rule, without its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Rule {
    /// The rule, with the value.
    pub rule: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Rule {
    pub(crate) fn new(rule: impl Into<String>) -> Self {
        Self { rule: rule.into(), hint: None }
    }

    pub(crate) fn with_hint(rule: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { rule: rule.into(), hint: Some(hint.into()) }
    }
}

/// The texts that a declaration is made from, as they stand in one commit or one folder.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// twelve.toml, where there is one.
    pub twelve_toml: Option<String>,
    /// Procfile, where there is one.
    pub procfile: Option<String>,
}

impl Sources {
    /// Reads them from a folder.
    ///
    /// # Errors
    /// Where a file is there and cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let read = |name: &str| {
            let path = folder.join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(cause) => Err(Error::Unreadable { path, cause }),
            }
        };
        Ok(Self { twelve_toml: read("twelve.toml")?, procfile: read("Procfile")? })
    }

    /// The normalised declaration. Where `[processes]` is absent, the Procfile declares the process types.
    ///
    /// # Errors
    /// Where a text breaks the rules of its format, with its place.
    pub fn declaration(&self, package: &str) -> Result<Declaration, Error> {
        let mut declaration = twelve_toml::read(self.twelve_toml.as_deref().unwrap_or_default(), package)?;
        if declaration.processes.is_empty()
            && let Some(procfile) = &self.procfile
        {
            procfile::read_into(procfile, &mut declaration)?;
        }
        Ok(declaration)
    }
}
