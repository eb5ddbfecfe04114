//! All that a build is a function of. Its digest finds the build without compiling.

use super::{Digest, Error, FORMAT, Toolchain, canonical_json};
use crate::app::Declaration;
use serde::Serialize;

/// What a build is made from.
#[derive(Debug, Serialize)]
pub struct BuildInput<'a> {
    /// The full id of the commit.
    pub commit: &'a str,
    /// The package of the commit.
    pub package: &'a str,
    /// What the app declares.
    pub declaration: &'a Declaration,
    /// What compiles it.
    pub toolchain: &'a Toolchain,
    /// The target triple.
    pub target: &'a str,
    /// The version of this program: another one may pack otherwise.
    pub builder: &'a str,
}

impl BuildInput<'_> {
    /// The digest that the store keeps the build's id under.
    ///
    /// # Errors
    /// Where the input holds what canonical JSON cannot.
    pub fn digest(&self) -> Result<Digest, Error> {
        Ok(Digest::of(&canonical_json(&(FORMAT, self))?))
    }
}
