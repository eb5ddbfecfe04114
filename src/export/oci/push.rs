//! An image on its way into a registry: what stands there is not sent again, what stands under the base's name is asked
//! for, the rest is uploaded, and the name comes last.

use super::base_name::BaseName;
use super::blob::Blob;
use super::descriptor::media;
use super::holder::by_digest;
use super::registry::Registry;
use super::{Error, Image};
use crate::artifact::Digest;
use crate::export::Content;
use crate::report::{Reporter, Work};
use oci_client::Reference;
use std::sync::Arc;

/// What became of an image's parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pushed {
    /// How many were uploaded.
    pub uploaded: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// How many stood there, or were taken over from the base's name.
    pub standing: usize,
}

/// Where an image goes to.
#[derive(Debug, Clone, Copy)]
pub struct Destined<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// The name; without a tag it gets that of the release.
    pub name: &'a Reference,
    /// Whether the tag was said, and so may be moved.
    pub tag: Option<&'a str>,
    /// The base, from whose name its layers may be had.
    pub base: &'a BaseName,
}

impl Image {
    /// Its name in a registry, with its tag.
    #[must_use]
    pub fn tagged(&self, name: &Reference, tag: Option<&str>) -> Reference {
        let tag = tag.unwrap_or(&self.tag).to_owned();
        Reference::with_tag(name.registry().to_owned(), name.repository().to_owned(), tag)
    }

    /// Pushes the image.
    ///
    /// # Errors
    /// Where the registry does not take it, or the release's own tag names another image there.
    pub fn push(&self, to: Destined<'_>, reporter: &Reporter) -> Result<Pushed, Error> {
        let tagged = self.tagged(to.name, to.tag);
        let standing = to.registry.standing_manifest(&tagged)?.map(|bytes| Digest::of(&bytes));
        if let (Some(standing), None) = (standing.filter(|standing| *standing != self.top.digest.0), to.tag) {
            return Err(Error::TagTaken { name: tagged.whole(), standing: format!("sha256:{standing}") });
        }
        let mut pushed = Pushed::default();
        let missing = self.missing(&to, &mut pushed)?;
        let bytes = missing.iter().map(|blob| blob.descriptor.size).sum();
        let progress = Arc::new(reporter.progress(&Work::Uploading { bytes }));
        for blob in missing {
            to.registry.upload(to.name, blob, &progress)?;
            pushed.count(blob);
        }
        for (blob, bytes) in self.manifests() {
            let last = blob.descriptor.digest == self.top.digest;
            let name = if last { tagged.clone() } else { by_digest(to.name, blob.descriptor.digest.0) };
            to.registry.name(&name, &blob.descriptor.media_type, bytes)?;
            pushed.count(blob);
        }
        Ok(pushed)
    }

    /// Layers and configs that the registry does not have under this name.
    fn missing(&self, to: &Destined<'_>, pushed: &mut Pushed) -> Result<Vec<&Blob>, Error> {
        let from = match to.base {
            BaseName::Registry { reference, .. } if reference.registry() == to.name.registry() => Some(&**reference),
            _ => None,
        };
        let mut missing = Vec::new();
        for blob in self.blobs.iter().filter(|blob| !is_manifest(blob)) {
            let part = &blob.descriptor;
            let from = from.filter(|_| self.of_base.contains(&part.digest));
            if to.registry.holds(to.name, part)? || from.is_some_and(|from| to.registry.mount(to.name, from, part)) {
                pushed.standing += 1;
            } else {
                missing.push(blob);
            }
        }
        Ok(missing)
    }

    fn manifests(&self) -> impl Iterator<Item = (&Blob, &[u8])> {
        self.blobs.iter().filter(|blob| is_manifest(blob)).filter_map(|blob| match &blob.content {
            Content::Bytes(bytes) => Some((blob, bytes.as_slice())),
            Content::File { .. } => None,
        })
    }
}

impl Pushed {
    fn count(&mut self, blob: &Blob) {
        self.uploaded += 1;
        self.bytes += blob.descriptor.size;
    }
}

fn is_manifest(blob: &Blob) -> bool {
    [media::MANIFEST, media::INDEX].contains(&blob.descriptor.media_type.as_str())
}
