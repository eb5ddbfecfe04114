//! What a command finds around it: the environment, the working directory, the clock, and who listens. Everything
//! that differs from one call to the next and is not on the command line is read here and nowhere below.

use super::options::Options;
use crate::report::Reporter;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The edge between the machine and the program.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The environment, sorted by name.
    pub(crate) environment: BTreeMap<OsString, OsString>,
    /// The working directory.
    pub(crate) directory: PathBuf,
    /// The options of every command.
    pub(crate) options: Options,
    /// Who listens.
    pub(crate) reporter: Reporter,
}

impl Surroundings {
    /// Reads them, once.
    ///
    /// # Errors
    /// Where the working directory has been removed.
    #[expect(clippy::disallowed_methods, reason = "this is the edge")]
    pub(crate) fn read(options: Options) -> anyhow::Result<Self> {
        let reporter = options.reporter();
        let directory = std::env::current_dir()
            .map_err(|cause| anyhow::anyhow!("the working directory cannot be read: {cause}"))?;
        Ok(Self { environment: std::env::vars_os().collect(), directory, options, reporter })
    }

    /// A variable that is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable that is set, not empty, and text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.variable(name).and_then(OsStr::to_str)
    }

    /// A path as the user meant it: relative to the working directory.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    /// The wall clock.
    #[expect(clippy::disallowed_methods, clippy::unused_self, reason = "this is the edge")]
    pub(crate) fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}
