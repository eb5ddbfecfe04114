//! A place that keeps bytes under keys: all that a store asks of a folder or of an object store. A key is a path with `/`
//! between its parts; what stands under one is whole, and never changes.

use super::Error;
use crate::artifact::Digest;
use crate::report::Progress;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Whether a create made something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It is new.
    New,
    /// Something stood there, and was left alone.
    Stands,
}

/// What stands under a key, from its first byte.
pub(super) enum Opened {
    /// A file at hand, which can be read more than once.
    File(File),
    /// Bytes as they arrive.
    #[cfg_attr(
        not(feature = "remote"),
        expect(dead_code, reason = "folders have files; object stores hand out streams")
    )]
    Stream(Box<dyn Read + Send>),
}

/// A place that keeps bytes under keys.
pub(super) trait Place: fmt::Debug + Send + Sync {
    /// Where it is, for messages; never with a credential.
    fn location(&self) -> String;

    /// The variable that says which server has it, and its value, where one does; never with a credential.
    fn endpoint(&self) -> Option<(&'static str, String)> {
        None
    }

    /// What stands under a key, named for messages so that a person can find it.
    fn name(&self, key: &str) -> String;

    /// The size of what stands under a key, in bytes.
    fn size(&self, key: &str) -> Result<Option<u64>, Error>;

    /// What stands under a key.
    fn open(&self, key: &str) -> Result<Option<Opened>, Error>;

    /// The names directly below a key, in no order; none where nothing stands there. Unfinished things are not among them.
    fn list(&self, key: &str) -> Result<Vec<String>, Error>;

    /// The first name directly below a key, in the order of their bytes, where that is one question whatever their number.
    /// A folder answers none: what this saves costs nothing there.
    fn first(&self, key: &str) -> Result<Option<String>, Error>;

    /// Whether every question costs a way over the network.
    fn is_remote(&self) -> bool;

    /// Puts bytes under a key where nothing stands; they are there to stay when this returns.
    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, Error>;

    /// Puts the content of a file under a key where nothing stands, if its digest and size are these; it is there to stay
    /// when this returns.
    fn create_from(
        &self,
        key: &str,
        source: &Path,
        expected: (Digest, u64),
        progress: &Progress,
    ) -> Result<Created, Error>;

    /// Removes what stands under a key, if anything does.
    fn remove(&self, key: &str) -> Result<(), Error>;

    /// Why what was opened cannot be read on.
    fn unreadable(&self, key: &str, cause: io::Error) -> Error;

    /// Whether something stands under a key.
    fn has(&self, key: &str) -> Result<bool, Error> {
        Ok(self.size(key)?.is_some())
    }

    /// The bytes under a key, where it stands; more than `largest` bytes are refused.
    fn get(&self, key: &str, largest: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some(opened) = self.open(key)? else { return Ok(None) };
        let unreadable = |cause| self.unreadable(key, cause);
        let mut bytes = Vec::new();
        opened.take(largest + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > largest {
            let why = format!("it has more than {largest} bytes");
            return Err(unreadable(io::Error::new(io::ErrorKind::FileTooLarge, why)));
        }
        Ok(Some(bytes))
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Stream(stream) => stream.read(buffer),
        }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::File(_) => "File",
            Self::Stream(_) => "Stream",
        })
    }
}
