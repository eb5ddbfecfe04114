//! A compile of the working tree that is under way. It never waits: whoever holds it asks when its pipe has something
//! to read, tells it when its process has ended, and stops it where it is to start over.

use super::WorkingPackage;
use crate::app::BuildSettings;
use crate::build::process_group::PATIENCE;
use crate::build::{Error, Outside};
use crate::codebase::cargo::Message;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Instant;

/// A compile that is under way.
#[derive(Debug)]
pub struct Compilation {
    group: Pid,
    stdout: Option<ChildStdout>,
    said: Vec<u8>,
    /// Its exit code, once its process was reaped.
    code: Option<u8>,
    /// Set where it was asked to stop: when it is killed.
    kill_at: Option<Instant>,
    package: WorkingPackage,
}

/// Whether cargo shows how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// As it likes.
    Shown,
    /// Not at all: its bar would be in the way of lines from processes.
    Hidden,
}

/// How a compile ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is compiled.
    Compiled(Compiled),
    /// cargo said why not.
    Failed,
    /// It was stopped.
    Stopped,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// The programs, by name.
    pub programs: BTreeMap<String, PathBuf>,
    /// The folders of all packages that lie on this machine and not in a registry.
    pub folders: Vec<PathBuf>,
}

impl Compilation {
    /// Starts cargo. `words` are more of its arguments. Its diagnostics go to our stderr.
    ///
    /// # Errors
    /// Where a program is declared that the package does not have, or cargo cannot be started.
    pub fn start(
        package: &WorkingPackage,
        settings: &BuildSettings,
        words: &[OsString],
        outside: &Outside,
        progress: Progress,
    ) -> Result<Self, Error> {
        if let Some(bin) = settings.bins.iter().find(|bin| !package.bins.contains(bin)) {
            let (package, known) = (package.name.clone(), package.bins.clone());
            return Err(Error::NoSuchBin { package, bin: bin.clone(), known });
        }
        let program = outside.cargo()?;
        let mut command = Command::new(&program);
        command.env_clear().envs(&outside.environment).current_dir(&outside.directory);
        command.args(["build", "--message-format", "json-render-diagnostics", "--package", &package.name]);
        command.arg("--manifest-path").arg(&package.manifest);
        if settings.bins.is_empty() {
            command.arg("--bins");
        }
        command.args(settings.bins.iter().flat_map(|bin| ["--bin", bin]));
        if !settings.features.is_empty() {
            command.args(["--features", &settings.features.join(",")]);
        }
        if progress == Progress::Hidden && outside.variable("CARGO_TERM_PROGRESS_WHEN").is_none() {
            command.env("CARGO_TERM_PROGRESS_WHEN", "never");
        }
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).process_group(0);
        let not_started = |cause| Error::NotStarted { program: program.clone(), cause };
        let mut child = command.spawn().map_err(not_started)?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let group = group.ok_or_else(|| not_started(ErrorKind::InvalidData.into()))?;
        let stdout = child.stdout.take();
        if let Some(pipe) = &stdout {
            fcntl_setfl(pipe, OFlags::NONBLOCK).map_err(|cause| not_started(cause.into()))?;
        }
        Ok(Self { group, stdout, said: Vec::new(), code: None, kill_at: None, package: package.clone() })
    }

    /// Readable when there is something to [`listen`](Self::listen) to; none once all was said.
    #[must_use]
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.stdout.as_ref().map(AsFd::as_fd)
    }

    /// The group of its processes, as long as their leader was not reaped.
    #[must_use]
    pub fn group(&self) -> Option<Pid> {
        self.code.is_none().then_some(self.group)
    }

    /// When it is killed, where it was asked to stop.
    #[must_use]
    pub fn next_moment(&self) -> Option<Instant> {
        self.kill_at
    }

    /// Reads what is there.
    pub fn listen(&mut self) {
        let Some(pipe) = &mut self.stdout else { return };
        let mut part = vec![0; 64 << 10];
        loop {
            match pipe.read(&mut part) {
                Ok(count @ 1..) => self.said.extend_from_slice(&part[..count]),
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => return,
                Ok(0) | Err(_) => return self.stdout = None,
            }
        }
    }

    /// Its process was reaped.
    pub fn ended(&mut self, child: Pid, code: u8) {
        if child == self.group {
            self.code = Some(code);
            // Who holds the pipe beyond cargo's end (a compiler's server that it started) has nothing to say to us.
            self.listen();
            self.stdout = None;
        }
    }

    /// Asks it to stop.
    pub fn stop(&mut self, now: Instant) {
        if self.kill_at.is_none() {
            self.kill_at = Some(now + PATIENCE);
            self.signal(Signal::TERM);
        }
    }

    /// Kills it, where it was asked to stop and its time is up.
    pub fn keep_time(&mut self, now: Instant) {
        if self.kill_at.is_some_and(|moment| moment <= now) {
            self.kill_at = Some(now + PATIENCE);
            self.signal(Signal::KILL);
        }
    }

    /// How it ended, once it has.
    ///
    /// # Errors
    /// Where its messages cannot be understood.
    pub fn outcome(&self) -> Result<Option<Outcome>, Error> {
        match self.code {
            None => Ok(None),
            Some(_) if self.kill_at.is_some() => Ok(Some(Outcome::Stopped)),
            Some(0) => self.compiled().map(Outcome::Compiled).map(Some),
            Some(_) => Ok(Some(Outcome::Failed)),
        }
    }

    fn compiled(&self) -> Result<Compiled, Error> {
        let mut compiled = Compiled { programs: BTreeMap::new(), folders: Vec::new() };
        for message in Message::parse_stream(self.said.as_slice()) {
            let message = message.map_err(|cause| Error::Misunderstood { said: format!("its messages: {cause}") })?;
            let Message::CompilerArtifact(artifact) = message else { continue };
            let local = artifact.package_id.repr.starts_with("path+");
            compiled.folders.extend(artifact.manifest_path.parent().filter(|_| local).map(PathBuf::from));
            if artifact.manifest_path == self.package.manifest && artifact.target.is_bin() {
                compiled.programs.extend(artifact.executable.map(|path| (artifact.target.name, path.into())));
            }
        }
        compiled.folders.sort();
        compiled.folders.dedup();
        Ok(compiled)
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group() {
            // Its leader was not reaped, so the group's number is its own.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Compilation {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}
