//! What an image is made of, each by its digest: the JSON documents of the image specification, in the one text that
//! canonical JSON gives them, so that their digests follow from what they say.

use super::Error;
use super::platform::Platform;
use crate::artifact::{Digest, canonical_json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The media types that are written.
pub(super) mod media {
    pub(in crate::export::oci) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    pub(in crate::export::oci) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    pub(in crate::export::oci) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    pub(in crate::export::oci) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
    pub(in crate::export::oci) const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    /// Docker's own names for the same things; they are read.
    pub(in crate::export::oci) const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
    pub(in crate::export::oci) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    pub(in crate::export::oci) const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    pub(in crate::export::oci) const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
}

/// A digest as the image specification writes it: `sha256:` and 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobDigest(pub Digest);

impl std::fmt::Display for BlobDigest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "sha256:{}", self.0)
    }
}

impl From<BlobDigest> for String {
    fn from(digest: BlobDigest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for BlobDigest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digest = text.strip_prefix("sha256:").and_then(|digits| digits.parse().ok());
        digest.map(Self).ok_or_else(|| "a digest is `sha256:` and 64 lower-case hex digits".to_owned())
    }
}

/// Names a content: what it is, how long it is, and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    pub media_type: String,
    /// Its digest.
    pub digest: BlobDigest,
    /// Its size in bytes.
    pub size: u64,
    /// The platform that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Other places that have it; nothing that we write has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) urls: Vec<String>,
}

/// The manifest of an image for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) schema_version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// The manifests of an image, one a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) schema_version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
    pub(super) manifests: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// The descriptor of these bytes.
    pub(super) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self::named(media_type, Digest::of(bytes), bytes.len() as u64)
    }

    /// The descriptor of a content that is known by its digest.
    pub(super) fn named(media_type: &str, digest: Digest, size: u64) -> Self {
        let (media_type, digest) = (media_type.to_owned(), BlobDigest(digest));
        Self { media_type, digest, size, platform: None, annotations: BTreeMap::new(), urls: Vec::new() }
    }
}

/// A document's one text, and its descriptor.
pub(super) fn document(media_type: &str, document: &impl Serialize) -> Result<(Descriptor, Vec<u8>), Error> {
    let bytes = canonical_json(document)?;
    Ok((Descriptor::of(media_type, &bytes), bytes))
}
