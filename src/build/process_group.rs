//! The process group of cargo and of everything that it starts. However the build ends, nothing of the group stays
//! behind: not after a signal, and not when the build itself is killed in a way that nobody can answer (SIGKILL, the
//! machine out of memory). An orphan would hold the target folder, and the next build would wait for it.
//!
//! Its leader is a shell that waits at the end of a pipe whose other end only we hold. The pipe ends when we do,
//! whatever the reason, and then the leader kills its group, itself included. Since it leads the group, the group's
//! number cannot become another's before that.

use super::Error;
use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long cargo and its compilers may take to end after they were asked to.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What the leader does. Signals to the group are for the others.
const LEAD: &str = "trap '' HUP INT TERM; read -r _; kill -KILL 0";

/// The shell that leads; POSIX has it on every system.
const SHELL: &str = "/bin/sh";

/// A process group that ends when this does.
#[derive(Debug)]
pub(super) struct ProcessGroup {
    // Holds the pipe that it waits at.
    leader: Child,
    id: Pid,
}

impl ProcessGroup {
    /// A group with its leader and nobody else.
    pub(super) fn start() -> Result<Self, Error> {
        let mut command = Command::new(SHELL);
        command.args(["-c", LEAD]).env_clear().current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let not_started = |cause| Error::NotStarted { program: Path::new(SHELL).to_path_buf(), cause };
        let leader = command.spawn().map_err(not_started)?;
        Ok(Self { id: Pid::from_child(&leader), leader })
    }

    /// Starts a program in it.
    pub(super) fn spawn(&self, command: &mut Command) -> std::io::Result<Child> {
        command.process_group(self.id.as_raw_pid()).spawn()
    }

    /// Asks everyone but the leader to end.
    pub(super) fn ask_to_end(&self) {
        // Nobody else may be left, which is what is wanted.
        let _ = kill_process_group(self.id, Signal::TERM);
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        let _ = kill_process_group(self.id, Signal::KILL);
        let _ = self.leader.wait();
    }
}
