//! Joining: builds that were made on several machines become one release. Nothing of a file is believed but what its
//! bytes prove, and nothing is kept before all of them are builds of one app and one commit.

use super::Error;
use crate::artifact::{BuildManifest, PackedBuild, ReleasedBuild, read_unrecorded};
use crate::store::Store;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Builds of one app and one commit, each for a target of its own, verified and not yet in a store.
#[derive(Debug)]
pub struct Joinable {
    builds: Vec<Verified>,
}

#[derive(Debug)]
struct Verified {
    path: PathBuf,
    manifest: BuildManifest,
    packed: PackedBuild,
    // What was verified is what is kept: the file itself may change in the meantime.
    copy: TempPath,
}

impl Joinable {
    /// Verifies every byte of the tarballs at these paths; copies of them stand in `folder` as long as this lives.
    ///
    /// # Errors
    /// Where one is no build, or they are not of one app and one commit, each for a target of its own.
    pub fn read(paths: &[PathBuf], folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(unwritable(folder))?;
        let builds: Vec<Verified> = paths.iter().map(|path| Verified::read(path, folder)).collect::<Result<_, _>>()?;
        for (at, one) in builds.iter().enumerate() {
            builds[..at].iter().try_for_each(|before| before.refuse_beside(one))?;
        }
        Ok(Self { builds })
    }

    /// The manifests, in the order of the files.
    pub fn manifests(&self) -> impl Iterator<Item = &BuildManifest> {
        self.builds.iter().map(|build| &build.manifest)
    }

    /// Keeps them in a store; gives each as a release names it, with its file and the copy of it that was verified.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn keep(self, store: &Store) -> Result<Vec<(ReleasedBuild, PathBuf, TempPath)>, Error> {
        let keep = |one: Verified| {
            let build = store.keep_build(&one.manifest, &one.packed, &one.copy)?;
            Ok((build, one.path, one.copy))
        };
        self.builds.into_iter().map(keep).collect()
    }
}

impl Verified {
    fn read(path: &Path, folder: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|cause| Error::Unreadable { path: path.to_path_buf(), cause })?;
        let mut copy =
            tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder).map_err(unwritable(folder))?;
        let (manifest, packed) = read_unrecorded(file, BufWriter::new(copy.as_file_mut()))
            .map_err(|cause| Error::NoBuild { path: path.to_path_buf(), cause })?;
        Ok(Self { path: path.to_path_buf(), manifest, packed, copy: copy.into_temp_path() })
    }

    /// Refuses what cannot be one release with this build.
    fn refuse_beside(&self, other: &Self) -> Result<(), Error> {
        let files = || [self.path.clone(), other.path.clone()];
        let (one, another) = (&self.manifest, &other.manifest);
        let facts = [
            ("app", one.app.to_string(), another.app.to_string()),
            ("commit", one.commit.clone(), another.commit.clone()),
            ("package", one.package.clone(), another.package.clone()),
            ("version", one.version.to_string(), another.version.to_string()),
        ];
        for (what, one, other) in facts {
            if one != other {
                return Err(Error::Several { what, one, other, files: files() });
            }
        }
        if one.target == another.target {
            return Err(Error::TargetTwice { target: one.target.clone(), files: files() });
        }
        Ok(())
    }
}

fn unwritable(folder: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = folder.to_path_buf();
    move |cause| Error::Unwritable { path, cause }
}
