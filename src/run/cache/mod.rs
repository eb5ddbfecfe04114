//! The cache: the trees of builds, unpacked and read-only, and the records of releases, so that what has run once on
//! a machine starts again with the store out of reach.
//!
//! ```text
//! <cache>/<app>/<build id>/app/       the tree; made in `.staging-*` beside it and renamed into place
//! <cache>/<app>/releases/<store>/v42.json[.sig[.n]]   the record and its signatures, by the store that it is from
//! <cache>/<app>/deploys/<store>/production.json   the deploy's last entry
//! ```
//!
//! The law: nothing in it is believed because it is there. A tree is hashed against the record at every start, a
//! record against its own digest.

mod deploy_entries;
mod kept;
mod pruning;
mod records;
mod staging;
mod tree;
mod verification;

pub(in crate::run) use deploy_entries::KeptEntry;
pub(in crate::run) use records::store_key;
pub use tree::Tree;

use super::Error;
use crate::app::AppName;
use crate::artifact::{ReleaseRecord, ReleasedBuild};
use crate::report::Work;
use crate::store::{Store, Tarball};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use tree::Home;

/// How often a tree is looked for while other runs unpack and remove. Each round lost means that another one won.
const ROUNDS: u32 = 10;

/// How many trees stay when a new one comes, the new one included; those in use stay besides.
const KEPT_TREES: usize = 3;

/// The folder that trees and records are kept in.
#[derive(Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache at a folder, which need not stand yet.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// The verified tree of a release's build. Where it does not stand, its tarball is asked for, verified and unpacked.
    ///
    /// # Errors
    /// Where a byte of the tarball or of the tree is not what the record says, or the machine fails.
    pub fn tree(&self, store: &Store, record: &ReleaseRecord, build: &ReleasedBuild) -> Result<Tree, Error> {
        self.unpacked(store, record, build, || Ok(store.released_tarball(record, build)?))
    }

    /// The verified tree of a release's build, unpacked from this tarball where it does not stand.
    pub(in crate::run) fn unpacked<'a>(
        &self,
        store: &Store,
        record: &ReleaseRecord,
        build: &ReleasedBuild,
        tarball: impl Fn() -> Result<Tarball<'a>, Error>,
    ) -> Result<Tree, Error> {
        let folder = self.root.join(record.app.as_str());
        let home = folder.join(build.id.to_string());
        for _ in 0..ROUNDS {
            if let Some(home) = Home::open(&home)? {
                return Tree::verified(home, build).map_err(|error| error.of_release(record));
            }
            make_folder(&folder)?;
            let mut staging = staging::Staging::make(&folder)?;
            let tarball = tarball()?;
            staging.unpack(tarball, build, &store.progress(&Work::Unpacking { bytes: build.gz_size }))?;
            staging.settle(&home)?;
            pruning::remove_old_trees(&folder, &home, KEPT_TREES);
        }
        Err(Error::CacheUnsteady { path: home })
    }

    /// Removes the tree of a build, so that it is unpacked anew.
    ///
    /// # Errors
    /// Where a process runs from it, or it cannot be removed.
    pub fn discard(&self, app: &AppName, build: &ReleasedBuild) -> Result<(), Error> {
        pruning::remove_tree_of(&self.root.join(app.as_str()), &build.id.to_string())
    }
}

/// Makes a folder of the cache and those above it. Readable for all that may enter the cache: `run --user` starts
/// from a tree that root has unpacked.
fn make_folder(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o755).create(path).map_err(|cause| Error::machine(path, "made", cause))
}
