//! What an image starts: a process of a type, or an admin process.

use super::Error;
use crate::app::{Command, StopSignal};
use crate::export::Exported;
use crate::export::container::Purpose;

/// What an image starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Started<'a> {
    purpose: Purpose<'a>,
    port: u16,
}

impl<'a> Started<'a> {
    /// The one that was asked for, `web`, `admin.migrate`; else the only process type, else `web`.
    pub(super) fn chosen(exported: &'a Exported, asked: Option<&str>) -> Result<Self, Error> {
        let types: Vec<_> = exported.processes().collect();
        let admin = exported.declaration().admin.iter();
        let types = types.iter().map(|one| Self { purpose: Purpose::Process(one.declared), port: one.port });
        let all: Vec<Self> =
            types.clone().chain(admin.map(|one| Self { purpose: Purpose::Admin(one), port: 0 })).collect();
        let named = |name: &str| all.iter().find(|one| one.name() == name).copied();
        let (app, declared) = (exported.app(), || all.iter().map(Self::name).collect());
        match (asked, types.len()) {
            (Some(name), _) => named(name).ok_or_else(|| Error::NotDeclared {
                app: app.clone(),
                name: name.to_owned(),
                declared: declared(),
            }),
            (None, 1) => Ok(all[0]),
            (None, _) => named("web").ok_or_else(|| Error::WhichProcess { app: app.clone(), declared: declared() }),
        }
    }

    /// Its name among all that a release starts.
    pub(super) fn name(&self) -> String {
        self.purpose.component()
    }

    /// What PROCESS says.
    pub(super) fn process(&self) -> String {
        match self.purpose {
            Purpose::Process(declared) => format!("{}.1", declared.name),
            Purpose::Admin(_) => self.name(),
        }
    }

    pub(super) fn command(&self) -> &'a Command {
        self.purpose.command()
    }

    /// The port, and the variables that say it; none where it has none.
    pub(super) fn port(&self) -> Option<(u16, [&'a str; 2])> {
        match self.purpose {
            Purpose::Process(declared) => declared.port.as_deref().map(|name| (self.port, [name, "PORT"])),
            Purpose::Admin(_) => None,
        }
    }

    pub(super) fn stop_signal(&self) -> StopSignal {
        match self.purpose {
            Purpose::Process(declared) => declared.stop_signal,
            Purpose::Admin(_) => StopSignal::default(),
        }
    }
}
