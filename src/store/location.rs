//! The location of a store, as it was typed: a path, or the address of an object store.

use super::Error;
use std::path::{Path, PathBuf};

/// A location that this program can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(PathBuf);

impl Location {
    /// The location that a word names; a path is relative to `directory`.
    ///
    /// # Errors
    /// Where the word is an address of a kind that this program cannot open.
    pub fn parse(text: &Path, directory: &Path) -> Result<Self, Error> {
        let scheme = text.to_str().and_then(|text| text.split_once("://")).map(|(scheme, _)| scheme);
        match scheme {
            None => Ok(Self(directory.join(text))),
            Some(scheme) => Err(Error::Unsupported {
                location: text.display().to_string(),
                why: format!("this program opens folders, and no `{scheme}://`"),
            }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}
