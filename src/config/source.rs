//! Where a value comes from, and which of several givers wins: the command line over the environment over a later env file over an earlier
//! one. `run --explain` prints what stands here, so no value is ever part of it.

use super::env_file::EnvFile;
use super::secret::Secret;
use super::typed::Typed;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::fmt;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `-e NAME=value` on the command line.
    CommandLine,
    /// The environment of this program.
    Environment,
    /// An env file.
    EnvFile {
        /// What messages call the file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A file that `NAME_FILE` names. Its path is not kept: it may have been meant as the value.
    NamedFile {
        /// `NAME_FILE`.
        variable: String,
        /// Where that variable came from.
        given: Box<Source>,
    },
    /// A credential of systemd (`$CREDENTIALS_DIRECTORY/NAME`, systemd.exec(5)).
    Credential,
    /// The contract's default.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => formatter.write_str("command line"),
            Self::Environment => formatter.write_str("environment"),
            Self::EnvFile { file, line } => write!(formatter, "{file}:{line}"),
            Self::NamedFile { variable, given } => write!(formatter, "file named by {variable}, {given}"),
            Self::Credential => formatter.write_str("credential"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// In the words of [`fmt::Display`].
impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A value that somebody gave, before it is held against anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The value.
    pub value: Secret,
    /// Who gave it.
    pub source: Source,
}

/// What an empty value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    /// It is a value.
    Counts,
    /// It is as if it had not been given, and an earlier giver is asked.
    IsMissing,
}

/// All who give values.
#[derive(Debug)]
pub(super) struct Givers<'a> {
    typed: &'a Typed,
    environment: &'a BTreeMap<OsString, OsString>,
    /// For each name the places in env files, the strongest last.
    places: HashMap<&'a str, Vec<(&'a EnvFile, usize)>>,
}

impl<'a> Givers<'a> {
    /// Looks up the env files' names once. Files come in the order of the command line.
    pub(super) fn new(typed: &'a Typed, environment: &'a BTreeMap<OsString, OsString>, files: &'a [EnvFile]) -> Self {
        let mut places: HashMap<&str, Vec<(&EnvFile, usize)>> = HashMap::new();
        for file in files {
            for (index, entry) in file.entries().iter().enumerate() {
                places.entry(&entry.name).or_default().push((file, index));
            }
        }
        Self { typed, environment, places }
    }

    /// The strongest value of this name.
    pub(super) fn find(&self, name: &str, empty: Empty) -> Option<Given> {
        self.all(name).find(|given| empty == Empty::Counts || !given.value.is_empty())
    }

    /// The strongest giver of this name, also of an empty value.
    pub(super) fn first(&self, name: &str) -> Option<Source> {
        self.all(name).next().map(|given| given.source)
    }

    /// A variable of the environment alone.
    pub(super) fn environment(&self, name: &str) -> Option<&'a OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The names of the environment that are text. No other name can be declared or pass through.
    pub(super) fn names_in_environment(&self) -> impl Iterator<Item = &'a str> {
        self.environment.keys().filter_map(|name| name.to_str())
    }

    /// The names of all env files.
    pub(super) fn names_in_files(&self) -> impl Iterator<Item = &'a str> {
        self.places.keys().copied()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = Given> {
        let environment =
            self.environment(name).map(|value| Given { value: Secret::from(value), source: Source::Environment });
        let files = self.places.get(name).into_iter().flatten().rev().filter_map(|(file, index)| {
            let entry = file.entries().get(*index)?;
            let source = Source::EnvFile { file: file.name().to_owned(), line: entry.line };
            Some(Given { value: entry.value.clone(), source })
        });
        self.typed.given(name).into_iter().chain(environment).chain(files)
    }
}

/// The value that somebody gave this name, by the rule of precedence and without a contract. Empty counts as not
/// given. It serves names that the program itself wants to know, `PORT` above all.
#[must_use]
pub fn find(name: &str, typed: &Typed, environment: &BTreeMap<OsString, OsString>, files: &[EnvFile]) -> Option<Given> {
    Givers::new(typed, environment, files).find(name, Empty::IsMissing)
}
