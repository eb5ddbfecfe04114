//! The nouns that stages hand on: the build and its manifest, the release and its record, and what names them by
//! content. A noun is verified before it is parsed, and never changed after it was made.

mod archive;
mod archive_path;
mod build_manifest;
mod canonical;
mod deploy_entry;
mod deploy_ref;
mod digest;
mod glibc_version;
mod gzip;
mod input;
mod loadable;
mod named_commit;
mod pack;
mod release_id;
mod release_record;
mod release_ref;
mod sealed;
mod signable;
mod signature;
mod signers;
mod time;
mod trust;
mod unpack;
mod unrecorded;
mod ustar;

pub use archive::{ExpectedBuild, read_archive, read_manifest};
pub use archive_path::{ArchivePath, Mode, ROOT};
pub use build_manifest::{
    BuildManifest, GlibcSymbol, LOCKFILE_PATH, LockedPackage, Lockfile, MANIFEST_PATH, PackageKind, SBOM_PATH,
    SourcePath, System, TWELVE_TOML_PATH, Toolchain, TreeFile,
};
pub use canonical::canonical_json;
pub use deploy_entry::{ConfigFingerprint, DeployEntry, DeployOutcome, DeployReason, Outcome};
pub use deploy_ref::DeployRef;
pub use digest::{Digest, Hashed, Hasher, hash_file};
pub use glibc_version::GlibcVersion;
pub use input::BuildInput;
pub use loadable::{Root, Unloadable, refuse_unloadable};
pub use named_commit::NamedCommit;
pub use pack::{Content, Member, PackedBuild, pack};
pub use release_id::ReleaseId;
pub use release_record::{ReleaseRecord, ReleasedBuild};
pub use release_ref::{ReleaseName, ReleaseRef};
pub use signable::Signable;
pub use signature::{LARGEST_SIGNATURE, MOST_SIGNATURES, Namespace, SIGNATURE_HASH, Signature, signature_name};
pub use signers::Signers;
pub use time::UtcTime;
pub use trust::{Discounted, Endorsement, SignatureFault, Trust};
pub use unpack::{Unpacked, open_beneath};
pub use unrecorded::read_unrecorded;

use std::path::PathBuf;

/// The version of every format that is written here. A reader that meets another one says which program reads it.
pub const FORMAT: u64 = 1;

/// Why a noun cannot be made, read or believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bytes that are not what their name promises.
    #[error("{what} is damaged: {why}")]
    Damaged {
        /// What was read, `release record v42`.
        what: String,
        /// What does not fit.
        why: String,
    },
    /// A format of a later version of this program.
    #[error("{what} has the format {found}, and this program reads format {FORMAT}")]
    UnknownFormat {
        /// What was read.
        what: String,
        /// Its format.
        found: u64,
    },
    /// A name that a tarball cannot hold.
    #[error("`{path}` cannot be packed: {rule}")]
    Unpackable {
        /// The path, escaped.
        path: String,
        /// The rule.
        rule: String,
    },
    /// A word that names no release.
    #[error("`{text}` names no release: {rule}")]
    NoRelease {
        /// What was typed.
        text: String,
        /// The rule.
        rule: String,
    },
    /// A document that nobody signed, where only signed ones are believed.
    #[error("{document} is not signed")]
    Unsigned {
        /// The document.
        document: Signable,
    },
    /// A document that too few trusted keys signed.
    #[error("{document} is not signed by {}", trusted_keys(*.found, *.required, .discounted))]
    Untrusted {
        /// The document.
        document: Signable,
        /// How many trusted keys signed it.
        found: usize,
        /// How many must have.
        required: usize,
        /// The signatures that do not count.
        discounted: Vec<Discounted>,
    },
    /// A document that was signed and does not belong where it lies.
    #[error("what lies in the place of {document} is the signed record of {says}")]
    SignedForAnother {
        /// The document that was asked for.
        document: Signable,
        /// What was signed.
        says: String,
    },
    /// A signers file that cannot be read.
    #[error("{place}: {rule}")]
    BadSigners {
        /// The line, `signers:3`.
        place: String,
        /// The rule.
        rule: String,
    },
    /// A file that changed while it was read.
    #[error("`{path}` changed while it was packed", path = .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file or folder that the machine would not read or write.
    #[error("`{path}` cannot be {act}", path = .path.display())]
    Machine {
        /// The path.
        path: PathBuf,
        /// `read`, `written`.
        act: &'static str,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The stream that a build is read from or written to failed.
    #[error("the build cannot be {act}")]
    Stream {
        /// `read`, `written`.
        act: &'static str,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

fn trusted_keys(found: usize, required: usize, discounted: &[Discounted]) -> String {
    let keys = match (found, required) {
        (_, 1) => "a trusted key".to_owned(),
        (found, required) => format!("{required} trusted keys, but by {found}"),
    };
    let faults: Vec<String> = discounted.iter().map(ToString::to_string).collect();
    if faults.is_empty() { keys } else { format!("{keys}: {}", faults.join("; ")) }
}

impl Error {
    pub(crate) fn damaged(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Damaged { what: what.into(), why: why.into() }
    }
}
