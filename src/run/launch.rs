//! The plan of a process: everything that is needed to start it, as plain values, before anything starts.

use super::environment::{Environment, Origin, Told};
use super::identity::Identity;
use super::program::{self, Programs};
use super::{Confinement, Error, Instance, PrivateFolder, Sockets};
use crate::app::{Command, ProcessType};
use crate::artifact::ReleaseRecord;
use crate::config::Config;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What all processes of a release are started from.
pub struct Launch<'a> {
    /// The root of the tree: the working directory.
    pub root: &'a Path,
    /// The app's own programs.
    pub programs: Programs<'a>,
    /// What they are told of their release.
    pub release: Released,
    /// Their config.
    pub config: &'a Config,
    /// The environment and the user.
    pub origin: &'a Origin,
    /// Where their private folders are.
    pub folder: &'a PrivateFolder,
    /// What they are kept from.
    pub confinement: &'a Confinement,
}

/// What a process is told of its release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// RELEASE_ID.
    pub id: String,
    /// RELEASE_VERSION.
    pub version: String,
    /// RELEASE_COMMIT.
    pub commit: String,
}

/// A process that is ready to be started.
#[derive(Debug, Clone)]
pub struct PlannedProcess {
    /// Its name, `web.1`.
    pub name: String,
    /// The file that is executed.
    pub program: PathBuf,
    /// Its words, the first as it was declared.
    pub words: Vec<OsString>,
    /// Its environment, all of it.
    pub environment: Environment,
    /// Its working directory.
    pub directory: PathBuf,
    /// As whom it runs.
    pub identity: Identity,
    /// What it is kept from.
    pub confinement: Confinement,
    /// Its TMPDIR.
    pub temporary: PathBuf,
}

/// A process and the rules of its type.
#[derive(Debug, Clone)]
pub struct Supervised {
    /// What is started.
    pub process: PlannedProcess,
    /// How it becomes ready, stops and restarts.
    pub process_type: ProcessType,
    /// Its port, where its type declares one.
    pub port: Option<u16>,
    /// The listening sockets that it is handed.
    pub sockets: Sockets,
}

impl From<&ReleaseRecord> for Released {
    fn from(record: &ReleaseRecord) -> Self {
        Self { id: record.release.to_string(), version: record.version.to_string(), commit: record.commit.clone() }
    }
}

impl Launch<'_> {
    /// Plans a process of the formation.
    ///
    /// # Errors
    /// Where its command names a variable that it will not have, or a program that is not there.
    pub fn instance(&self, instance: &Instance<'_>) -> Result<Supervised, Error> {
        let process_type = instance.process_type;
        let port = (instance.port, process_type.port.as_deref());
        let process = self.process(&instance.name, &process_type.command, Some(port))?;
        let port = process_type.port.as_ref().map(|_| instance.port);
        Ok(Supervised { process, process_type: process_type.clone(), port, sockets: Sockets::default() })
    }

    /// Plans an admin process that is declared; `arguments` follow its words.
    ///
    /// # Errors
    /// As for a process of the formation.
    pub fn admin(&self, name: &str, command: &Command, arguments: &[OsString]) -> Result<PlannedProcess, Error> {
        let mut process = self.process(&format!("admin.{name}"), command, None)?;
        process.words.extend(arguments.iter().cloned());
        Ok(process)
    }

    /// Plans an admin process from words that were typed; nothing in them is expanded, the user's shell did that.
    ///
    /// # Errors
    /// Where its program is not there.
    pub fn typed(&self, words: &[OsString]) -> Result<PlannedProcess, Error> {
        let first = words.first().map(OsString::as_os_str).unwrap_or_default();
        let base = Path::new(first).file_name().unwrap_or(first).to_string_lossy().into_owned();
        let name = format!("admin.{base}");
        let environment = self.environment(&name, None)?;
        self.planned(name, words.to_vec(), environment)
    }

    fn process(
        &self,
        name: &str,
        command: &Command,
        port: Option<(u16, Option<&str>)>,
    ) -> Result<PlannedProcess, Error> {
        let environment = self.environment(name, port)?;
        let lookup = |variable: &str| environment.get(variable)?.to_str().map(str::to_owned);
        let words = command.expand(lookup).map_err(|mut missing| {
            missing.dedup();
            Error::CommandLacks { process: name.to_owned(), missing }
        })?;
        self.planned(name.to_owned(), words.into_iter().map(OsString::from).collect(), environment)
    }

    fn environment(&self, name: &str, port: Option<(u16, Option<&str>)>) -> Result<Environment, Error> {
        let temporary = self.folder.of_process(name)?;
        let Released { id, version, commit } = self.release.clone();
        let release = [("RELEASE_ID", id), ("RELEASE_VERSION", version), ("RELEASE_COMMIT", commit)];
        Ok(self.origin.environment_of(self.config, &Told { process: name, port, release, temporary: &temporary }))
    }

    fn planned(&self, name: String, words: Vec<OsString>, environment: Environment) -> Result<PlannedProcess, Error> {
        let word = words.first().map(OsString::as_os_str).unwrap_or_default().to_string_lossy();
        let path = environment.get("PATH");
        let program = program::find(&name, &word, self.root, self.programs, path)?;
        let (directory, identity) = (self.root.to_path_buf(), self.origin.identity.clone());
        let (confinement, temporary) = (self.confinement.clone(), self.folder.path().join(&name));
        Ok(PlannedProcess { name, program, words, environment, directory, identity, confinement, temporary })
    }
}
