//! The image that an image is built on. It is taken by digest, every part of it is verified, and what it is asked for is
//! what the release's manifest lists: the loader, the libraries, a C library that is new enough. Its layers become the
//! lower layers as they are.

use super::Error;
use super::base_name::BaseName;
use super::blob::Blob;
use super::config::{Layered, RootFs};
use super::descriptor::{BlobDigest, Descriptor, Index, Manifest, media};
use super::files::{Files, unreadable};
use super::holder::Holder;
use super::platform::Platform;
use crate::artifact::{BuildManifest, refuse_unloadable};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

/// What an image takes over from its base.
#[derive(Default)]
pub(super) struct Base {
    /// Its name, where it is one of a registry: a folder of this machine says nothing to others.
    pub(super) name: Option<String>,
    /// The digest that it was asked for by.
    pub(super) digest: Option<BlobDigest>,
    /// Its environment, in its order.
    pub(super) environment: Vec<(String, String)>,
    /// The digests of its layers' tars.
    pub(super) diff_ids: Vec<BlobDigest>,
    /// What made its layers.
    pub(super) history: Vec<Layered>,
    /// Its layers, lowest first.
    pub(super) layers: Vec<Blob>,
    /// What is in them.
    pub(super) files: Files,
    shown: Option<String>,
}

/// What is read of a base's config.
#[derive(Deserialize)]
struct BaseConfig {
    #[serde(flatten)]
    platform: Platform,
    #[serde(default)]
    config: BaseExecution,
    rootfs: RootFs,
    #[serde(default)]
    history: Vec<Layered>,
}

#[derive(Default, Deserialize)]
struct BaseExecution {
    #[serde(default, rename = "Env")]
    env: Option<Vec<String>>,
}

/// A base that is read: its name, who holds it, and where its parts are kept meanwhile.
pub(super) struct Reading<'a> {
    pub(super) name: &'a BaseName,
    pub(super) holder: &'a Holder<'a>,
    pub(super) scratch: &'a Path,
}

impl Reading<'_> {
    /// Reads the base for a platform.
    pub(super) fn base(&self, digest: BlobDigest, platform: &Platform) -> Result<Base, Error> {
        let image = self.name.to_string();
        let manifest = self.manifest(digest, platform)?;
        let config: BaseConfig = self.parsed(&self.holder.document(&image, &manifest.config, self.scratch)?)?;
        if !platform.takes(&config.platform) {
            return Err(Error::OtherPlatform {
                image,
                wanted: platform.to_string(),
                held: vec![config.platform.to_string()],
            });
        }
        if config.rootfs.diff_ids.len() != manifest.layers.len() {
            return Err(self.bad("its config has another number of layers than its manifest"));
        }
        let mut files = Files::default();
        let mut layers = Vec::with_capacity(manifest.layers.len());
        for (descriptor, diff_id) in manifest.layers.iter().zip(&config.rootfs.diff_ids) {
            let (media_type, packed) = self.kind(descriptor)?;
            let mut file = self.holder.blob(&image, descriptor, self.scratch)?;
            if self.read_layer(&mut files, &file, packed)? != *diff_id {
                return Err(self.bad(format!("its layer {} is not the one of its config", descriptor.digest)));
            }
            file.rewind().map_err(|cause| Error::machine("read", self.scratch, cause))?;
            let descriptor = Descriptor::named(media_type, descriptor.digest.0, descriptor.size);
            layers.push(Blob::file(descriptor, file));
        }
        let environment = config.config.env.unwrap_or_default();
        let environment = environment.iter().filter_map(|one| one.split_once('='));
        Ok(Base {
            name: matches!(self.name, BaseName::Registry { .. }).then(|| image.clone()),
            digest: Some(digest),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            history: history(config.history, layers.len()),
            diff_ids: config.rootfs.diff_ids,
            layers,
            files,
            shown: Some(image),
        })
    }

    /// The manifest for a platform: the one that was named, or one of the index that was.
    fn manifest(&self, digest: BlobDigest, platform: &Platform) -> Result<Manifest, Error> {
        let image = self.name.to_string();
        let bytes = self.holder.manifest(&image, digest.0)?;
        // An index has manifests where a manifest has layers; what holds both is neither (image specification).
        let Ok(index) = serde_json::from_slice::<Index>(&bytes) else { return self.parsed(&bytes) };
        let fits = |one: &&Descriptor| one.platform.as_ref().is_some_and(|other| platform.takes(other));
        let Some(chosen) = index.manifests.iter().find(fits) else {
            let held = index.manifests.iter().filter_map(|one| one.platform.as_ref()).map(ToString::to_string);
            return Err(Error::OtherPlatform { image, wanted: platform.to_string(), held: held.collect() });
        };
        self.parsed(&self.holder.manifest(&image, chosen.digest.0)?)
    }

    /// How a layer is written down in our manifest, and whether it is packed.
    fn kind(&self, layer: &Descriptor) -> Result<(&'static str, bool), Error> {
        match layer.media_type.as_str() {
            media::LAYER_GZIP | media::DOCKER_LAYER_GZIP => Ok((media::LAYER_GZIP, true)),
            media::LAYER | media::DOCKER_LAYER => Ok((media::LAYER, false)),
            other => Err(Error::LayerKind { image: self.name.to_string(), kind: other.to_owned() }),
        }
    }

    fn read_layer(&self, files: &mut Files, layer: &File, packed: bool) -> Result<BlobDigest, Error> {
        let layer = BufReader::with_capacity(128 * 1024, layer);
        let read = if packed { files.add_layer(MultiGzDecoder::new(layer)) } else { files.add_layer(layer) };
        read.map(BlobDigest).map_err(|cause| unreadable(&self.name.to_string(), &cause))
    }

    fn parsed<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, Error> {
        serde_json::from_slice(bytes).map_err(|cause| self.bad(format!("a document of it cannot be read: {cause}")))
    }

    fn bad(&self, why: impl Into<String>) -> Error {
        Error::BadBase { image: self.name.to_string(), why: why.into() }
    }
}

impl Base {
    /// Refuses a build that cannot be loaded over this base.
    pub(super) fn refuse_unfit(&self, manifest: &BuildManifest) -> Result<(), Error> {
        let system = &manifest.system;
        if self.shown.is_none() {
            let glibc = system.glibc.as_ref().map(|version| format!("glibc {version}"));
            let needs: Vec<String> = glibc.into_iter().chain(system.needed.iter().cloned()).collect();
            return match (&system.loader, needs.is_empty()) {
                (None, true) => Ok(()),
                _ => Err(Error::NotStatic { target: manifest.target.clone(), needs }),
            };
        }
        let library_path = self.environment.iter().find(|(name, _)| name == "LD_LIBRARY_PATH");
        refuse_unloadable(manifest, &self.files, library_path.map(|(_, value)| OsStr::new(value)))
            .map_err(|cause| Error::Unfit { image: self.to_string(), cause })
    }
}

impl fmt::Display for Base {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.shown.as_deref().unwrap_or("scratch"))
    }
}

/// What made a base's layers, one entry a layer that is not empty, as runtimes demand; a base may say nothing.
fn history(said: Vec<Layered>, layers: usize) -> Vec<Layered> {
    if said.iter().filter(|one| one.empty_layer != Some(true)).count() == layers {
        return said;
    }
    vec![Layered { comment: Some("a layer of the base".to_owned()), ..Layered::default() }; layers]
}
