//! Config: everything that varies between deploys, and nothing else. It lives in the environment only: never in a
//! build, never in a release, never printed.
//!
//! [`EnvFile`] reads what a user wrote, [`Contract`] is what the app declares, and [`Config::resolve`] holds one
//! against the other. Files are the only thing that this room reads; the environment is handed in.

mod backing_service;
mod checked;
mod contract;
mod env_code;
mod env_cursor;
mod env_file;
mod env_finding;
mod env_format;
mod env_grammar;
mod env_value;
mod example;
mod expectation;
mod export;
mod from_file;
mod guess;
mod limits;
mod notice;
mod on_disk;
mod parity;
mod quote;
mod resolution;
mod secret;
mod source;
mod typed;
mod value_type;
mod violation;

#[cfg(test)]
mod tests;

pub use backing_service::{BackingService, Endpoint, ServiceKind};
pub use checked::Checked;
pub use contract::{Contract, Limits, Variable, VariableType};
pub use env_code::{Code, Severity};
pub use env_file::{Entry, EnvFile};
pub use env_finding::Finding;
pub use env_format::Formatted;
pub use example::{example_file, variable_table};
pub use export::{Form, Target, Uncarried, double_quoted};
pub use from_file::ReadFile;
pub use guess::Guess;
pub use limits::{Key, Unsound};
pub use notice::Notice;
pub use on_disk::{create_or_same, create_private, read_whole, replace};
pub use parity::{Cell, Discrepancy, Parity};
pub use quote::quote;
pub use resolution::{Config, Inputs, Setting, Standing};
pub use secret::Secret;
pub use source::{Given, Source, find};
pub use typed::Typed;
pub use violation::{Fault, Violation};

use crate::report::Counted;
use serde::Serialize;

/// Why there is no config. No value of a variable is in any of it, unless the contract says that all may see it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An env file that cannot be read.
    #[error("`{file}` cannot be read")]
    Unreadable {
        /// The file, as it was named.
        file: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// Something stands where a file would be made.
    #[error("`{file}` stands already")]
    Stands {
        /// The file, as it was named.
        file: String,
    },
    /// A file that cannot be written.
    #[error("`{file}` cannot be written")]
    Unwritable {
        /// The file, as it was named.
        file: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// Env files without a single meaning.
    #[error("{}", malformed_in_short(files))]
    Malformed {
        /// Those files that have errors.
        files: Vec<Malformed>,
    },
    /// Variables that a target of an export cannot carry.
    #[error("{target} cannot carry {}", listed(&uncarried.iter().map(|one| one.variable.clone()).collect::<Vec<_>>()))]
    NotCarried {
        /// The target, as it is named for people.
        target: Target,
        /// Each variable with the reason.
        uncarried: Vec<Uncarried>,
    },
    /// Env files that everybody on the machine can read or change, where that was not to be.
    #[error("everybody on this machine can read or change {}", listed(files))]
    Exposed {
        /// The files, as they were named.
        files: Vec<String>,
    },
    /// A config that does not meet the contract.
    #[error("the config does not meet the contract: {}", Counted(violations.len(), "variable"))]
    Violated {
        /// Every variable that does not, in the order of the contract.
        violations: Vec<Violation>,
        /// Names that nobody declares: one of them may be what a missing one was meant to be.
        notices: Vec<Notice>,
    },
}

/// An env file that has errors, with everything that was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Malformed {
    /// The file, as it was named.
    pub file: String,
    /// Errors and warnings in the order of the file.
    pub findings: Vec<Finding>,
}

impl Malformed {
    /// The file's findings, where it has errors.
    #[must_use]
    pub fn of(file: &EnvFile) -> Option<Self> {
        file.is_malformed().then(|| Self { file: file.name().to_owned(), findings: file.findings().to_vec() })
    }
}

impl Error {
    /// Everything that is wrong, one piece each, with terminal styles: findings drawn as rustc draws them, violations
    /// as sentences.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::Unreadable { .. } | Self::Stands { .. } | Self::Unwritable { .. } | Self::Exposed { .. } => {
                Vec::new()
            }
            Self::NotCarried { uncarried, .. } => uncarried.iter().map(ToString::to_string).collect(),
            Self::Malformed { files } => files
                .iter()
                .flat_map(|Malformed { file, findings }| findings.iter().map(|finding| finding.draw(file)))
                .collect(),
            Self::Violated { violations, notices } => {
                let notices = notices.iter().map(|notice| match notice.hint() {
                    Some(hint) => format!("{notice}: {hint}"),
                    None => notice.to_string(),
                });
                violations.iter().map(ToString::to_string).chain(notices).collect()
            }
        }
    }

    /// Every reason why there is no config, each as one sentence without terminal styles; warnings are none.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Self::Unreadable { cause, .. } | Self::Unwritable { cause, .. } => vec![format!("{self}: {cause}")],
            Self::Stands { .. } | Self::Exposed { .. } => vec![self.to_string()],
            Self::NotCarried { uncarried, .. } => uncarried.iter().map(ToString::to_string).collect(),
            Self::Malformed { files } => files
                .iter()
                .flat_map(|Malformed { file, findings }| {
                    findings.iter().filter(|one| one.is_error()).map(move |finding| finding.sentence(file))
                })
                .collect(),
            Self::Violated { violations, .. } => violations.iter().map(ToString::to_string).collect(),
        }
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn malformed_in_short(files: &[Malformed]) -> String {
    let one = |Malformed { file, findings }: &Malformed| {
        format!("`{file}` has {}", Counted(findings.iter().filter(|finding| finding.is_error()).count(), "error"))
    };
    files.iter().map(one).collect::<Vec<_>>().join(", ")
}
