//! The image of a release: its parts, each by its digest, in the order in which a registry wants them. The same release,
//! process type and base give the same bytes, wherever and whenever that is done.

use super::base::{Base, Reading};
use super::base_name::BaseName;
use super::blob::Blob;
use super::config::{Making, OwnLayer};
use super::descriptor::{BlobDigest, Descriptor, Index, Manifest, document, media};
use super::holder::Holder;
use super::platform::Platform;
use super::registry::Registry;
use super::started::Started;
use super::{Error, shared_folder};
use crate::artifact::{Digest, Error as ArtifactError, ExpectedBuild, ReleasedBuild, read_archive};
use crate::export::Exported;
use crate::export::container::TEMPORARY;
use crate::report::Work;
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Seek;
use std::path::Path;

/// What an image is to be.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What it starts, `web`, `admin.migrate`; `web` or the only process type where nothing is said.
    pub process: Option<&'a str>,
    /// The target of the one build that it is of; all of them where nothing is said.
    pub target: Option<&'a str>,
    /// What it is built on.
    pub base: &'a BaseName,
    /// The registry of the base, where it is in one.
    pub registry: Option<&'a Registry>,
    /// A folder for nameless files.
    pub scratch: &'a Path,
}

/// An image.
#[derive(Debug)]
pub struct Image {
    /// What it starts.
    pub process: String,
    /// Its tag where nobody says another: `v42`, and `v42-worker` where something else was asked for than what is meant otherwise.
    pub tag: String,
    /// Its manifest, or the index of its manifests.
    pub top: Descriptor,
    /// Its manifests, one a platform.
    pub platforms: Vec<Descriptor>,
    /// The parts of it that are its base's.
    pub(super) of_base: BTreeSet<BlobDigest>,
    /// Its parts, each before what names it; the last is `top`.
    pub(super) blobs: Vec<Blob>,
}

impl Image {
    /// The image of a release.
    ///
    /// # Errors
    /// Where the release's bytes are not what its record says, or it cannot run as an image over this base.
    pub fn of(store: &Store, exported: &Exported, wanted: Wanted<'_>) -> Result<Self, Error> {
        let started = Started::chosen(exported, wanted.process)?;
        let usual = Started::chosen(exported, None).ok().map(|usual| usual.name());
        let release = exported.record.release;
        let tag = match usual {
            Some(usual) if usual == started.name() => release.to_string(),
            _ => format!("{release}-{}", started.name()),
        };
        let mut image = Self {
            process: started.name(),
            tag,
            top: Descriptor::of(media::INDEX, b""),
            platforms: Vec::new(),
            of_base: BTreeSet::new(),
            blobs: Vec::new(),
        };
        for (platform, index) in builds(exported, wanted.target)? {
            image.add(store, exported, started, (platform, index), wanted)?;
        }
        match image.platforms.as_slice() {
            [only] => image.top = only.clone(),
            several => {
                let annotations = image.annotations_of_all(exported);
                let index = Index {
                    schema_version: 2,
                    media_type: Some(media::INDEX.to_owned()),
                    manifests: several.to_vec(),
                    annotations,
                };
                let index = Blob::document(document(media::INDEX, &index)?);
                image.top = index.descriptor.clone();
                image.keep(index);
            }
        }
        Ok(image)
    }

    /// The size of all its parts in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.blobs.iter().map(|blob| blob.descriptor.size).sum()
    }

    /// Adds one build's manifest with all that it names.
    fn add(
        &mut self,
        store: &Store,
        exported: &Exported,
        started: Started<'_>,
        (platform, index): (Platform, usize),
        wanted: Wanted<'_>,
    ) -> Result<(), Error> {
        let (build, manifest) = (&exported.record.builds[index], &exported.manifests()[index]);
        let base = base(wanted, &platform)?;
        base.refuse_unfit(manifest)?;
        let (mut own, mut layers) = (Vec::new(), Vec::new());
        if !base.files.is_shared_folder(TEMPORARY) {
            let tar = shared_folder::tar(TEMPORARY.trim_start_matches('/'));
            own.push(OwnLayer { diff_id: BlobDigest(Digest::of(&tar)), comment: "a folder for temporary files" });
            let packed = shared_folder::packed(&tar);
            layers.push(Blob::document((Descriptor::of(media::LAYER_GZIP, &packed), packed)));
        }
        own.push(OwnLayer { diff_id: BlobDigest(build.id), comment: "the build" });
        let making = Making { exported, build, manifest, started };
        let config = making.config(&platform, &base, &own)?;
        layers.push(verified_layer(store, exported, build, wanted.scratch)?);
        let config_document = Blob::document(document(media::CONFIG, &config)?);
        let all = base.layers.iter().chain(&layers).map(|layer| layer.descriptor.clone()).collect();
        let image = Manifest {
            schema_version: 2,
            media_type: Some(media::MANIFEST.to_owned()),
            config: config_document.descriptor.clone(),
            layers: all,
            annotations: config.labels().clone(),
        };
        let image = Blob::document(document(media::MANIFEST, &image)?);
        self.of_base.extend(base.layers.iter().map(|layer| layer.descriptor.digest));
        base.layers.into_iter().chain(layers).for_each(|layer| self.keep(layer));
        self.keep(config_document);
        self.platforms.push(Descriptor { platform: Some(platform), ..image.descriptor.clone() });
        self.keep(image);
        Ok(())
    }

    /// Keeps a part once.
    fn keep(&mut self, blob: Blob) {
        if self.blobs.iter().all(|known| known.descriptor.digest != blob.descriptor.digest) {
            self.blobs.push(blob);
        }
    }

    fn annotations_of_all(&self, exported: &Exported) -> BTreeMap<String, String> {
        let record = &exported.record;
        let all = [
            ("org.opencontainers.image.title", record.app.to_string()),
            ("org.opencontainers.image.version", record.version.to_string()),
            ("org.opencontainers.image.revision", record.commit.clone()),
            ("cargo-twelve.release", record.release.to_string()),
            ("cargo-twelve.process", self.process.clone()),
        ];
        all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// The builds that an image is of, by their platforms.
fn builds(exported: &Exported, target: Option<&str>) -> Result<BTreeMap<Platform, usize>, Error> {
    let targets = || exported.record.builds.iter().map(|build| build.target.clone()).collect::<Vec<_>>();
    let mut found = BTreeMap::new();
    for (index, build) in exported.record.builds.iter().enumerate() {
        if target.is_some_and(|target| target != build.target) {
            continue;
        }
        let Some(platform) = Platform::of(&build.target) else { continue };
        if let Some(other) = found.insert(platform.clone(), index) {
            let targets = [other, index].map(|index| exported.record.builds[index].target.clone());
            return Err(Error::SamePlatform { platform: platform.to_string(), targets: targets.to_vec() });
        }
    }
    match (found.is_empty(), target) {
        (false, _) => Ok(found),
        (true, Some(target)) if !targets().iter().any(|one| one == target) => {
            Err(Error::NoBuild { target: target.to_owned(), targets: targets() })
        }
        (true, _) => Err(Error::NoPlatform { targets: targets() }),
    }
}

fn base(wanted: Wanted<'_>, platform: &Platform) -> Result<Base, Error> {
    let (holder, digest) = match (wanted.base, wanted.registry) {
        (BaseName::Scratch, _) => return Ok(Base::default()),
        (BaseName::Layout { folder, digest }, _) => (Holder::Layout(folder.clone()), *digest),
        (BaseName::Registry { reference, digest }, Some(registry)) => {
            (Holder::Registry(registry, (**reference).clone()), *digest)
        }
        (BaseName::Registry { reference, .. }, None) => {
            return Err(Error::NoBase { image: reference.whole(), missing: reference.registry().to_owned() });
        }
    };
    Reading { name: wanted.base, holder: &holder, scratch: wanted.scratch }.base(digest, platform)
}

/// The build's tarball, byte for byte, as a layer; every byte in it was verified. The build's id is the digest that the
/// image specification asks for besides: that of the uncompressed tar.
fn verified_layer(store: &Store, exported: &Exported, build: &ReleasedBuild, scratch: &Path) -> Result<Blob, Error> {
    let mut file = store.released_tarball(&exported.record, build)?.verified(scratch)?;
    let expected = ExpectedBuild { id: build.id, manifest_sha256: build.manifest_sha256 };
    let progress = store.progress(&Work::VerifyingBuild { bytes: build.gz_size });
    let manifest = read_archive(progress.through(&file), expected, None)?;
    if !exported.record.names(build, &manifest) {
        let why = "its build for another app, commit, version or target lies under its name";
        return Err(
            ArtifactError::damaged(format!("`{}` {}", exported.record.app, exported.record.release), why).into()
        );
    }
    file.rewind().map_err(|cause| Error::machine("read", scratch, cause))?;
    let descriptor = Descriptor::named(media::LAYER_GZIP, build.gz_sha256, build.gz_size);
    Ok(Blob::file(descriptor, file))
}
