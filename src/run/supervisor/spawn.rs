//! Starting one process: exactly the planned words, environment and folder, and no descriptor of ours.

use crate::run::output::pipe;
use crate::run::{Error, Identity, PlannedProcess, Supervised};
use rustix::process::Pid;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A process that was started, and our ends of its streams.
pub(super) struct Spawned {
    pub(super) pid: Pid,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

/// Starts a process of the formation: in a process group of its own, so that the whole group can be signalled and a
/// terminal's Ctrl-C reaches only us.
pub(super) fn spawn(supervised: &Supervised) -> Result<Spawned, Error> {
    let process = &supervised.process;
    let ((stdout, its_stdout), (stderr, its_stderr)) =
        pipe().and_then(|one| Ok((one, pipe()?))).map_err(Error::system("a pipe"))?;
    let handed_over = supervised.sockets.hand_over(process, command(process));
    let mut command = handed_over.map_err(|cause| unstartable(process, cause))?;
    command.stdin(Stdio::null()).stdout(its_stdout).stderr(its_stderr).process_group(0);
    Ok(Spawned { pid: start(process, &mut command)?, stdout, stderr })
}

/// Starts it, kept from what its plan says.
pub(in crate::run) fn start(process: &PlannedProcess, command: &mut Command) -> Result<Pid, Error> {
    let started = process.confinement.start(command, &process.temporary);
    pid(&started.map_err(|cause| unstartable(process, cause))?)
}

/// A planned process as the standard library starts it.
pub(in crate::run) fn command(process: &PlannedProcess) -> Command {
    let mut words = process.words.iter();
    let mut command = Command::new(&process.program);
    // Programs call themselves by the word that started them.
    command.arg0(words.next().unwrap_or(&process.program.clone().into_os_string()));
    surround(command.args(words), process);
    command
}

/// What a process finds around it: its environment, its folder, its user.
pub(in crate::run) fn surround(command: &mut Command, process: &PlannedProcess) {
    command.env_clear().envs(process.environment.iter()).current_dir(&process.directory);
    if let Identity::Dropped(user) = &process.identity {
        // With a user id set, the standard library drops all supplementary groups first.
        command.uid(user.uid).gid(user.gid);
    }
}

pub(in crate::run) fn unstartable(process: &PlannedProcess, cause: io::Error) -> Error {
    Error::Unstartable { process: process.name.clone(), program: process.program.clone(), cause }
}

/// The id of a child.
pub(in crate::run) fn pid(child: &Child) -> Result<Pid, Error> {
    let raw = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    raw.ok_or_else(|| Error::System { what: "a process id", cause: io::ErrorKind::InvalidData.into() })
}
