//! A layer with one folder that everybody may write into: TMPDIR, where the base has none.

use flate2::Crc;

const BLOCK: usize = 512;
/// Magic, deflate, no flags, no time, no extra flags, no system (255).
const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// The tar of a folder with the mode 1777, owned by root, of no time.
pub(super) fn tar(name: &str) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_mode(0o1777);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(0);
    // The name is a constant that fits.
    let _ = header.set_path(format!("{name}/"));
    header.set_cksum();
    // Two blocks of zeros end an archive.
    [header.as_bytes().as_slice(), &[0; 2 * BLOCK]].concat()
}

/// The same as a gzip stream of one stored block (RFC 1951, 3.2.4; RFC 1952), whose bytes depend on no library. Packed,
/// since tools that copy images pack what is not, and so give the image another digest.
pub(super) fn packed(tar: &[u8]) -> Vec<u8> {
    // Two headers of one block fit into the 16 bits of a length.
    let length = u16::try_from(tar.len()).unwrap_or(u16::MAX);
    let mut crc = Crc::new();
    crc.update(tar);
    let (ahead, behind) = ([1_u8], [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat());
    [&GZIP[..], &ahead, &length.to_le_bytes(), &(!length).to_le_bytes(), tar, &behind].concat()
}

#[cfg(test)]
mod tests {
    use super::{packed, tar};
    use crate::artifact::Digest;
    use std::io::Read;

    #[test]
    fn the_layer_of_the_shared_folder_never_changes() {
        let bytes = tar("tmp");
        let mut archive = tar::Archive::new(&bytes[..]);
        let entry = archive.entries().expect("a tar").next().expect("an entry").expect("readable");
        assert_eq!(entry.path().expect("a path").to_str(), Some("tmp/"));
        assert_eq!(entry.header().mode().expect("a mode"), 0o1777);
        let packed = packed(&bytes);
        let mut back = Vec::new();
        flate2::bufread::GzDecoder::new(&packed[..]).read_to_end(&mut back).expect("a gzip stream");
        assert_eq!(back, bytes);
        // Who changes these bytes gives every image another digest.
        assert_eq!(Digest::of(&packed).to_string(), "37a44f09f04b9ac633158a870bc97338b142664fbfb61f1998c08d2a80ec6e8d");
    }
}
