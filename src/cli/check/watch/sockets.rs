//! Which sockets processes listen on, asked of the kernel: `/proc/net/tcp` knows the sockets, `/proc/PID/fd` whose they
//! are (proc(5)). Connecting would also reach another program on the same port.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// The state LISTEN (include/net/tcp_states.h of Linux).
const LISTEN: &str = "0A";

/// The addresses that any of these processes listens on, sorted.
pub(super) fn listening(processes: &BTreeSet<u32>) -> Vec<SocketAddr> {
    let mut sockets = BTreeMap::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = std::fs::read_to_string(table).unwrap_or_default();
        sockets.extend(text.lines().skip(1).filter_map(listener));
    }
    let mut found: Vec<SocketAddr> =
        processes.iter().flat_map(|pid| inodes(*pid)).filter_map(|inode| sockets.get(&inode).copied()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The inode and the address of a line, where it is a listening socket's.
fn listener(line: &str) -> Option<(u64, SocketAddr)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
    (*state == LISTEN).then_some(())?;
    let (address, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Each word of 32 bits is written as the machine holds it.
    let words: Option<Vec<u32>> =
        (0..address.len() / 8).map(|word| u32::from_str_radix(address.get(word * 8..word * 8 + 8)?, 16).ok()).collect();
    let bytes: Vec<u8> = words?.into_iter().flat_map(u32::to_ne_bytes).collect();
    let address = match bytes.len() {
        4 => Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into(),
        16 => Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into(),
        _ => return None,
    };
    Some((inode.parse().ok()?, SocketAddr::new(address, port)))
}

fn inodes(pid: u32) -> Vec<u64> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd"));
    let links = entries.into_iter().flatten().flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
    links.filter_map(|link| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{listener, listening};
    use std::net::TcpListener;

    #[test]
    fn a_line_of_the_kernel_is_an_address() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0";
        #[cfg(target_endian = "little")]
        assert_eq!(listener(line), Some((4242, "127.0.0.1:8080".parse().expect("an address"))));
        assert_eq!(listener(&line.replace(" 0A ", " 01 ")), None);
    }

    #[test]
    fn the_sockets_of_a_process_are_its_own() {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a socket");
        let address = socket.local_addr().expect("an address");
        assert!(listening(&[std::process::id()].into()).contains(&address));
        assert!(!listening(&[1].into()).contains(&address));
    }
}
