//! Listening sockets that processes are handed (sd_listen_fds(3)): those that we were given ourselves, which lie at
//! descriptors 3 and up and are simply left there, and those that we opened and hold, so that a restart loses no
//! connection.
//!
//! LISTEN_PID must be the process's own id, which nobody knows before it lives. So a process with sockets is started by
//! way of [`BECOME`]: this program once more, which adds the variable and becomes it. Without sockets nothing of that happens.

use super::ports::{own_listening_ports, taken};
use super::{Error, Instance, PlannedProcess};
use command_fds::{CommandFdExt, FdMapping};
use rustix::net::listen;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

/// The hidden command that leads to [`become_listener`].
pub const BECOME: &str = "become";

/// The first descriptor that is handed over (SD_LISTEN_FDS_START).
const FIRST: i32 = 3;

/// How many connections may wait while nobody accepts; the kernel takes its own limit where that is lower.
const WAITING: i32 = 4096;

/// The sockets that we were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenSockets {
    count: u16,
    names: Vec<String>,
}

/// The sockets of one process.
#[derive(Debug, Clone, Default)]
pub struct Sockets {
    given: GivenSockets,
    own: Option<Arc<TcpListener>>,
}

impl GivenSockets {
    /// What the environment of the process with this id says.
    #[must_use]
    pub fn of(environment: &BTreeMap<OsString, OsString>, own_pid: u32) -> Self {
        let text = |name: &str| environment.get(OsStr::new(name)).and_then(|value| value.to_str());
        let ours = text("LISTEN_PID").and_then(|pid| pid.parse().ok()) == Some(own_pid);
        let count = text("LISTEN_FDS").and_then(|count| count.parse().ok()).filter(|_| ours).unwrap_or(0);
        let mut names: Vec<String> =
            text("LISTEN_FDNAMES").map(|names| names.split(':').map(str::to_owned).collect()).unwrap_or_default();
        names.resize(count.into(), "unknown".to_owned());
        Self { count, names }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The processes whose ports none of these listens on already.
    #[must_use]
    pub fn leave<'a>(&self, formation: &[Instance<'a>]) -> Vec<Instance<'a>> {
        let held = if self.is_empty() { Vec::new() } else { own_listening_ports(FIRST.unsigned_abs(), self.count) };
        formation.iter().filter(|instance| !held.contains(&instance.port)).cloned().collect()
    }

    /// From here on no descriptor of ours but these and the three streams reaches what we start.
    pub fn keep_the_rest_to_ourselves(&self) {
        close_fds::set_fds_cloexec(FIRST + i32::from(self.count), &[]);
    }
}

impl Sockets {
    /// The sockets of a process: those that we were given, where its type has a port.
    #[must_use]
    pub fn given(given: &GivenSockets, instance: &Instance<'_>) -> Self {
        let given = instance.process_type.port.as_ref().map(|_| given.clone()).unwrap_or_default();
        Self { given, own: None }
    }

    /// The same with one of our own on the process's port, on all addresses of the machine. It waits for
    /// connections from here on.
    ///
    /// # Errors
    /// Where the port is taken, or may not be listened on.
    pub fn with_own(self, instance: &Instance<'_>) -> Result<Self, Error> {
        let everywhere = [
            SocketAddr::from((Ipv6Addr::UNSPECIFIED, instance.port)),
            SocketAddr::from((Ipv4Addr::UNSPECIFIED, instance.port)),
        ];
        let opened = TcpListener::bind(&everywhere[..]).and_then(|listener| {
            listen(&listener, WAITING)?;
            Ok(listener)
        });
        match opened {
            Ok(listener) => Ok(Self { own: Some(Arc::new(listener)), ..self }),
            Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
                Err(Error::PortsTaken { taken: vec![taken(instance)] })
            }
            Err(cause) => Err(Error::PortRefused { process: instance.name.clone(), port: instance.port, cause }),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.own.is_none()
    }

    /// Turns the command of a process into one that hands the sockets over.
    pub(super) fn hand_over(&self, process: &PlannedProcess, command: Command) -> io::Result<Command> {
        if self.is_empty() {
            return Ok(command);
        }
        let mut by_way = Command::new("/proc/self/exe");
        by_way.arg0("cargo-twelve").arg(BECOME).arg(&process.program).args(&process.words);
        super::supervisor::surround(&mut by_way, process);
        let mut names = self.given.names.clone();
        if let Some(own) = &self.own {
            let child_fd = FIRST + i32::from(self.given.count);
            let mapping = FdMapping { parent_fd: own.try_clone()?.into(), child_fd };
            by_way.fd_mappings(vec![mapping]).map_err(io::Error::other)?;
            names.push(process.name.clone());
        }
        by_way.env("LISTEN_FDS", names.len().to_string()).env("LISTEN_FDNAMES", names.join(":"));
        Ok(by_way)
    }
}

/// Becomes a program that finds LISTEN_PID in its environment; comes back only where that fails.
#[must_use]
pub fn become_listener(program: &OsStr, own_name: &OsStr, arguments: &[OsString]) -> io::Error {
    let mut command = Command::new(program);
    command.arg0(own_name).args(arguments).env("LISTEN_PID", std::process::id().to_string()).exec()
}

#[cfg(test)]
mod tests {
    use super::GivenSockets;
    use std::collections::BTreeMap;

    #[test]
    fn only_sockets_that_were_given_to_us_are_ours() {
        let given = |pairs: &[(&str, &str)]| {
            let environment: BTreeMap<_, _> = pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
            GivenSockets::of(&environment, 12)
        };
        let two = given(&[("LISTEN_PID", "12"), ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "web")]);
        assert_eq!((two.count, two.names), (2, vec!["web".to_owned(), "unknown".to_owned()]));
        for pairs in [
            &[("LISTEN_PID", "13"), ("LISTEN_FDS", "2")][..],
            &[("LISTEN_FDS", "2")],
            &[("LISTEN_PID", "12"), ("LISTEN_FDS", "-1")],
            &[("LISTEN_PID", "12")],
            &[],
        ] {
            assert!(given(pairs).is_empty(), "{pairs:?}");
        }
    }
}
