//! An answer that was given before anybody is asked, and where it was given.

use super::Error;
use super::variable::Given;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

/// What the names of environment variables with answers begin with: `TWELVE_ANSWER_PORT`.
const VARIABLE: &str = "TWELVE_ANSWER_";

/// An answer to the question of this name.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Where it was given.
    pub origin: Origin,
    /// The variable.
    pub name: String,
    /// The answer, not yet of its type.
    pub given: Given,
}

/// Where an answer was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    Flag,
    /// In a file named on the command line.
    File(String),
    /// In the environment, by this variable.
    Environment(String),
    /// In the user's defaults, a file.
    Defaults(String),
    /// When the project was made.
    Receipt,
}

impl Offer {
    /// An answer from the command line.
    pub fn flag(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { origin: Origin::Flag, name: name.into(), given: Given::Text(text.into()) }
    }

    /// The answers of a TOML file: a name a key, no tables.
    ///
    /// # Errors
    /// Where it cannot be read, or holds something else than answers.
    pub fn of_file(path: &Path, origin: fn(String) -> Origin) -> Result<Vec<Self>, Error> {
        let shown = path.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).map_err(Error::machine("read", path))?;
        Self::of_toml(&text, &origin(shown.clone())).map_err(|(line, reason)| Error::Answers {
            place: line.map_or(shown.clone(), |line| format!("{shown}:{line}")),
            reason,
        })
    }

    /// The answers of the environment: `TWELVE_ANSWER_PORT` answers `port`.
    ///
    /// # Errors
    /// Where one is no text.
    pub fn of_environment(environment: &BTreeMap<OsString, OsString>) -> Result<Vec<Self>, Error> {
        let named = environment.iter().filter_map(|(name, value)| {
            let name = name.to_str()?;
            let answered = name.strip_prefix(VARIABLE).filter(|rest| !rest.is_empty())?.to_ascii_lowercase();
            Some((name.to_owned(), answered, OsString::as_os_str(value)))
        });
        named
            .map(|(variable, name, value)| {
                let text = OsStr::to_str(value).ok_or_else(|| Error::Answers {
                    place: variable.clone(),
                    reason: "the value is not UTF-8".to_owned(),
                })?;
                Ok(Self { origin: Origin::Environment(variable), name, given: text.into() })
            })
            .collect()
    }

    /// Reads answers; the line, where it is known, and the reason of a refusal.
    pub(super) fn of_toml(text: &str, origin: &Origin) -> Result<Vec<Self>, (Option<usize>, String)> {
        let answers: BTreeMap<String, Given> = toml::from_str(text).map_err(|cause| {
            let line =
                cause.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            (line, cause.message().replace('\n', ", "))
        })?;
        Ok(answers.into_iter().map(|(name, given)| Self { origin: origin.clone(), name, given }).collect())
    }
}

impl Origin {
    /// Whether it was given for this template: what fits none of its questions is then an error. The environment and
    /// the user's defaults are for all templates, a receipt is for an earlier version.
    #[must_use]
    pub fn is_meant_for_this(&self) -> bool {
        matches!(self, Self::Flag | Self::File(_))
    }
}

/// As the end of a sentence: nothing, or ` (from ...)`.
impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => Ok(()),
            Self::File(path) | Self::Defaults(path) => {
                write!(formatter, " (from `{}`)", crate::report::Printable(path))
            }
            Self::Environment(variable) => write!(formatter, " (from {variable})"),
            Self::Receipt => formatter.write_str(" (from .twelve/scaffold.toml)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Offer, Origin};
    use crate::scaffold::Given;

    #[test]
    fn a_file_of_answers_holds_texts_numbers_and_lists() {
        let text = "license = 'MIT'\nport = 80\nprocfile = true\ntags = ['a', 'b']\n";
        let offers = Offer::of_toml(text, &Origin::Receipt).expect("answers");
        let seen: Vec<_> = offers.iter().map(|offer| (offer.name.as_str(), offer.given.clone())).collect();
        let items = Given::Items(vec!["a".to_owned(), "b".to_owned()]);
        let expected = [("license", "MIT".into()), ("port", "80".into()), ("procfile", "true".into()), ("tags", items)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_no_answer_is_refused_with_its_line() {
        let (line, reason) = Offer::of_toml("port = 80\nx = 1.5\n", &Origin::Receipt).expect_err("refused");
        assert_eq!((line, reason.starts_with("an answer is a text")), (Some(2), true), "{reason}");
        assert!(Offer::of_toml("[a]\nb = 1\n", &Origin::Receipt).is_err());
        assert!(Offer::of_toml("port = \n", &Origin::Receipt).is_err());
    }

    #[test]
    fn the_environment_answers_by_name() {
        let environment = [("TWELVE_ANSWER_PORT", "80"), ("TWELVE_ANSWER_", "x"), ("PORT", "81")]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
        let offers = Offer::of_environment(&environment).expect("answers");
        let seen: Vec<_> = offers.iter().map(|offer| (offer.name.as_str(), offer.given.to_string())).collect();
        assert_eq!(seen, [("port", "80".to_owned())]);
    }
}
