//! Those outside who wait for us: the process manager that gave us a socket to tell it (sd_notify(3)), and whoever
//! holds the other end of `--ready-fd`.

use super::Error;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Those outside who wait for us, as they were named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// NOTIFY_SOCKET.
    notify: Option<OsString>,
    /// How often we must say that we live: half of WATCHDOG_USEC, as sd_watchdog_enabled(3) advises.
    alive_every: Option<Duration>,
    /// `--ready-fd`.
    ready_descriptor: Option<u32>,
}

/// The same, ready to be told.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    notify: Option<(UnixDatagram, SocketAddr)>,
    ready: Option<File>,
    pub(super) alive_every: Option<Duration>,
}

impl Outside {
    /// What the environment of the process with this id names, and the descriptor that was asked for.
    #[must_use]
    pub fn of(environment: &BTreeMap<OsString, OsString>, own_pid: u32, ready_descriptor: Option<u32>) -> Self {
        let set = |name: &str| environment.get(OsStr::new(name)).filter(|value| !value.is_empty());
        let number = |name: &str| set(name).and_then(|value| value.to_str()?.parse::<u64>().ok());
        let ours = set("WATCHDOG_PID").is_none() || number("WATCHDOG_PID") == Some(own_pid.into());
        let alive_every = number("WATCHDOG_USEC").filter(|microseconds| ours && *microseconds > 1);
        Self {
            notify: set("NOTIFY_SOCKET").cloned(),
            alive_every: alive_every.map(|microseconds| Duration::from_micros(microseconds / 2)),
            ready_descriptor,
        }
    }

    /// Finds them.
    pub(super) fn listeners(&self) -> Result<Listeners, Error> {
        let notify = self.notify.as_deref().map(|name| socket(name).map_err(|cause| not_told(name, cause)));
        let ready = self.ready_descriptor.map(|number| {
            // A pipe opened anew is the same pipe, and the number itself is not ours to take.
            let opened = OpenOptions::new().write(true).open(format!("/proc/self/fd/{number}"));
            opened.map_err(|cause| Error::ReadyDescriptor { number, cause })
        });
        let notify = notify.transpose()?;
        let alive_every = self.alive_every.filter(|_| notify.is_some());
        Ok(Listeners { notify, ready: ready.transpose()?, alive_every })
    }
}

fn not_told(name: &OsStr, cause: io::Error) -> Error {
    Error::NotifySocket { name: name.to_string_lossy().into_owned(), cause }
}

/// The socket's address: a path, or behind `@` a name of the kernel's own (unix(7), abstract).
fn socket(name: &OsStr) -> io::Result<(UnixDatagram, SocketAddr)> {
    let address = match name.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        [b'/', ..] => SocketAddr::from_pathname(name)?,
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a path nor a name behind `@`")),
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    Ok((socket, address))
}

impl Listeners {
    /// All processes are ready. Said once; the answer is what could not be told.
    pub(super) fn ready(&mut self, status: &str) -> Result<(), String> {
        let line = self.ready.take().map_or(Ok(()), |mut descriptor| descriptor.write_all(b"ready\n"));
        let line = line.map_err(|cause| format!("nobody reads what `--ready-fd` names: {cause}"));
        self.notify(&format!("READY=1\nSTATUS={status}\n")).and(line)
    }

    /// The formation is being stopped.
    pub(super) fn stopping(&self, reason: &str) -> Result<(), String> {
        self.notify(&format!("STOPPING=1\nSTATUS={reason}\n"))
    }

    /// We live.
    pub(super) fn alive(&self) -> Result<(), String> {
        self.notify("WATCHDOG=1\n")
    }

    fn notify(&self, message: &str) -> Result<(), String> {
        let Some((socket, address)) = &self.notify else { return Ok(()) };
        match socket.send_to_addr(message.as_bytes(), address) {
            Ok(_) => Ok(()),
            Err(cause) => Err(format!("NOTIFY_SOCKET takes no message: {cause}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outside;
    use std::collections::BTreeMap;
    use std::time::Duration;

    fn outside(pairs: &[(&str, &str)]) -> Outside {
        let environment: BTreeMap<_, _> = pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Outside::of(&environment, 12, None)
    }

    #[test]
    fn we_say_that_we_live_twice_as_often_as_we_must_and_only_where_it_is_us_who_must() {
        let every = |pairs: &[(&str, &str)]| outside(pairs).alive_every;
        assert_eq!(every(&[("WATCHDOG_USEC", "3000000")]), Some(Duration::from_millis(1500)));
        assert_eq!(every(&[("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", "12")]), Some(Duration::from_millis(1500)));
        for pairs in [
            &[("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", "13")][..],
            &[("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", "x")],
            &[("WATCHDOG_USEC", "0")],
            &[("WATCHDOG_USEC", "")],
            &[("WATCHDOG_USEC", "-1")],
        ] {
            assert_eq!(every(pairs), None, "{pairs:?}");
        }
    }

    #[test]
    fn a_socket_that_is_no_address_is_an_error() {
        assert!(outside(&[("NOTIFY_SOCKET", "@/org/freedesktop/x")]).listeners().is_ok());
        assert!(outside(&[("NOTIFY_SOCKET", "/run/systemd/notify")]).listeners().is_ok());
        assert!(outside(&[("NOTIFY_SOCKET", "vsock:2:1234")]).listeners().is_err());
        assert!(outside(&[("NOTIFY_SOCKET", "")]).listeners().is_ok());
    }
}
