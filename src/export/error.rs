//! Why there is no export.

use crate::app::{AppName, CannotStart, Rule};
use crate::artifact::ReleaseId;
use crate::config;
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
    /// An image that may be another one tomorrow.
    #[error("the image `{image}` names no digest")]
    NotPinned {
        /// The image.
        image: String,
    },
    /// A word that is no name of an image.
    #[error("`{text}` is no image: {rule}", text = Printable(.text))]
    NoImage {
        /// What was typed.
        text: String,
        /// The rule.
        rule: &'static str,
    },
    /// A word that is no name of an object of Kubernetes.
    #[error("`{text}` is no name in Kubernetes: lower-case letters, digits and inner `-`, at most 63", text = Printable(.text))]
    NoObjectName {
        /// What was typed.
        text: String,
    },
    /// A word that asks for no service.
    #[error("`{text}` is not `VARIABLE=IMAGE`", text = Printable(.text))]
    NoAttachment {
        /// What was typed.
        text: String,
    },
    /// A service is asked for that no variable names.
    #[error("`{variable}` is no variable of the type `service-url`", variable = Printable(.variable))]
    NoSuchService {
        /// The variable.
        variable: String,
        /// Those that are.
        declared: Vec<String>,
    },
    /// A service is asked for whose URL nobody here can tell.
    #[error("`{variable}` names a service that cannot be made: nothing is known of {}", in_words(.schemes))]
    UnknownService {
        /// The variable.
        variable: String,
        /// Its schemes.
        schemes: Vec<String>,
    },
    /// A required service at no version.
    #[error("`{variable}` names a backing service, and nobody says at which version")]
    NoVersion {
        /// The variable.
        variable: String,
        /// The image that its makers publish.
        image: &'static str,
    },
    /// A command names a secret where it would stand in a file.
    #[error("the command of `{process}` names `{variable}`, a secret: a Compose file would hold its value")]
    SecretInCommand {
        /// The process.
        process: String,
        /// The variable.
        variable: String,
    },
    /// Commands name variables that their processes would not have.
    #[error(transparent)]
    CannotStart(#[from] CannotStart),
    /// Values that a file cannot hold.
    #[error("the secrets cannot be written")]
    Config(#[from] config::Error),
    /// A schedule that cannot be told to an engine.
    #[error("the schedule of `{admin}`: {rule}")]
    Schedule {
        /// The admin process.
        admin: String,
        /// What is wrong with it.
        rule: Rule,
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

fn in_words(schemes: &[String]) -> String {
    schemes.iter().map(|scheme| format!("`{scheme}://`")).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// Puts the path and the act beside what the machine said.
    pub(super) fn machine(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Machine { act, path, cause }
    }
}
