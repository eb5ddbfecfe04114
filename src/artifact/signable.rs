//! What can be signed: the record of a release, or an entry of a deploy. Which of them says what it is called, in which
//! file it stands, and what its signatures are for.

use super::{Namespace, ReleaseId};
use crate::app::{AppName, DeployName};
use std::fmt;

/// A document that can be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signable {
    /// The record of a release.
    Release(AppName, ReleaseId),
    /// An entry of a deploy, by its number.
    Entry(AppName, DeployName, u64),
}

impl Signable {
    /// The name of its file: `v42.json`, `17.json`.
    #[must_use]
    pub fn file(&self) -> String {
        match self {
            Self::Release(_, id) => format!("{id}.json"),
            Self::Entry(_, _, seq) => format!("{seq}.json"),
        }
    }

    /// What its signatures are for.
    #[must_use]
    pub fn namespace(&self) -> Namespace {
        match self {
            Self::Release(..) => Namespace::Release,
            Self::Entry(..) => Namespace::Deploy,
        }
    }
}

impl fmt::Display for Signable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(app, id) => write!(formatter, "`{app}` {id}"),
            Self::Entry(app, deploy, seq) => write!(formatter, "entry {seq} of the deploy `{deploy}` of `{app}`"),
        }
    }
}
