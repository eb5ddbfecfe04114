//! The good archive that hostile ones are made from, and raw ustar headers: every byte of them can be set.

use super::Hostile;
use cargo_twelve::artifact::{BuildManifest, Digest, Member, pack};
use cargo_twelve::report::Progress;
use flate2::{Compression, write::GzEncoder};
use std::io::{Read, Write};

pub(crate) const BLOCK: usize = 512;

/// Fields of a header, by their place and length (POSIX.1-2017, pax).
pub(crate) const NAME: (usize, usize) = (0, 100);
pub(crate) const MODE: (usize, usize) = (100, 8);
pub(crate) const UID: (usize, usize) = (108, 8);
pub(crate) const GID: (usize, usize) = (116, 8);
pub(crate) const SIZE: (usize, usize) = (124, 12);
pub(crate) const TIME: (usize, usize) = (136, 12);
pub(crate) const SUM: (usize, usize) = (148, 8);
pub(crate) const FLAG: (usize, usize) = (156, 1);
pub(crate) const LINK: (usize, usize) = (157, 100);
pub(crate) const MAGIC: (usize, usize) = (257, 8);
pub(crate) const USER: (usize, usize) = (265, 32);
pub(crate) const GROUP: (usize, usize) = (297, 32);
pub(crate) const MAJOR: (usize, usize) = (329, 8);
pub(crate) const MINOR: (usize, usize) = (337, 8);
pub(crate) const PREFIX: (usize, usize) = (345, 155);
pub(crate) const REST: (usize, usize) = (500, 12);

/// One entry: its header and its content with padding.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) header: [u8; BLOCK],
    pub(crate) content: Vec<u8>,
}

impl Entry {
    /// An entry of this type with this name and content, all else as this program writes it.
    pub(crate) fn new(flag: u8, name: &[u8], content: &[u8]) -> Self {
        let mut padded = content.to_vec();
        padded.resize(content.len().div_ceil(BLOCK) * BLOCK, 0);
        let mut header = [0; BLOCK];
        header[100..108].copy_from_slice(b"0000644\0");
        header[108..116].copy_from_slice(b"0000000\0");
        header[116..124].copy_from_slice(b"0000000\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[329..337].copy_from_slice(b"0000000\0");
        header[337..345].copy_from_slice(b"0000000\0");
        Self { header, content: padded }.with(NAME, name).with(FLAG, &[flag])
    }

    /// The same with a field of these bytes, filled up with zeros, and the checksum that fits.
    pub(crate) fn with(&self, field: (usize, usize), bytes: &[u8]) -> Self {
        let mut one = self.raw(field, bytes);
        one.header[SUM.0..SUM.0 + SUM.1].copy_from_slice(b"        ");
        let sum: u32 = one.header.iter().map(|byte| u32::from(*byte)).sum();
        one.header[SUM.0..SUM.0 + SUM.1].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        one
    }

    /// The same with a field of these bytes; the checksum stays.
    pub(crate) fn raw(&self, field: (usize, usize), bytes: &[u8]) -> Self {
        let mut one = self.clone();
        one.header[field.0..field.0 + field.1].fill(0);
        let length = bytes.len().min(field.1);
        one.header[field.0..field.0 + length].copy_from_slice(&bytes[..length]);
        one
    }

    pub(crate) fn name(&self) -> String {
        String::from_utf8_lossy(&self.header[..100]).trim_end_matches('\0').to_owned()
    }
}

/// The good archive.
pub(crate) struct Base {
    pub(crate) manifest: BuildManifest,
    /// Its entries; the first is the manifest.
    pub(crate) entries: Vec<Entry>,
}

impl Base {
    pub(crate) fn new() -> Self {
        let (manifest, members) = crate::ledger::small_build();
        Self::of(manifest, &members)
    }

    fn of(manifest: BuildManifest, members: &[Member]) -> Self {
        let mut gz = Vec::new();
        pack(&manifest, members, &mut gz, &Progress::unseen()).expect("packed");
        let mut tar = Vec::new();
        flate2::read::GzDecoder::new(&gz[..]).read_to_end(&mut tar).expect("a gzip stream");
        let mut entries = Vec::new();
        let mut at = 0;
        while tar[at..at + BLOCK].iter().any(|byte| *byte != 0) {
            let header: [u8; BLOCK] = tar[at..at + BLOCK].try_into().expect("a block");
            let size = std::str::from_utf8(&header[124..135]).expect("digits");
            let size = usize::from_str_radix(size, 8).expect("octal").div_ceil(BLOCK) * BLOCK;
            entries.push(Entry { header, content: tar[at + BLOCK..at + BLOCK + size].to_vec() });
            at += BLOCK + size;
        }
        Self { manifest, entries }
    }

    /// The bytes of the good tar.
    pub(crate) fn tar(&self) -> Vec<u8> {
        self.with_end(&self.entries)
    }

    /// A tar of these entries.
    pub(crate) fn with_end(&self, entries: &[Entry]) -> Vec<u8> {
        let mut tar: Vec<u8> = entries.iter().flat_map(|one| [&one.header[..], &one.content].concat()).collect();
        tar.extend([0; 2 * BLOCK]);
        tar
    }

    /// The good tar with one entry changed.
    pub(crate) fn changed(&self, index: usize, change: impl Fn(&Entry) -> Entry) -> Vec<u8> {
        let mut entries = self.entries.clone();
        entries[index] = change(&entries[index]);
        self.with_end(&entries)
    }

    /// The good tar with more entries before one.
    pub(crate) fn inserted(&self, index: usize, more: &[Entry]) -> Vec<u8> {
        let mut entries = self.entries.clone();
        entries.splice(index..index, more.iter().cloned());
        self.with_end(&entries)
    }

    /// A hostile archive of this tar, whose record names its digest and the good manifest's.
    pub(crate) fn hostile(&self, name: impl Into<String>, tar: &[u8]) -> Hostile {
        self.hostile_stream(name, tar, zipped(tar))
    }

    /// The same with a gzip stream of its own.
    pub(crate) fn hostile_stream(&self, name: impl Into<String>, tar: &[u8], gz: Vec<u8>) -> Hostile {
        let manifest = Digest::of(&self.manifest.to_bytes().expect("bytes"));
        Hostile { name: name.into(), gz, id: Digest::of(tar), manifest }
    }
}

/// A gzip member of these bytes.
pub(crate) fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).and_then(|()| gzip.finish()).expect("memory")
}
