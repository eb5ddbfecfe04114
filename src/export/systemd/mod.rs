//! A release on one server under systemd: a template unit a process type, a target for the formation, a oneshot for
//! each admin process.
//!
//! No supervisor stands between systemd and the app: `run --exec` verifies the tree, holds the config against the
//! contract, and becomes the process. So command, clean environment, port and private folder are those of `run`. Bringing
//! the release to the machine is a unit of its own, which alone sees the store and writes to the cache.

mod admin;
mod calendar;
mod hardening;
mod process;
mod pull;
mod unit;

use super::{Error, Exported, GeneratedFiles};
use unit::Unit;

/// What the units are told of the server; every path is one there.
#[derive(Debug, Clone)]
pub struct Server {
    /// The program.
    pub program: String,
    /// Where the store is, as variables.
    pub store: Vec<(&'static str, String)>,
    /// The folder of unpacked releases.
    pub cache: String,
    /// The file of believed keys, where only signed releases run.
    pub signers: Option<String>,
    /// The env files, a later one winning.
    pub env_files: Vec<String>,
    /// Variables whose value stands in a file: name and path.
    pub value_files: Vec<(String, String)>,
}

impl Server {
    /// The store's location.
    #[must_use]
    pub fn store_location(&self) -> Option<&str> {
        self.store.iter().find(|(name, _)| *name == "TWELVE_STORE").map(|(_, place)| place.as_str())
    }

    /// Whether a place lies in a home that is not root's own: what pulls is root without the rights to look into one
    /// that is closed to others.
    #[must_use]
    pub fn is_in_a_users_home(&self, place: &str) -> bool {
        pull::lies_in_a_home(place) && !place.starts_with("/root/")
    }
}

/// Who opens the ports of processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// The process itself, at PORT.
    Process,
    /// systemd, which hands them over (sd_listen_fds(3)).
    Sockets,
}

/// The units of a release.
///
/// # Errors
/// Where something that is declared cannot be said in a unit.
pub fn systemd(
    exported: &Exported,
    server: &Server,
    listening: Listening,
    mut files: GeneratedFiles,
) -> Result<GeneratedFiles, Error> {
    let units = Units { exported, server, listening };
    files.add_text(units.target_name(), &units.target());
    files.add_text(units.pull_name(), &units.pull());
    for process in exported.processes() {
        files.add_text(units.process_name(&process, ""), &units.process(&process));
        if listening == Listening::Sockets && process.declared.port.is_some() {
            for number in 1..=process.declared.count {
                files.add_text(units.socket_name(&process, number), &units.socket(&process, number));
            }
        }
    }
    for admin in &exported.declaration().admin {
        files.add_text(units.admin_name(admin, "service"), &units.admin(admin));
        if let Some(timer) = units.timer(admin)? {
            files.add_text(units.admin_name(admin, "timer"), &timer);
        }
    }
    Ok(files)
}

/// The units of one release, and their names.
struct Units<'a> {
    exported: &'a Exported,
    server: &'a Server,
    listening: Listening,
}

impl Units<'_> {
    fn target_name(&self) -> String {
        format!("{}.target", self.exported.app())
    }

    /// The formation: what runs where nobody says otherwise.
    fn target(&self) -> String {
        let mut unit = Unit::new();
        unit.section("Unit");
        unit.set("Description", &format!("{}: the formation of {}", self.exported.app(), self.release()));
        for process in self.exported.processes() {
            for number in 1..=process.declared.count {
                unit.set("Wants", &self.process_name(&process, &number.to_string()));
            }
        }
        for admin in self.exported.declaration().admin.iter().filter(|admin| admin.schedule.is_some()) {
            unit.set("Wants", &self.admin_name(admin, "timer"));
        }
        unit.section("Install");
        unit.set("WantedBy", "multi-user.target");
        unit.text()
    }

    /// `v42 (1.4.0)`.
    fn release(&self) -> String {
        format!("{} ({})", self.exported.record.release, self.exported.record.version)
    }

    /// The user that all processes of the app share, made by systemd and no one else's: names of users have at most 31
    /// characters, so that of a long app ends in a digest.
    fn user(&self) -> String {
        let app = self.exported.app().as_str();
        let name = format!("twelve-{app}");
        if name.len() <= 31 {
            return name;
        }
        let digest = crate::artifact::Digest::of(app.as_bytes()).to_string();
        format!("{}-{}", &name[..22], &digest[..8])
    }

    /// What `run --exec` and `admin` are told alike: the release, its config, and where this machine keeps things.
    fn release_words(&self) -> Vec<String> {
        let mut words = vec!["--release-id".to_owned(), self.exported.reference()];
        for index in 0..self.server.env_files.len() {
            words.extend(["--env-file".to_owned(), format!("%d/{}", self.env_credential(index))]);
        }
        for (name, _) in &self.server.value_files {
            words.extend(["-e".to_owned(), format!("{name}_FILE=%d/{name}")]);
        }
        // The number stands in the unit, and whoever may write units may say an older one.
        words.push("--allow-older".to_owned());
        words
    }

    /// The lines by which systemd hands a service its config: PID 1 reads the files, the service alone sees the copies.
    fn credentials(&self, unit: &mut Unit) {
        for (index, path) in self.server.env_files.iter().enumerate() {
            unit.set("LoadCredential", &format!("{}:{}", self.env_credential(index), unit::literal(path)));
        }
        for (name, path) in &self.server.value_files {
            unit.set("LoadCredential", &format!("{name}:{}", unit::literal(path)));
        }
    }

    fn env_credential(&self, index: usize) -> String {
        if self.server.env_files.len() == 1 { "env".to_owned() } else { format!("env-{}", index + 1) }
    }

    /// Where the machine keeps things, as variables, since every command reads them.
    fn places(&self, unit: &mut Unit) {
        self.server.store.iter().for_each(|(name, value)| unit.environment(name, value));
        unit.environment("TWELVE_CACHE", &self.server.cache);
        if let Some(signers) = &self.server.signers {
            unit.environment("TWELVE_SIGNERS", signers);
        }
    }
}
