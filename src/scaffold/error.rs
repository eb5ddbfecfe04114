//! Why there is no new project. Advice on what to type instead is not here but in `cli/failure.rs`; the words that it
//! needs are fields.

use super::offer::Origin;
use super::receipt::RECEIPT;
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
    #[error("{place}: {reason}", place = Printable(.place), reason = Printable(.reason))]
    Template {
        /// The template's file, and the line where it is known: `web/README.md.hbs:3`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// The folder is no template.
    #[error("`{template}` has no template.toml", template = Printable(.template))]
    NoManifest {
        /// What messages call it.
        template: String,
        /// Folders in it that have one.
        folders: Vec<String>,
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
    /// An answer to a question that is not asked.
    #[error("`{name}` is a question only where `{when}` is true", when = Printable(.when))]
    NotAsked {
        /// The variable.
        name: String,
        /// The expression that is false.
        when: String,
    },
    /// A source of answers that cannot be read.
    #[error("{place}: {reason}", place = Printable(.place), reason = Printable(.reason))]
    Answers {
        /// The file with its line, or the environment variable.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// An answer of the wrong type.
    #[error("`{value}` cannot be `{variable}`: {reason}{origin}", value = Printable(.value), reason = Printable(.reason))]
    InvalidValue {
        /// The variable.
        variable: String,
        /// The value as given.
        value: String,
        /// Where it was given.
        origin: Box<Origin>,
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
    /// A path that ends in no name.
    #[error("`{path}` names no folder", path = Printable(.path.to_string_lossy()))]
    Nameless {
        /// The path.
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
    /// A project that remembers nothing of its making.
    #[error("`{project}` has no {RECEIPT}", project = Printable(.project.to_string_lossy()))]
    NoReceipt {
        /// The project's folder.
        project: PathBuf,
    },
    /// What a project remembers is not what was written.
    #[error("{file}: {reason}", reason = Printable(.reason))]
    BadReceipt {
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A file still holds the conflicts of an earlier update.
    #[error("`{path}` still has conflict markers")]
    Unresolved {
        /// The file.
        path: String,
    },
    /// An update would overwrite what is in no commit.
    #[error("the update would change files with changes that are in no commit: {}", .paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", "))]
    Uncommitted {
        /// The files.
        paths: Vec<String>,
    },
    /// The template is older than the one that made the project.
    #[error("the template is {found}, and the project was made from {known}")]
    Older {
        /// The version of the template.
        found: semver::Version,
        /// The version of the receipt.
        known: semver::Version,
    },
    /// The project was made from one commit of a template.
    #[error("the project was made from {wanted} of its template, which never changes")]
    Pinned {
        /// The commit or tag, in words.
        wanted: String,
    },
    /// The manifest of the workspace above the project.
    #[error("`{manifest}`: {reason}", manifest = Printable(.manifest.to_string_lossy()), reason = Printable(.reason))]
    Workspace {
        /// The manifest.
        manifest: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The crate is an app already.
    #[error("`{path}` exists already", path = Printable(.path.to_string_lossy()))]
    Adopted {
        /// Its declaration.
        path: PathBuf,
    },
    /// What would be written is no declaration.
    #[error(transparent)]
    Declaration(crate::app::Error),
    /// Part of a repository is wanted of a template that is in none.
    #[error("the project's template is in no repository")]
    NoRepository {
        /// Where it is, in words.
        place: String,
    },
    /// cargo cannot be started.
    #[error("`cargo` cannot be started")]
    Cargo(#[source] io::Error),
    /// Whether files are in a commit cannot be told.
    #[error(transparent)]
    Codebase(#[from] crate::codebase::Error),
    /// git's own library cannot merge.
    #[error("git cannot merge: {}", .0.message())]
    Merge(#[source] git2::Error),
    /// The template's repository gives no template.
    #[error(transparent)]
    Remote(crate::codebase::remote_tree::Error),
    /// The project could not become a codebase.
    #[error(transparent)]
    FirstCommit(#[from] crate::codebase::first_commit::Error),
}

impl Error {
    /// The template is wrong at this place.
    pub(super) fn template(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Template { place: place.into(), reason: reason.into().trim_end().replace('\n', ", ") }
    }

    /// Puts the path and the act beside what the machine said.
    pub(super) fn machine(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Machine { act, path, cause }
    }
}
