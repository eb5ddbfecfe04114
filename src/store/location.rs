//! The location of a store, as it was typed: a path, or the address of an object store.

use super::Error;
#[cfg(feature = "remote")]
use super::object::Address;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A location that this program can open.
#[derive(Debug, Clone)]
pub enum Location {
    /// A folder.
    Folder(PathBuf),
    /// A bucket of an object store, or a part of one.
    #[cfg(feature = "remote")]
    Object(Address),
}

impl Location {
    /// The location that a word names; a path is relative to `directory`.
    ///
    /// # Errors
    /// Where the word is an address of a kind that this program cannot open.
    pub fn parse(text: &Path, directory: &Path) -> Result<Self, Error> {
        match text.to_str().and_then(|text| text.split_once("://")) {
            None => Ok(Self::Folder(directory.join(text))),
            #[cfg(feature = "remote")]
            Some((scheme, rest)) => Address::parse(scheme, rest).map(Self::Object),
            #[cfg(not(feature = "remote"))]
            Some((scheme, _)) => Err(Error::Unsupported {
                // Behind the scheme there may stand a credential.
                location: format!("{scheme}://..."),
                why: format!(
                    "this program was made without the feature `remote`: it opens folders, and no `{scheme}://`"
                ),
            }),
        }
    }

    /// The same location, where an object store takes its endpoint and its credentials from these variables; a folder
    /// needs none.
    #[must_use]
    pub fn with_environment(self, environment: &BTreeMap<OsString, OsString>) -> Self {
        match self {
            Self::Folder(path) => {
                let _ = environment;
                Self::Folder(path)
            }
            #[cfg(feature = "remote")]
            Self::Object(address) => Self::Object(address.with_environment(environment)),
        }
    }
}
