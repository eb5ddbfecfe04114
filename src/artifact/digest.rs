//! A sha256: the name of a content.

use super::Error;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::str::FromStr;

/// A sha256, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of all that a reader yields, and how many bytes that was.
    ///
    /// # Errors
    /// The reader's own.
    pub fn of_reader(mut reader: impl Read) -> io::Result<(Self, u64)> {
        let mut hasher = Hasher::new(io::sink());
        // A large buffer: one read call for most binaries' pages in the cache.
        let mut buffer = vec![0; 128 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(hasher.finish().0),
                Ok(count) => hasher.write_all(&buffer[..count])?,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
    }

    /// The first twelve digits: enough to tell it, few enough to read.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

/// The digest of a file, and its size in bytes.
///
/// # Errors
/// Where the file cannot be read.
pub fn hash_file(path: &Path) -> Result<(Digest, u64), Error> {
    let unreadable = |cause| Error::Machine { path: path.to_path_buf(), act: "read", cause };
    Digest::of_reader(File::open(path).map_err(unreadable)?).map_err(unreadable)
}

/// A writer that hashes and counts what passes through it.
#[derive(Debug)]
pub struct Hasher<W> {
    inner: W,
    sha256: Sha256,
    bytes: u64,
}

impl<W: Write> Hasher<W> {
    /// Hashes all that is written to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, sha256: Sha256::new(), bytes: 0 }
    }

    /// The digest and the number of bytes, and the writer behind.
    pub fn finish(self) -> ((Digest, u64), W) {
        ((Digest(self.sha256.finalize().into()), self.bytes), self.inner)
    }
}

impl<W: Write> Write for Hasher<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.sha256.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A reader whose bytes are hashed as they are read.
#[derive(Debug)]
pub struct Hashed<R> {
    inner: R,
    hasher: Hasher<io::Sink>,
}

impl<R: Read> Hashed<R> {
    /// Hashes all that is read of `inner`.
    pub fn over(inner: R) -> Self {
        Self { inner, hasher: Hasher::new(io::sink()) }
    }

    /// The digest of what was read, and how many bytes that was.
    pub fn finish(self) -> (Digest, u64) {
        self.hasher.finish().0
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.write_all(&buffer[..count])?;
        Ok(count)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse =
            || Error::damaged(format!("digest `{}`", text.escape_debug()), "a sha256 is 64 lower-case hex digits");
        if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(refuse());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| refuse())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| refuse())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn a_digest_reads_what_it_writes() {
        // The empty message's sha256, FIPS 180-4.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(empty.parse::<Digest>().expect("a digest"), Digest::of(b""));
        for bad in ["", "e3b0", &empty.to_uppercase(), &format!("{empty}0"), &empty.replace('e', "g")] {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
