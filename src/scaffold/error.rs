//! Why there is no new project. Advice on what to type instead is not here but in `cli/failure.rs`; the words that it
//! needs are fields.

use crate::report::Printable;
use std::io;
use std::path::PathBuf;

/// Why a project cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No built-in template has this name.
    #[error("there is no template `{name}`", name = Printable(.name))]
    UnknownTemplate {
        /// The name as typed.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The template itself is wrong; its author has to mend it.
    #[error("{place}: {reason}")]
    Template {
        /// The template's file, and the line where it is known: `web/README.md.hbs:3`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// An answer to a question that the template does not ask.
    #[error("template `{template}` has no variable `{name}`", name = Printable(.name))]
    UnknownVariable {
        /// The template.
        template: String,
        /// The variable as typed.
        name: String,
        /// The variable that was probably meant.
        nearest: Option<String>,
        /// The variables that there are.
        known: Vec<String>,
    },
    /// Two answers to one question.
    #[error("`{name}` is set twice")]
    SetTwice {
        /// The variable.
        name: String,
    },
    /// An answer of the wrong type.
    #[error("`{value}` cannot be `{variable}`: {reason}", value = Printable(.value))]
    InvalidValue {
        /// The variable.
        variable: String,
        /// The value as given.
        value: String,
        /// What it must be.
        reason: String,
        /// A value near to it that would do.
        nearest: Option<String>,
    },
    /// Questions without an answer and without a default, and nobody to ask.
    #[error("no value for {}", .variables.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    Missing {
        /// All of them.
        variables: Vec<String>,
    },
    /// The question could not be put or was not answered.
    #[error("`{variable}` was asked for and not answered")]
    Unanswered {
        /// The variable.
        variable: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A folder with something in it, or a file, stands where the project would.
    #[error("`{path}` exists already", path = Printable(.path.to_string_lossy()))]
    Exists {
        /// The folder that was named.
        path: PathBuf,
    },
    /// The machine failed.
    #[error("cannot {act} `{path}`", path = Printable(.path.to_string_lossy()))]
    Machine {
        /// What was tried: `write`, `create`.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// The project could not become a codebase.
    #[error(transparent)]
    FirstCommit(#[from] crate::codebase::first_commit::Error),
}

impl Error {
    /// Puts the path and the act beside what the machine said.
    pub(super) fn machine(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Machine { act, path, cause }
    }
}
