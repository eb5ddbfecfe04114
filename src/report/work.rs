//! Work that can take long, as plain fields. What it sounds like is `human.rs`.

/// Work that can take long, with its size where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Files of a commit are put into the work folder.
    Exporting {
        /// How many.
        files: u64,
    },
    /// cargo fetches what is missing; how much that is it alone knows.
    Fetching,
    /// Packages are checked against the lockfile.
    VerifyingPackages {
        /// How many.
        packages: u64,
    },
    /// Records of releases are checked, each against the one before.
    VerifyingRecords {
        /// How many.
        records: u64,
    },
    /// Files become a tarball.
    Packing {
        /// Their size in bytes.
        bytes: u64,
    },
    /// A tarball or a tree is checked against its record.
    VerifyingBuild {
        /// Its size in bytes.
        bytes: u64,
    },
    /// A tarball comes from an object store.
    Downloading {
        /// Its size in bytes.
        bytes: u64,
    },
    /// A tarball goes to an object store.
    Uploading {
        /// Its size in bytes.
        bytes: u64,
    },
    /// A tarball becomes a tree of files.
    Unpacking {
        /// The tarball's size in bytes.
        bytes: u64,
    },
}

impl Work {
    /// Its size, in its own unit.
    pub(super) fn size(self) -> Option<u64> {
        match self {
            Self::Exporting { files: size }
            | Self::VerifyingPackages { packages: size }
            | Self::VerifyingRecords { records: size }
            | Self::VerifyingBuild { bytes: size }
            | Self::Packing { bytes: size }
            | Self::Downloading { bytes: size }
            | Self::Uploading { bytes: size }
            | Self::Unpacking { bytes: size } => Some(size),
            Self::Fetching => None,
        }
    }
}
