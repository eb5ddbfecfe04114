//! Why an app cannot be checked. None of these is a finding.

use crate::app;
use crate::codebase;

/// Why an app cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The codebase cannot be read.
    #[error(transparent)]
    Codebase(#[from] codebase::Error),
    /// The declaration cannot be read.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The crate at hand is in no commit and in no index.
    #[error("git does not track `{manifest}`, and only tracked files are looked at")]
    Untracked {
        /// Its manifest, from the codebase's root.
        manifest: String,
    },
    /// An exception that is none.
    #[error("{place}: {rule}")]
    Allow {
        /// `src/main.rs:12`.
        place: String,
        /// What is wrong.
        rule: String,
        /// What to write.
        hint: String,
    },
    /// A rule that is not known.
    #[error("there is no rule `{id}`")]
    NoRule {
        /// What was asked for.
        id: String,
        /// The nearest that is known.
        nearest: Option<&'static str>,
    },
    /// A baseline that cannot be read.
    #[error("`{path}` is no baseline: {rule}")]
    Baseline {
        /// The file.
        path: String,
        /// What is wrong.
        rule: String,
    },
    /// A file that cannot be read or written.
    #[error("`{path}` cannot be {act}")]
    File {
        /// The file.
        path: String,
        /// What was tried.
        act: &'static str,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}
