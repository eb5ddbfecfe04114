//! One variable that does not meet the contract: what was expected, an example, where the value came from, and the
//! value itself only where everybody may see it.

use super::contract::{Variable, VariableType};
use super::env_grammar::LONGEST_STRING;
use super::source::Source;
use serde::{Serialize, Serializer};
use std::fmt;
use std::io;

/// The most characters of a value that a message shows.
const SHOWN: usize = 60;

/// What is wrong with a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nobody gave it.
    Missing,
    /// It was given as the empty string, which counts as missing.
    Empty,
    /// It breaks its type or a limit.
    NotAdmitted,
    /// It is not UTF-8, or has a NUL, so that no environment can hold it as text.
    NotText,
    /// It is longer than the kernel takes.
    TooLong,
    /// `NAME_FILE` is given too, from here.
    GivenTwice(Source),
    /// `NAME_FILE` is no absolute path; a process runs in another folder than this program.
    RelativePath,
    /// The file or credential that holds it cannot be read.
    Unreadable(io::ErrorKind),
}

/// A variable that does not meet the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Its name.
    pub variable: String,
    /// What is wrong.
    pub fault: Fault,
    /// What was expected, as a fragment.
    pub expected: String,
    /// A value that would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The value, where it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where it came from, where anybody gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

impl Violation {
    /// Whether another machine might judge otherwise: the file that holds the value is not on this one.
    #[must_use]
    pub fn depends_on_machine(&self) -> bool {
        self.fault == Fault::Unreadable(io::ErrorKind::NotFound)
    }

    /// A violation that shows no value.
    pub(super) fn new(variable: &Variable, fault: Fault, source: Option<Source>) -> Self {
        let (expected, example) = (variable.expectation(), variable.example());
        Self { variable: variable.name.clone(), fault, expected, example, value: None, source }
    }

    /// A value that breaks its type or a limit.
    pub(super) fn not_admitted(variable: &Variable, value: &str, source: Source) -> Self {
        let value = may_be_shown(variable, value, &source).then(|| {
            let shown: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
            if value.chars().count() > SHOWN { shown + "..." } else { shown }
        });
        Self { value, ..Self::new(variable, Fault::NotAdmitted, Some(source)) }
    }
}

/// The content of a file was meant to be kept apart.
fn may_be_shown(variable: &Variable, value: &str, source: &Source) -> bool {
    !matches!(source, Source::NamedFile { .. } | Source::Credential) && variable.may_show(value)
}

impl Variable {
    /// A value of a variable that is no secret may be shown, unless it carries one after all: a URL with a user or a
    /// query, a whole document.
    pub(super) fn may_show(&self, value: &str) -> bool {
        let url = matches!(self.kind, VariableType::Url | VariableType::ServiceUrl) || value.contains("://");
        let credentials = url && value.contains(['@', '?']);
        !self.secret && !credentials && self.kind != VariableType::Json
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.variable;
        match (&self.fault, &self.value) {
            (Fault::Missing, _) => write!(formatter, "`{name}` is missing")?,
            (Fault::Empty, _) => write!(formatter, "`{name}` is empty")?,
            (Fault::NotAdmitted, Some(value)) => write!(formatter, "`{name}` is `{value}`")?,
            (Fault::NotAdmitted, None) => write!(formatter, "`{name}` is not as declared")?,
            (Fault::NotText, _) => write!(formatter, "`{name}` is not UTF-8, or has a NUL")?,
            (Fault::TooLong, _) => write!(formatter, "`{name}` is longer than {LONGEST_STRING} bytes with its name")?,
            (Fault::GivenTwice(other), _) => write!(formatter, "`{name}` and `{name}_FILE` ({other}) are both set")?,
            (Fault::RelativePath, _) => write!(formatter, "`{name}_FILE` is no absolute path")?,
            (Fault::Unreadable(cause), _) => write!(formatter, "`{name}` cannot be read: {cause}")?,
        }
        if let Some(source) = &self.source {
            write!(formatter, " ({source})")?;
        }
        match (&self.fault, &self.example) {
            (Fault::GivenTwice(_), _) => formatter.write_str(": expected one of them"),
            (Fault::RelativePath, _) => formatter.write_str(": expected the file that holds the value, from `/` on"),
            (Fault::Unreadable(_) | Fault::TooLong, _) => Ok(()),
            (_, Some(example)) => write!(formatter, ": expected {}, such as `{example}`", self.expected),
            (_, None) => write!(formatter, ": expected {}", self.expected),
        }
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::NotAdmitted => "not-admitted",
            Self::NotText => "not-text",
            Self::TooLong => "too-long",
            Self::GivenTwice(_) => "given-twice",
            Self::RelativePath => "relative-path",
            Self::Unreadable(_) => "unreadable",
        })
    }
}
