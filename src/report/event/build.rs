//! What happens on the way from a commit to a build.

use serde::Serialize;

/// Something that happened between a commit and its build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum BuildEvent {
    /// The commit's files were put into the work folder.
    SourceExported {
        /// The full commit id.
        commit: String,
        /// How many files differed from what stood there.
        changed: usize,
        /// How many files the commit has.
        files: usize,
    },
    /// cargo fetches what a lockfile names and the machine does not have.
    Fetching {
        /// The lockfile, from the repository's root.
        lockfile: String,
    },
    /// Every package of the lock was checked against its checksum.
    LockVerified {
        /// How many packages of a registry were hashed.
        packages: usize,
        /// How long it took.
        milliseconds: u64,
    },
    /// cargo starts to compile.
    Compiling {
        /// The package.
        package: String,
        /// The target triple.
        target: String,
    },
    /// The tarball is being written.
    Packing {
        /// How many files go into it.
        files: usize,
        /// Their size in bytes.
        bytes: u64,
    },
    /// A build stands in the store.
    Built {
        /// The build's id.
        build: String,
        /// The target triple.
        target: String,
        /// The size of the packed build in bytes.
        bytes: u64,
        /// Whether the store had it already.
        known: bool,
        /// The portable file, where one was written.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
}
