//! What is typed on the command line with `-e`: one variable for one start.

use super::secret::Secret;
use super::source::{Given, Source};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The variables that were typed, by name. Their values are treated as secrets, as every value is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed(BTreeMap<String, Given>);

impl Typed {
    /// Reads one word: `NAME=value`, or `NAME` for the value that the environment has, which keeps it out of the list
    /// of processes. None where the environment has none.
    ///
    /// # Errors
    /// Where the name is none, as a predicate.
    pub fn parse(
        word: &str,
        environment: &BTreeMap<OsString, OsString>,
    ) -> Result<Option<(String, Given)>, &'static str> {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let letter = |one: u8| one.is_ascii_alphabetic() || one == b'_';
        if !name.bytes().next().is_some_and(letter) || !name.bytes().all(|one| letter(one) || one.is_ascii_digit()) {
            return Err("has no name of letters, digits and `_` before its `=`");
        }
        let given = match value {
            Some(value) => Some(Given { value: Secret::new(value), source: Source::CommandLine }),
            None => environment
                .get(OsStr::new(name))
                .map(|value| Given { value: Secret::from(value.as_os_str()), source: Source::Environment }),
        };
        Ok(given.map(|given| (name.to_owned(), given)))
    }

    /// The names, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn given(&self, name: &str) -> Option<Given> {
        self.0.get(name).cloned()
    }
}

impl FromIterator<(String, Given)> for Typed {
    /// The last one of a name stands.
    fn from_iter<I: IntoIterator<Item = (String, Given)>>(words: I) -> Self {
        Self(words.into_iter().collect())
    }
}
