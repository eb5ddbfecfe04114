//! What happens while `dev` watches a working tree.

use serde::Serialize;

/// Something that `dev` saw or decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DevEvent {
    /// Files of the working tree were changed.
    Changed {
        /// The files, from the declaration's folder.
        files: Vec<String>,
    },
    /// What runs goes on, although something was changed.
    Kept {
        /// Why, as a fragment.
        reason: String,
    },
    /// Nothing runs until something is changed.
    Waiting {
        /// Why, as a fragment.
        reason: String,
    },
}
