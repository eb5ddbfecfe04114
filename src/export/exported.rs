//! What is exported: the plain facts of a release that every exporter needs, whatever it writes.

use super::Error;
use crate::app::{AppName, BasePort, Command, Declaration, ProcessType};
use crate::artifact::{BuildManifest, ReleaseRecord};

/// A release as exporters see it.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The release's record.
    pub record: ReleaseRecord,
    /// The manifests of its builds, in the order of the record; never none.
    manifests: Vec<BuildManifest>,
    base: BasePort,
}

/// A process type with what the release makes of it.
#[derive(Debug, Clone, Copy)]
pub struct ExportedProcess<'a> {
    /// What is declared.
    pub declared: &'a ProcessType,
    /// The port of its first instance; each further one has the next.
    pub port: u16,
}

/// The program that a command's first word means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A file of the release, by its path from the root of the tree: `bin/shop`.
    OfRelease(String),
    /// A program that the system has, by its name: `sh`.
    OfSystem(String),
}

impl Exported {
    /// The release of a record. `manifests` are those of its builds, in its order; `base` is the port of the first process.
    ///
    /// # Errors
    /// Where there is nothing to run, or a declared instance would get a port that does not exist.
    pub fn of(record: ReleaseRecord, manifests: Vec<BuildManifest>, base: BasePort) -> Result<Self, Error> {
        let processes = manifests.first().map(|manifest| manifest.declaration.processes.as_slice()).unwrap_or_default();
        if processes.is_empty() {
            return Err(Error::NoProcessTypes { app: record.app, id: record.release });
        }
        for (index, process) in processes.iter().enumerate() {
            let last = process.count.max(1);
            let port = base.port(index, last - 1);
            if port > u64::from(u16::MAX) {
                return Err(Error::NoSuchPort { process: format!("{}.{last}", process.name), port });
            }
        }
        Ok(Self { record, manifests, base })
    }

    /// The app.
    #[must_use]
    pub fn app(&self) -> &AppName {
        &self.record.app
    }

    /// The release as a command line names it on any machine: `shop@v42`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.record.app, self.record.release)
    }

    /// The port of the first process of the first type.
    #[must_use]
    pub fn base(&self) -> BasePort {
        self.base
    }

    /// What the app declares: one declaration, since all builds of a release are of one commit.
    #[must_use]
    pub fn declaration(&self) -> &Declaration {
        &self.manifests[0].declaration
    }

    /// The manifests of its builds, in the order of the record.
    #[must_use]
    pub fn manifests(&self) -> &[BuildManifest] {
        &self.manifests
    }

    /// The process types, in the order of declaration.
    pub fn processes(&self) -> impl Iterator<Item = ExportedProcess<'_>> {
        let port = |index| u16::try_from(self.base.port(index, 0)).ok();
        let types = self.declaration().processes.iter().enumerate();
        types.filter_map(move |(index, declared)| Some(ExportedProcess { declared, port: port(index)? }))
    }

    /// What every process is told of its release, by the names of their variables.
    #[must_use]
    pub fn told(&self) -> [(&'static str, String); 3] {
        [
            ("RELEASE_ID", self.record.release.to_string()),
            ("RELEASE_VERSION", self.record.version.to_string()),
            ("RELEASE_COMMIT", self.record.commit.clone()),
        ]
    }

    /// The program of a command, found as `run` finds it: a word with a slash is a path from the root of the tree; any
    /// other is looked up in the release's `bin` first.
    #[must_use]
    pub fn program(&self, command: &Command) -> Program {
        let word = command.words().first().and_then(|word| word.literal()).unwrap_or_default();
        let own = if word.contains('/') { word.clone() } else { format!("bin/{word}") };
        let holds = |manifest: &BuildManifest| {
            manifest.files.iter().any(|file| file.path.as_str().strip_prefix("app/") == Some(own.as_str()))
        };
        if self.manifests.iter().all(holds) { Program::OfRelease(own) } else { Program::OfSystem(word) }
    }
}
