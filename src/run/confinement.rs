//! What processes are kept from: writing outside their TMPDIR and the declared paths (Landlock), gaining privileges,
//! leaving their memory on the disk, leaving files that others can read.
//!
//! The law: what is said to be enforced was confirmed by the kernel. What we can take on ourselves (no_new_privs, the
//! core size, the umask) processes inherit. What Landlock forbids would forbid us too, so it is taken on by a thread
//! that lives as long as one start takes: a domain belongs to a thread and to what that starts (landlock(7)). No
//! program stands between us and the process.

use super::Error;
use crate::app::Sandbox;
use landlock::{
    ABI, AccessFs, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, path_beneath_rules,
};
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};
use rustix::thread::{no_new_privs, set_no_new_privs};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// How much of the sandbox is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SandboxMode {
    /// Writes are confined where the declaration has a `[sandbox]` and the kernel can.
    #[default]
    Auto,
    /// Nothing is kept from processes.
    Off,
    /// Writes are confined, or nothing starts.
    Require,
}

/// What processes of a release are kept from.
#[derive(Debug, Clone, Default)]
pub struct Confinement {
    /// The paths that may be written besides TMPDIR; none where writes are not confined.
    writable: Option<Vec<PathBuf>>,
    /// What holds, each as a fragment.
    enforced: Vec<String>,
    /// What its user should know, each as a fact and what to do.
    warnings: Vec<(String, Option<String>)>,
}

/// What every program writes to and nothing is kept in.
const DEVICES: [&str; 8] =
    ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts"];

/// Writing, as far as this program knows it. Without ioctls on devices, which are how a program asks its terminal.
const WRITING: ABI = ABI::V3;

impl Confinement {
    /// Takes on what is wanted, as far as this machine can, and finds out what holds. From here on it holds for us
    /// and for all that we start. `tree` is the release, `temporary` a folder of ours.
    ///
    /// # Errors
    /// Where `require` cannot be met, or the declaration lets processes write to the release.
    pub fn take_on(
        mode: SandboxMode,
        declared: Option<&Sandbox>,
        tree: &Path,
        temporary: &Path,
    ) -> Result<Self, Error> {
        let mut confinement = Self::default();
        if mode == SandboxMode::Off {
            return Ok(confinement);
        }
        confinement.confine_writes(mode, declared, tree, temporary)?;
        if set_no_new_privs(true).is_ok() && no_new_privs() == Ok(true) {
            confinement.enforced.push("no new privileges".to_owned());
        }
        // Memory on the disk is where secrets are found.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        if getrlimit(Resource::Core).current == Some(0) {
            confinement.enforced.push("no core dumps".to_owned());
        }
        umask(Mode::RWXG | Mode::RWXO);
        confinement.enforced.push("umask 077".to_owned());
        Ok(confinement)
    }

    /// What processes are kept from writing, without what would hold for us too: `dev` also compiles, and whoever
    /// debugs wants a core.
    ///
    /// # Errors
    /// As [`take_on`](Self::take_on).
    pub fn of_writes(
        mode: SandboxMode,
        declared: Option<&Sandbox>,
        tree: &Path,
        temporary: &Path,
    ) -> Result<Self, Error> {
        let mut confinement = Self::default();
        if mode != SandboxMode::Off {
            confinement.confine_writes(mode, declared, tree, temporary)?;
        }
        Ok(confinement)
    }

    /// What holds, each as a fragment: `writes only to TMPDIR`.
    #[must_use]
    pub fn enforced(&self) -> &[String] {
        &self.enforced
    }

    /// What its user should know: a fact, and what to do.
    #[must_use]
    pub fn warnings(&self) -> &[(String, Option<String>)] {
        &self.warnings
    }

    /// Starts a process with this confinement; `temporary` is its own folder.
    pub(super) fn start(&self, command: &mut Command, temporary: &Path) -> io::Result<Child> {
        let Some(writable) = &self.writable else { return command.spawn() };
        in_a_thread(|| {
            restrict(writable, temporary).map_err(io::Error::other)?;
            command.spawn()
        })
    }

    /// Becomes the command, with this confinement; comes back only where that fails.
    pub(super) fn become_command(&self, command: &mut Command, temporary: &Path) -> io::Error {
        match self.writable.as_ref().map(|writable| restrict(writable, temporary)) {
            Some(Err(cause)) => io::Error::other(cause),
            _ => command.exec(),
        }
    }

    fn confine_writes(
        &mut self,
        mode: SandboxMode,
        declared: Option<&Sandbox>,
        tree: &Path,
        temporary: &Path,
    ) -> Result<(), Error> {
        if mode == SandboxMode::Auto && declared.is_none() {
            return Ok(());
        }
        let mut writable = Vec::new();
        for path in declared.map(|sandbox| sandbox.writable.as_slice()).unwrap_or_default() {
            let Ok(resolved) = Path::new(path).canonicalize() else {
                let text = format!("`{path}`, which `[sandbox]` names, cannot be written: it is not there");
                self.warnings.push((text, Some(format!("make it, owned by the user of the processes: `{path}`"))));
                continue;
            };
            if tree.starts_with(&resolved) {
                return Err(Error::WritableTree { path: resolved, tree: tree.to_path_buf() });
            }
            writable.push(resolved);
        }
        let places = std::iter::once("TMPDIR".to_owned()).chain(writable.iter().map(|path| path.display().to_string()));
        let text = format!("writes only to {}", places.collect::<Vec<_>>().join(", "));
        let status = in_a_thread(|| restrict(&writable, temporary).map_err(io::Error::other));
        let text = match status {
            Ok(RulesetStatus::FullyEnforced) => text,
            // What Landlock's first versions leave open for files that stand: to be cut short.
            Ok(RulesetStatus::PartiallyEnforced) if mode == SandboxMode::Auto => format!("{text} (truncation apart)"),
            _ if mode == SandboxMode::Require => return Err(Error::NoSandbox),
            _ => {
                let text = "this kernel cannot enforce `[sandbox]`: processes can write wherever their user can";
                let hint = "a kernel from 6.2 on with `landlock` in its `lsm=` list can; `--sandbox=require` insists";
                self.warnings.push((text.to_owned(), Some(hint.to_owned())));
                return Ok(());
            }
        };
        self.enforced.push(text);
        self.writable = Some(writable);
        Ok(())
    }
}

/// Does something in a thread that ends with it, so that what it takes on ends too.
fn in_a_thread<T: Send>(act: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, act)?;
        // A panic in the other thread is a fault of this program and goes on as one.
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// From here on this thread, and what it starts, writes nowhere else.
fn restrict(writable: &[PathBuf], temporary: &Path) -> Result<RulesetStatus, RulesetError> {
    let writing = AccessFs::from_write(WRITING);
    let into: BitFlags<AccessFs> = AccessFs::WriteFile | AccessFs::Truncate;
    let places = writable.iter().map(PathBuf::as_path).chain([temporary]);
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(writing)?
        .create()?
        .add_rules(path_beneath_rules(places, writing))?
        .add_rules(path_beneath_rules(DEVICES, into))?
        .restrict_self()?;
    Ok(status.ruleset)
}
