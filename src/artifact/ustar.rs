//! ustar headers, written by hand (POSIX.1-2017, pax, "ustar Interchange Format"), since a build's id is the digest
//! of these bytes: no library's next version may change one of them.

use super::Error;

/// Bytes of a header, and the unit that contents are padded to.
pub(super) const BLOCK: usize = 512;

/// The largest size that eleven octal digits hold, in bytes.
pub(super) const LARGEST: u64 = 0o77_777_777_777;

/// What an entry is. There is nothing else in a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file of this many bytes.
    File {
        /// Its mode.
        mode: u32,
        /// Its size in bytes.
        size: u64,
    },
    /// A folder.
    Folder,
}

/// Whether a header holds this path. A folder's path ends in `/`.
pub(super) fn holds(path: &str) -> bool {
    split(path).is_some()
}

/// The header of an entry; `modified` is in seconds since 1970.
pub(super) fn header(path: &str, kind: Kind, modified: i64) -> Result<[u8; BLOCK], Error> {
    let refuse = |rule: &str| Error::Unpackable { path: path.escape_debug().to_string(), rule: rule.to_owned() };
    let (prefix, name) = split(path).ok_or_else(|| refuse("its path does not fit into a ustar header"))?;
    let modified = u64::try_from(modified).map_err(|_| refuse("its commit is older than 1970"))?;
    let (mode, size, flag) = match kind {
        Kind::File { mode, size } => (mode, size, b'0'),
        Kind::Folder => (0o755, 0, b'5'),
    };
    if size > LARGEST || modified > LARGEST {
        return Err(refuse("a ustar header holds sizes below 8 GiB"));
    }
    let mut block = [0; BLOCK];
    put(&mut block, 0, name.as_bytes());
    put(&mut block, 100, format!("{mode:07o}").as_bytes());
    put(&mut block, 108, b"0000000");
    put(&mut block, 116, b"0000000");
    put(&mut block, 124, format!("{size:011o}").as_bytes());
    put(&mut block, 136, format!("{modified:011o}").as_bytes());
    // The checksum is the sum of all bytes with its own field read as spaces.
    put(&mut block, 148, b"        ");
    block[156] = flag;
    put(&mut block, 257, b"ustar\x0000");
    put(&mut block, 329, b"0000000");
    put(&mut block, 337, b"0000000");
    put(&mut block, 345, prefix.as_bytes());
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut block, 148, format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

/// How many bytes of padding follow a content of this size.
pub(super) fn padding(size: u64) -> usize {
    (BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

fn put(block: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    block[at..at + bytes.len()].copy_from_slice(bytes);
}

/// The prefix and the name of a path: the name is as long as it can be, so that there is one way to split.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= 100 {
        return Some(("", path));
    }
    path.match_indices('/')
        .map(|(at, _)| (&path[..at], &path[at + 1..]))
        .find(|(prefix, name)| prefix.len() <= 155 && (1..=100).contains(&name.len()))
}

#[cfg(test)]
mod tests {
    use super::{Kind, header, holds};

    #[test]
    fn tar_reads_the_header_that_was_written() {
        let long = format!("app/{}/{}", "d".repeat(120), "f".repeat(90));
        for path in ["app/bin/shop", long.as_str()] {
            let block = header(path, Kind::File { mode: 0o755, size: 1234 }, 1_700_000_000).expect("a header");
            let read = tar::Header::from_byte_slice(&block);
            assert_eq!(read.path().expect("a path").to_str(), Some(path));
            assert_eq!(read.size().expect("a size"), 1234);
            assert_eq!(read.mode().expect("a mode"), 0o755);
            assert_eq!(read.mtime().expect("a time"), 1_700_000_000);
            assert_eq!(
                read.cksum().expect("a sum"),
                block
                    .iter()
                    .enumerate()
                    .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
                    .sum::<u32>()
            );
            assert!(read.as_ustar().is_some());
        }
    }

    #[test]
    fn what_a_header_cannot_hold_is_refused() {
        assert!(!holds(&"a".repeat(101)));
        assert!(!holds(&format!("{}/{}", "a".repeat(156), "b".repeat(50))));
        assert!(header("app/x", Kind::File { mode: 0o644, size: 1 << 33 }, 0).is_err());
        assert!(header("app/x", Kind::Folder, -1).is_err());
    }
}
