//! Builds in a store. They are found by their content, so writing one twice is harmless.

use super::{Error, Store, layout};
use crate::app::AppName;
use crate::artifact::{
    BuildManifest, Digest, Error as ArtifactError, Hasher, PackedBuild, ReleasedBuild, canonical_json,
};
use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;

/// The largest `build.json` that is read, in bytes.
const LARGEST_MANIFEST: u64 = 256 << 20;
/// The largest note of which input made which build, in bytes.
const LARGEST_NOTE: u64 = 64 << 10;

impl Store {
    /// Keeps a build: its manifest and its tarball.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn keep_build(
        &self,
        manifest: &BuildManifest,
        packed: &PackedBuild,
        tarball: &Path,
    ) -> Result<ReleasedBuild, Error> {
        let app = &manifest.app;
        self.local.create_from(&layout::tarball(app, &packed.id, &packed.gz_sha256), tarball)?;
        self.local.create(&layout::manifest(app, &packed.id), &manifest.to_bytes()?)?;
        Ok(ReleasedBuild {
            target: manifest.target.clone(),
            id: packed.id,
            gz_sha256: packed.gz_sha256,
            gz_size: packed.gz_size,
            manifest_sha256: packed.manifest_sha256,
        })
    }

    /// Notes which build an input made, so that it is found without compiling.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn note_input(&self, app: &AppName, input: &Digest, build: &ReleasedBuild) -> Result<(), Error> {
        self.local.create(&layout::by_input(app, input), &canonical_json(build)?).map(drop)
    }

    /// The build that an input made, where the store still holds it whole. A note that cannot be read is no note.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn build_by_input(&self, app: &AppName, input: &Digest) -> Result<Option<ReleasedBuild>, Error> {
        let note = self.local.get(&layout::by_input(app, input), LARGEST_NOTE)?;
        let Some(build) = note.and_then(|bytes| serde_json::from_slice::<ReleasedBuild>(&bytes).ok()) else {
            return Ok(None);
        };
        let whole = self.local.has(&layout::tarball(app, &build.id, &build.gz_sha256))?
            && self.local.has(&layout::manifest(app, &build.id))?;
        Ok(whole.then_some(build))
    }

    /// The manifest of a build, believed only after its digest was.
    ///
    /// # Errors
    /// Where the store does not hold it, or holds something else under its name.
    pub fn manifest(&self, app: &AppName, build: &ReleasedBuild) -> Result<BuildManifest, Error> {
        let key = layout::manifest(app, &build.id);
        let bytes = self.local.get(&key, LARGEST_MANIFEST)?.ok_or_else(|| lost(&key, build))?;
        if Digest::of(&bytes) != build.manifest_sha256 {
            return Err(
                ArtifactError::damaged(format!("`{key}`"), "its digest is not the one of the release record").into()
            );
        }
        Ok(BuildManifest::from_bytes(&bytes)?)
    }

    /// The tarball of a build, from its first byte, after its size and its digest were found to be the record's.
    ///
    /// # Errors
    /// Where the store does not hold it, or holds something else under its name.
    pub fn tarball(&self, app: &AppName, build: &ReleasedBuild) -> Result<File, Error> {
        let key = layout::tarball(app, &build.id, &build.gz_sha256);
        let unreadable = |cause| Error::Machine { path: self.local.root().join(&key), act: "read", cause };
        let mut file = self.local.open(&key)?.ok_or_else(|| lost(&key, build))?;
        let mut hasher = Hasher::new(io::sink());
        io::copy(&mut file, &mut hasher).map_err(unreadable)?;
        let (found, _) = hasher.finish();
        if found != (build.gz_sha256, build.gz_size) {
            return Err(Error::DamagedTarball { path: self.local.root().join(&key) });
        }
        file.rewind().map_err(unreadable)?;
        Ok(file)
    }
}

fn lost(key: &str, build: &ReleasedBuild) -> Error {
    Error::Lost { key: key.to_owned(), named_by: format!("the release's build for {}", build.target) }
}
