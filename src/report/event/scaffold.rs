//! What happens to a project.

use serde::Serialize;

/// Something that happened while a project was made, adopted or brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ScaffoldEvent {
    /// A project was made from a template.
    ProjectCreated {
        /// The folder as it was named.
        path: String,
        /// The template.
        template: String,
        /// How many files it has.
        files: usize,
    },
    /// A project was brought up to another version of its template.
    ProjectUpdated {
        /// The template.
        template: String,
        /// The version that it was made from.
        from: String,
        /// The version that it is made from now.
        to: String,
        /// Files that came.
        new: usize,
        /// Files that were as they were made.
        clean: usize,
        /// Files that both sides changed.
        merged: usize,
        /// Files that went.
        removed: usize,
        /// Files that have to be settled by hand.
        conflicts: usize,
    },
    /// A crate was adopted.
    Adopted {
        /// Its package.
        package: String,
        /// The files that were written, each in backticks.
        files: String,
    },
    /// A project of a template was made, compiled and tested.
    TemplateTried {
        /// Which of them, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// The answers.
        answers: String,
        /// Whether all went well.
        ok: bool,
        /// How long it took.
        milliseconds: u64,
    },
    /// A project got its first commit.
    FirstCommit {
        /// The full commit id.
        commit: String,
    },
}
