//! A build that no record names yet: a tarball from another machine. It tells its own digests, after every byte of it
//! was held against its manifest as strictly as that of a recorded one.

use super::archive::{ExpectedBuild, read_unknown};
use super::{BuildManifest, Error, Hasher, PackedBuild};
use std::io::{self, Read, Write};

/// Reads the tarball of a build that no record names, in memory that does not grow with it, and writes what it reads
/// to `copy`: what was verified is what is kept, whatever becomes of the file.
///
/// # Errors
/// Where one byte is not what the manifest in it says, or the copy cannot be written.
pub fn read_unrecorded(packed: impl Read, copy: impl Write) -> Result<(BuildManifest, PackedBuild), Error> {
    let mut copied = Copied { packed, hasher: Hasher::new(copy) };
    let (manifest, ExpectedBuild { id, manifest_sha256 }) = read_unknown(&mut copied)?;
    copied.hasher.flush().map_err(|cause| Error::Stream { act: "copied", cause })?;
    // The archive's end was looked for and found, so that all bytes of the tarball have passed.
    let ((gz_sha256, gz_size), _) = copied.hasher.finish();
    Ok((manifest, PackedBuild { id, manifest_sha256, gz_sha256, gz_size }))
}

/// A reader that hashes what it reads and writes it elsewhere too.
struct Copied<R, W> {
    packed: R,
    hasher: Hasher<W>,
}

impl<R: Read, W: Write> Read for Copied<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.packed.read(buffer)?;
        self.hasher.write_all(&buffer[..count])?;
        Ok(count)
    }
}
