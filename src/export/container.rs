//! What the containers of a release have in common, whichever engine starts them: where the release's tree lies in its
//! image, as whom its processes run, and what each is told.

use super::disclosure::Disclosure;
use super::{Error, Exported, Program};
use crate::app::{AdminProcess, CannotStart, Command, ProcessType};

/// Where an image holds the release's tree.
pub(super) const ROOT: &str = "/app";

/// The user that processes run as, and its group: one that owns nothing.
pub(super) const USER: u32 = 65_532;

/// The only folder that a process may write, unless more is declared.
pub(super) const TEMPORARY: &str = "/tmp";

/// What a container is made for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// A process of a type.
    Process(&'a ProcessType),
    /// An admin process.
    Admin(&'a AdminProcess),
}

/// A release in containers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contained<'a> {
    pub(super) exported: &'a Exported,
    pub(super) config: &'a Disclosure<'a>,
}

impl<'a> Purpose<'a> {
    pub(super) fn command(self) -> &'a Command {
        match self {
            Self::Process(process) => &process.command,
            Self::Admin(admin) => &admin.command,
        }
    }

    /// Its name among those of its kind.
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Process(process) => &process.name,
            Self::Admin(admin) => &admin.name,
        }
    }

    /// Its name among all that run: `web`, `admin.migrate`.
    pub(super) fn component(self) -> String {
        match self {
            Self::Process(process) => process.name.clone(),
            Self::Admin(admin) => format!("admin.{}", admin.name),
        }
    }
}

impl<'a> Contained<'a> {
    /// The program of a command, by its path in the image where the release brings it.
    pub(super) fn program(&self, command: &Command) -> String {
        match self.exported.program(command) {
            Program::OfRelease(path) => format!("{ROOT}/{path}"),
            Program::OfSystem(name) => name,
        }
    }

    /// The paths that may be written: what stands there goes with the container.
    pub(super) fn writable(&self) -> impl Iterator<Item = &'a str> {
        let sandbox = self.exported.declaration().sandbox.as_ref();
        let declared = sandbox.into_iter().flat_map(|sandbox| &sandbox.writable).map(String::as_str);
        std::iter::once(TEMPORARY).chain(declared.filter(|path| *path != TEMPORARY))
    }

    /// What a process is told, as `run` tells it, each name once. `process` is what PROCESS says.
    pub(super) fn told(&self, purpose: Purpose<'_>, port: u16, process: &str) -> Vec<(String, String)> {
        let mut told: Vec<(String, String)> = vec![("PROCESS".to_owned(), process.to_owned())];
        if let Purpose::Process(declared) = purpose {
            let names = std::iter::once("PORT").chain(declared.port.as_deref().filter(|name| *name != "PORT"));
            told.extend(names.map(|name| (name.to_owned(), port.to_string())));
        }
        told.extend(self.exported.told().map(|(name, value)| (name.to_owned(), value)));
        told.push(("TMPDIR".to_owned(), TEMPORARY.to_owned()));
        // The base set, as `run` has it for a user without an entry; a config may say otherwise.
        let base = [("HOME", "/".to_owned()), ("USER", USER.to_string())];
        let free =
            base.into_iter().filter(|(name, _)| self.config.value(name).is_none() && !self.config.is_secret(name));
        told.extend(free.map(|(name, value)| (name.to_owned(), value)));
        told
    }

    /// Refuses commands that name variables which their processes would not have.
    pub(super) fn refuse_lacking(&self, purposes: impl Iterator<Item = Purpose<'a>>) -> Result<(), Error> {
        let lacks = |purpose: Purpose<'_>| {
            let told = self.told(purpose, 0, "");
            let has =
                |name: &str| (told.iter().any(|(known, _)| known == name) || self.config.has(name)).then(String::new);
            purpose.command().expand(has).err().map(|mut missing| {
                missing.dedup();
                (purpose.component(), missing)
            })
        };
        let processes: Vec<_> = purposes.filter_map(lacks).collect();
        if processes.is_empty() { Ok(()) } else { Err(CannotStart::CommandsLack { processes }.into()) }
    }

    /// All that may run: process types, then admin processes.
    pub(super) fn purposes(&self) -> impl Iterator<Item = Purpose<'a>> {
        let declaration = self.exported.declaration();
        declaration.processes.iter().map(Purpose::Process).chain(declaration.admin.iter().map(Purpose::Admin))
    }
}
