//! A commit, as people name it. Records name commits by id alone; the subject is the repository's to tell.

use serde::Serialize;

/// A commit with its subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedCommit {
    /// Its full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
}
