//! Ports that somebody else listens on are named before anything starts, with who it is where that can be seen.

use super::{Error, GivenSockets, Instance, Sockets};
use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

/// Refuses a formation where a port that a process type declares is taken.
///
/// # Errors
/// All taken ports, each with its process and its holder.
pub fn refuse_taken(formation: &[Instance<'_>]) -> Result<(), Error> {
    let declared = formation.iter().filter(|instance| instance.process_type.port.is_some());
    let taken: Vec<String> = declared.filter(|instance| is_taken(instance.port)).map(taken).collect();
    if taken.is_empty() { Ok(()) } else { Err(Error::PortsTaken { taken }) }
}

/// That somebody else has a process's port, and who.
pub(super) fn taken(instance: &Instance<'_>) -> String {
    match holder(instance.port) {
        Some(holder) => format!("port {} of `{}` is in use by {holder}", instance.port, instance.name),
        None => format!("port {} of `{}` is in use", instance.port, instance.name),
    }
}

/// Who listens on the ports of processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortHolder {
    /// Each process on its own.
    Process,
    /// We, so that connections wait where a process starts again.
    Supervisor,
}

/// The sockets of each process of a formation, after every port that a process type declares was found to be free, or
/// listened on by a socket that we were given.
///
/// # Errors
/// Where a port is taken, or may not be listened on.
pub fn claim_ports(
    formation: &[Instance<'_>],
    given: &GivenSockets,
    holder: PortHolder,
) -> Result<Vec<Sockets>, Error> {
    let free = given.leave(formation);
    refuse_taken(&free)?;
    let claim = |instance: &Instance<'_>| {
        let sockets = Sockets::given(given, instance);
        let own = holder == PortHolder::Supervisor && instance.process_type.port.is_some() && free.contains(instance);
        if own { sockets.with_own(instance) } else { Ok(sockets) }
    };
    formation.iter().map(claim).collect()
}

/// Whether listening fails because somebody else does. The standard library sets SO_REUSEADDR, so that connections
/// that are winding down from an earlier run do not count. Any other failure (no IPv6, a port that needs rights) is
/// the process's own to meet.
fn is_taken(port: u16) -> bool {
    let everywhere = [SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))];
    everywhere
        .iter()
        .any(|address| TcpListener::bind(address).is_err_and(|cause| cause.kind() == io::ErrorKind::AddrInUse))
}

/// The ports that so many descriptors of ours, from `first` on, listen on.
pub(super) fn own_listening_ports(first: u32, count: u16) -> Vec<u16> {
    let ours: Vec<String> = (first..first + u32::from(count))
        .filter_map(|number| fs::read_link(format!("/proc/self/fd/{number}")).ok()?.to_str().map(str::to_owned))
        .collect();
    let listening = listeners().into_iter().filter(|(_, inode)| ours.contains(&format!("socket:[{inode}]")));
    listening.map(|(port, _)| port).collect()
}

/// Who listens on a port: `node (pid 12)`, as far as /proc shows it to us.
fn holder(port: u16) -> Option<String> {
    let listening = listeners().into_iter().filter(|(found, _)| *found == port);
    let inodes: Vec<String> = listening.map(|(_, inode)| format!("socket:[{inode}]")).collect();
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).find_map(|pid| {
        let mut descriptors = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
        descriptors.find(|descriptor| {
            fs::read_link(descriptor.path())
                .is_ok_and(|target| inodes.iter().any(|inode| target.as_os_str() == inode.as_str()))
        })?;
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        Some(format!("`{}` (pid {pid})", name.trim_end().escape_debug()))
    })
}

/// The ports that are listened on, each with the inode of its socket. Asked of our own process, since a /proc that shows
/// processes alone (proc(5), subset=pid; systemd's `ProcSubset=pid`) has no /proc/net.
fn listeners() -> Vec<(u16, String)> {
    let tables =
        ["/proc/self/net/tcp", "/proc/self/net/tcp6"].iter().filter_map(|table| fs::read_to_string(table).ok());
    tables.flat_map(|table| table.lines().filter_map(listener).collect::<Vec<_>>()).collect()
}

/// The port and the inode of a listening socket, from a line of it (proc_net_tcp(5)): state 0A is LISTEN.
fn listener(line: &str) -> Option<(u16, String)> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, local, _, "0A", _, _, _, _, _, inode, ..] = fields.as_slice() else { return None };
    Some((u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?, (*inode).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{holder, is_taken};
    use std::net::TcpListener;

    #[test]
    fn a_taken_port_is_seen_and_its_holder_named() {
        for address in ["127.0.0.1:0", "0.0.0.0:0"] {
            let listener = TcpListener::bind(address).expect("a listener");
            let port = listener.local_addr().expect("an address").port();
            assert!(is_taken(port), "{address}");
            let holder = holder(port).expect("a holder");
            assert!(holder.contains(&format!("(pid {})", std::process::id())), "{holder}");
            drop(listener);
            assert!(!is_taken(port), "{address}");
        }
    }
}
