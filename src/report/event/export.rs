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
    /// It was written into a folder as an image.
    ImageWritten {
        /// The app.
        app: String,
        /// The release id.
        release: String,
        /// The process type that it starts.
        process: String,
        /// Where to.
        folder: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// It was pushed to a registry as an image.
    ImagePushed {
        /// The app.
        app: String,
        /// The release id.
        release: String,
        /// The process type that it starts.
        process: String,
        /// Its name there, with its tag.
        image: String,
        /// How many parts were uploaded.
        uploaded: usize,
        /// Their size in bytes.
        bytes: u64,
        /// How many parts stood there.
        standing: usize,
    },
}
