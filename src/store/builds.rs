//! Builds in a store. They are found by their content, so writing one twice is harmless.

use super::{Created, Error, Opened, Store, Tarball, layout};
use crate::app::AppName;
use crate::artifact::{
    BuildManifest, Digest, Error as ArtifactError, PackedBuild, ReleaseRecord, ReleasedBuild, canonical_json,
};
use crate::report::{Progress, Work};
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
        let build = ReleasedBuild {
            target: manifest.target.clone(),
            id: packed.id,
            gz_sha256: packed.gz_sha256,
            gz_size: packed.gz_size,
            manifest_sha256: packed.manifest_sha256,
        };
        let key = layout::tarball(app, &build.id, &build.gz_sha256);
        let progress = self.progress(&Work::Uploading { bytes: build.gz_size });
        if self.place.create_from(&key, tarball, (build.gz_sha256, build.gz_size), &progress)? == Created::Stands {
            self.holds_tarball(app, &build)?;
        }
        self.place.create(&layout::manifest(app, &build.id), &manifest.to_bytes()?)?;
        Ok(build)
    }

    /// Notes which build an input made, so that it is found without compiling.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn note_input(&self, app: &AppName, input: &Digest, build: &ReleasedBuild) -> Result<(), Error> {
        self.place.create(&layout::by_input(app, input), &canonical_json(build)?).map(drop)
    }

    /// The build that an input made, where the store still holds it whole. A note that cannot be read is no note.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn build_by_input(&self, app: &AppName, input: &Digest) -> Result<Option<ReleasedBuild>, Error> {
        let note = self.place.get(&layout::by_input(app, input), LARGEST_NOTE)?;
        let Some(build) = note.and_then(|bytes| serde_json::from_slice::<ReleasedBuild>(&bytes).ok()) else {
            return Ok(None);
        };
        let whole = self.holds_tarball(app, &build)? && self.place.has(&layout::manifest(app, &build.id))?;
        Ok(whole.then_some(build))
    }

    /// Whether the tarball of a build stands. One of another size is refused here, before a release names it.
    fn holds_tarball(&self, app: &AppName, build: &ReleasedBuild) -> Result<bool, Error> {
        let key = layout::tarball(app, &build.id, &build.gz_sha256);
        let Some(size) = self.place.size(&key)? else { return Ok(false) };
        if size == build.gz_size {
            return Ok(true);
        }
        Err(Error::wrong_size(self.place.name(&key), size, build.gz_size))
    }

    /// The manifest of a build, believed only after its digest was.
    ///
    /// # Errors
    /// Where the store does not hold it, or holds something else under its name.
    pub fn manifest(&self, app: &AppName, build: &ReleasedBuild) -> Result<BuildManifest, Error> {
        let key = layout::manifest(app, &build.id);
        let bytes = self.place.get(&key, LARGEST_MANIFEST)?.ok_or_else(|| lost(&key, build))?;
        if Digest::of(&bytes) != build.manifest_sha256 {
            return Err(
                ArtifactError::damaged(format!("`{key}`"), "its digest is not the one of the release record").into()
            );
        }
        Ok(BuildManifest::from_bytes(&bytes)?)
    }

    /// The tarball of a release's build, not yet verified.
    ///
    /// # Errors
    /// Where the store does not hold it; a release that was pruned is told of as such.
    pub fn released_tarball(&self, record: &ReleaseRecord, build: &ReleasedBuild) -> Result<Tarball<'_>, Error> {
        match self.tarball(&record.app, build) {
            Err(Error::Lost { .. }) => Err(self.gone(record, build)?),
            other => other,
        }
    }

    /// Refuses a release whose tarballs are not all there: no server could start it.
    ///
    /// # Errors
    /// Where that is so; a release that was pruned is told of as such.
    pub fn refuse_gone(&self, record: &ReleaseRecord) -> Result<(), Error> {
        for build in &record.builds {
            if !self.holds_tarball(&record.app, build)? {
                return Err(self.gone(record, build)?);
            }
        }
        Ok(())
    }

    /// The error that says why a release's tarball is not there.
    fn gone(&self, record: &ReleaseRecord, build: &ReleasedBuild) -> Result<Error, Error> {
        let lost = lost(&layout::tarball(&record.app, &build.id, &build.gz_sha256), build);
        let (app, release, commit) = (record.app.clone(), record.release, record.commit.clone());
        let pruned = self.pruned(&app, release)?;
        Ok(pruned.map_or(lost, |pruned| Error::Pruned { app, release, pruned: Box::new(pruned), commit }))
    }

    /// A tarball that lies in this folder under a name of its own, not yet verified.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn loose_tarball(&self, name: &str, build: &ReleasedBuild) -> Result<Tarball<'_>, Error> {
        let opened = self.place.open(name)?.ok_or_else(|| lost(name, build))?;
        Ok(Tarball::new(&*self.place, name.to_owned(), build, opened, Progress::unseen()))
    }

    /// The tarball of a build, not yet verified.
    ///
    /// # Errors
    /// Where the store does not hold it.
    pub fn tarball(&self, app: &AppName, build: &ReleasedBuild) -> Result<Tarball<'_>, Error> {
        let key = layout::tarball(app, &build.id, &build.gz_sha256);
        let opened = self.place.open(&key)?.ok_or_else(|| lost(&key, build))?;
        let work = match &opened {
            Opened::File(_) => Work::VerifyingBuild { bytes: build.gz_size },
            Opened::Stream(_) => Work::Downloading { bytes: build.gz_size },
        };
        Ok(Tarball::new(&*self.place, key, build, opened, self.progress(&work)))
    }
}

fn lost(key: &str, build: &ReleasedBuild) -> Error {
    Error::Lost { key: key.to_owned(), named_by: format!("the release's build for {}", build.target) }
}
