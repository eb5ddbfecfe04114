//! The codebase: one git repository, one commit of it, and the packages of that commit.
//!
//! Everything that is built is read from the commit. The working tree is looked at for two questions only: where the
//! user stands, and whether tracked files differ from the commit. `dev`, which builds nothing, watches it.

mod changes;
mod checkout;
mod choice;
mod error;
pub mod first_commit;
mod history;
mod lockfile;
mod manifest;
mod origin;
mod packages;
pub mod remote_tree;
mod repository;
mod snapshot;
pub mod text_merge;
#[cfg(target_os = "linux")]
mod watch;
mod work_tree;

pub use changes::{Changes, uncommitted};
pub use checkout::{has_commit, is_clean_checkout, tampered_checkout};
pub use choice::{ChosenPackage, choose};
pub use error::Error;
pub use history::Waiting;
pub use lockfile::{Lockfile, LockfilePackage, Place};
pub use manifest::{Manifest, Manifests, beside, inside, joined, joins_workspace, self_and_above, standing_manifest};
pub use origin::without_credentials;
pub use packages::{Packages, bin_names, path_outside, refusal};
pub use repository::{Commit, Repository};
pub use snapshot::{FileKind, Snapshot, SnapshotFile, is_lfs_pointer};
#[cfg(target_os = "linux")]
pub use watch::{Change, ChangeKind, Judgement, Unwatched, Watch};
pub use work_tree::WorkTree;

// What cargo says of packages and of what it compiled, as its own library reads it.
pub use cargo_metadata as cargo;
