//! What is allowed, and what its user should know.

use super::contract::Contract;
use super::env_file::EnvFile;
use super::source::Source;
use crate::report::nearest;
use serde::Serialize;
use std::fmt;

/// A fact about the config that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "notice", rename_all = "kebab-case")]
pub enum Notice {
    /// A name in an env file that the contract does not declare. It is not passed on, and it stops nothing: a rollback
    /// must start with the newer file.
    Undeclared {
        /// The name.
        name: String,
        /// The place in the env file.
        source: Source,
        /// What was most likely meant, as advice.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
}

impl Notice {
    /// What to change, as a fragment.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Undeclared { hint, .. } => hint.as_deref(),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undeclared { name, source, .. } => {
                write!(formatter, "`{name}` ({source}) is not declared and is not passed on")
            }
        }
    }
}

/// The names of an env file that nobody asked for: not the contract, not a passthrough pattern, not the program.
pub(super) fn undeclared(contract: &Contract, file: &EnvFile, exempt: &[&str]) -> Vec<Notice> {
    let of_file = |name: &str| name.strip_suffix("_FILE").and_then(|name| contract.variable(name));
    let asked = |name: &str| {
        exempt.contains(&name)
            || contract.variable(name).is_some()
            || contract.passes(name)
            || of_file(name).is_some_and(|variable| variable.from_file)
    };
    let strangers = file.entries().iter().filter(|entry| !asked(&entry.name));
    strangers
        .map(|entry| {
            let declared = contract.variables.iter().map(|variable| variable.name.as_str());
            let hint = match (of_file(&entry.name), nearest(&entry.name, declared)) {
                (Some(variable), _) => Some(format!("add `from-file = true` to `{}` in twelve.toml", variable.name)),
                (None, Some(near)) => Some(format!("did you mean `{near}`?")),
                (None, None) => None,
            };
            let source = Source::EnvFile { file: file.name().to_owned(), line: entry.line };
            Notice::Undeclared { name: entry.name.clone(), source, hint }
        })
        .collect()
}
