//! The declaration: what an app is, for every deploy. Normalised: every default is filled in, durations are
//! milliseconds, and process types keep the order in which they were declared, since their ports follow it.

use super::{AppName, Command, StopSignal};
use crate::config::Contract;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an app declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The app's name.
    pub app: AppName,
    /// How it is built.
    pub build: BuildSettings,
    /// Its process types, in the order of declaration.
    pub processes: Vec<ProcessType>,
    /// Its admin processes, in the order of declaration.
    pub admin: Vec<AdminProcess>,
    /// What its config must look like. Without one, every name of the env file passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    /// What its processes may write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Sandbox>,
    /// Exceptions of the audit: rule id to reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub allow: BTreeMap<String, String>,
}

/// How an app is built.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildSettings {
    /// The package, where it is not the one beside the declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The binaries; none named means every bin target of the package.
    pub bins: Vec<String>,
    /// Globs of files of the commit, from the declaration's folder.
    pub assets: Vec<String>,
    /// Globs of files of the build script's OUT_DIR.
    pub out_assets: Vec<String>,
    /// Cargo features.
    pub features: Vec<String>,
    /// Target triples; none named means the host.
    pub targets: Vec<String>,
    /// Shared libraries that are allowed beyond the C library's own family.
    pub system_libraries: Vec<String>,
    /// The newest GLIBC version that may be needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_glibc: Option<String>,
}

/// A named command of the app, run as any number of processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessType {
    /// Its name, `web`.
    pub name: String,
    /// What it runs.
    pub command: Command,
    /// The variable that tells it its port, where it listens on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// The HTTP path that answers 2xx when it is ready; without it, ready means that the port accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<String>,
    /// How long it may take until it is ready, in milliseconds.
    pub start_timeout: u64,
    /// How long it may take to stop before it is killed, in milliseconds.
    pub stop_timeout: u64,
    /// What asks it to stop.
    pub stop_signal: StopSignal,
    /// What happens when it ends by itself.
    pub restart: Restart,
    /// How many run where the formation does not say.
    pub count: u32,
}

/// How many processes of a type may run: each type has so many ports to itself, and one more would take the next
/// type's.
pub const MOST_PROCESSES: u32 = 100;

/// What happens when a process ends by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// The formation stops; the process manager outside decides.
    #[default]
    Never,
    /// It is started again where its code was not 0.
    OnFailure,
    /// It is started again.
    Always,
}

/// A one-off command that ships with the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminProcess {
    /// Its name, `migrate`.
    pub name: String,
    /// What it runs.
    pub command: Command,
    /// Whether it runs once before a deploy moves to a release.
    pub before_deploy: bool,
    /// When it runs, as five cron fields, where an exported engine schedules it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
}

/// What processes may write besides their private TMPDIR.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// Paths outside TMPDIR.
    pub writable: Vec<String>,
}

impl Declaration {
    /// The process type of this name.
    #[must_use]
    pub fn process_type(&self, name: &str) -> Option<&ProcessType> {
        self.processes.iter().find(|process_type| process_type.name == name)
    }

    /// The admin process of this name.
    #[must_use]
    pub fn admin_process(&self, name: &str) -> Option<&AdminProcess> {
        self.admin.iter().find(|admin| admin.name == name)
    }
}

impl ProcessType {
    /// The defaults of a process type.
    pub(super) fn new(name: &str, command: Command) -> Self {
        Self {
            name: name.to_owned(),
            command,
            port: None,
            ready: None,
            start_timeout: 60_000,
            stop_timeout: 30_000,
            stop_signal: StopSignal::Term,
            restart: Restart::Never,
            count: 1,
        }
    }
}
