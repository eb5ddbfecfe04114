//! Why there is no export.

use crate::app::AppName;
use crate::artifact::ReleaseId;
use crate::report::Printable;
use std::io;
use std::path::PathBuf;

/// Why a release cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The release has no process for an engine to run.
    #[error("`{app}` {id} declares no process types")]
    NoProcessTypes {
        /// The app.
        app: AppName,
        /// The release.
        id: ReleaseId,
    },
    /// A process would get a port that does not exist.
    #[error("`{process}` would get port {port}: 65535 is the last one")]
    NoSuchPort {
        /// The process.
        process: String,
        /// The port.
        port: u64,
    },
    /// A folder holds what no export has written.
    #[error("`{folder}` holds `{entry}`, which no export wrote", folder = Printable(.folder.to_string_lossy()), entry = Printable(.entry))]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// The first thing in it that is not ours.
        entry: String,
    },
    /// A file of an earlier export that is no longer as it was written.
    #[error("`{path}` was changed after it was exported", path = Printable(.path.to_string_lossy()))]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// What stands where the folder would.
    #[error("`{path}` is no folder", path = Printable(.path.to_string_lossy()))]
    NoFolder {
        /// Its path.
        path: PathBuf,
    },
    /// The machine failed.
    #[error("cannot {act} `{path}`", path = Printable(.path.to_string_lossy()))]
    Machine {
        /// What was tried: `read`, `write`.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
}

impl Error {
    /// Puts the path and the act beside what the machine said.
    pub(super) fn machine(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Machine { act, path, cause }
    }
}
