//! What runs next, planned from the working tree as it stands: the declaration, the config, and what was compiled.

use crate::app::{BasePort, Declaration, Offer, Sources};
use crate::build::Outside;
use crate::build::working_tree::{Compiled, WorkingPackage};
use crate::cli::configured::{base_port, notices};
use crate::cli::env_files::{Strictness, mind_readers, misread};
use crate::config::{Config, EnvFile, Typed};
use crate::report::Event;
use crate::run::{
    self, Confinement, Instance, Launch, Origin, PrivateFolder, Programs, Released, SandboxMode, Supervised, Wanted,
};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The file that holds the config where none is named.
pub(super) const DOT_ENV: &str = ".env";

/// What everything that runs is made from: what was typed, and where it was typed.
pub(super) struct Recipe {
    /// The folder of the declaration: the working directory of processes.
    pub(super) folder: PathBuf,
    pub(super) package: WorkingPackage,
    pub(super) wanted: Vec<Wanted>,
    pub(super) port: Option<u16>,
    /// The env files, each with its name as it was typed; none for `.env`.
    pub(super) env_files: Vec<(PathBuf, PathBuf)>,
    pub(super) typed: Typed,
    pub(super) strictness: Strictness,
    pub(super) sandbox: SandboxMode,
    pub(super) origin: Origin,
    /// More words for cargo.
    pub(super) cargo: Vec<OsString>,
    pub(super) outside: Outside,
}

/// What the app declares and is given at this moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) declaration: Declaration,
    files: Vec<EnvFile>,
    config: Config,
    /// What the user should know of it.
    pub(super) notices: Vec<Event>,
}

/// What runs or is about to: planned, and told apart from what runs now.
pub(super) struct Generation {
    pub(super) offered: Offered,
    /// The programs as they were when they were planned: device, file, time and size.
    programs: BTreeMap<String, (u64, u64, i64, i64, u64)>,
    pub(super) release: Released,
    pub(super) confinement: Confinement,
    /// Holds the private folders of its processes.
    pub(super) _folder: PrivateFolder,
}

impl Recipe {
    /// The env files, each with the name that messages call it by.
    pub(super) fn env_files(&self) -> Vec<(PathBuf, PathBuf)> {
        match self.env_files.as_slice() {
            [] => vec![(self.folder.join(DOT_ENV), PathBuf::from(DOT_ENV))],
            named => named.to_vec(),
        }
    }

    /// What the app declares, as it stands.
    pub(super) fn declaration(&self) -> anyhow::Result<Declaration> {
        Ok(Sources::read(&self.folder)?.declaration(&self.package.name)?)
    }

    /// What the app declares, and its config, which meets the contract.
    pub(super) fn offered(&self) -> anyhow::Result<Offered> {
        let declaration = self.declaration()?;
        let mut files = Vec::new();
        for (path, name) in self.env_files() {
            // Only a file that was named must be there.
            if !self.env_files.is_empty() || path.exists() {
                files.push(EnvFile::read(&path, &name.to_string_lossy())?);
            }
        }
        let offer = Offer { environment: &self.origin.environment, typed: &self.typed, files: &files };
        let config = declaration.config(&offer, &|path| std::fs::read(path))?;
        let exposed = mind_readers(&files, declaration.contract.as_ref(), self.strictness)?;
        let notices = files.iter().flat_map(misread).chain(exposed).chain(notices(&config)).collect();
        Ok(Offered { declaration, files, config, notices })
    }

    /// The processes that run, with their ports.
    pub(super) fn formation<'a>(&self, offered: &'a Offered) -> anyhow::Result<Vec<Instance<'a>>> {
        let base = match self.port {
            Some(port) => BasePort(port),
            None => base_port(&self.typed, &self.origin.environment, &offered.files)?,
        };
        Ok(run::formation(&offered.declaration, &self.wanted, base)?)
    }

    /// Plans what runs next.
    pub(super) fn plan(
        &self,
        compiled: &Compiled,
        commit: String,
        within: &Path,
    ) -> anyhow::Result<(Generation, Vec<Supervised>)> {
        let offered = self.offered()?;
        let folder = PrivateFolder::make(within, &self.origin.identity)?;
        let release = Released { id: "dev".to_owned(), version: self.package.version.clone(), commit };
        let declared = offered.declaration.sandbox.as_ref();
        let confinement = Confinement::of_writes(self.sandbox, declared, &self.folder, folder.path())?;
        let launch = Launch {
            root: &self.folder,
            programs: Programs::Compiled(&compiled.programs),
            release: release.clone(),
            config: &offered.config,
            origin: &self.origin,
            folder: &folder,
            confinement: &confinement,
        };
        let formation = self.formation(&offered)?;
        let planned = formation.iter().map(|one| launch.instance(one)).collect::<Result<Vec<_>, _>>()?;
        let programs = identities(&compiled.programs);
        Ok((Generation { offered, programs, release, confinement, _folder: folder }, planned))
    }
}

impl Generation {
    /// Whether nothing that runs would be another.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.offered == other.offered && self.programs == other.programs
    }
}

/// What tells a program from the one that was there before.
fn identities(programs: &BTreeMap<String, PathBuf>) -> BTreeMap<String, (u64, u64, i64, i64, u64)> {
    let identity = |path: &PathBuf| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.dev(), found.ino(), found.mtime(), found.mtime_nsec(), found.size()))
    };
    programs.iter().filter_map(|(name, path)| Some((name.clone(), identity(path)?))).collect()
}
