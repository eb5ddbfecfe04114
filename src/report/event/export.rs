//! What happened to a release that is handed to another engine.

use serde::Serialize;

/// Something that happened to a release that is handed to another engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ExportEvent {
    /// It was written as the engine's files.
    Exported {
        /// The app.
        app: String,
        /// The release id.
        release: String,
        /// How many files.
        files: usize,
        /// Where to.
        folder: String,
    },
}
