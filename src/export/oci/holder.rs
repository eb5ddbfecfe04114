//! Who holds the parts of an image: a registry, or a folder with the image layout. What a holder gives is believed only
//! after its digest was.

use super::Error;
use super::descriptor::Descriptor;
use super::registry::Registry;
use crate::artifact::Digest;
use oci_client::Reference;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

/// The largest document that is read, in bytes: what registries accept as a manifest.
const LARGEST_DOCUMENT: u64 = 4 << 20;

/// Where the image layout has parts, by their digests.
pub(super) const BLOBS: &str = "blobs/sha256";

/// A holder of one image's parts.
pub(super) enum Holder<'a> {
    /// A folder.
    Layout(PathBuf),
    /// A name in a registry.
    Registry(&'a Registry, Reference),
}

impl Holder<'_> {
    /// A manifest or an index, with what the holder says that it is.
    pub(super) fn manifest(&self, image: &str, digest: Digest) -> Result<Vec<u8>, Error> {
        let bytes = match self {
            Self::Layout(folder) => read_small(image, &blob_path(folder, digest))?,
            Self::Registry(registry, reference) => registry.manifest(&by_digest(reference, digest))?,
        };
        verified(image, bytes, digest)
    }

    /// A small document.
    pub(super) fn document(&self, image: &str, descriptor: &Descriptor, scratch: &Path) -> Result<Vec<u8>, Error> {
        if descriptor.size > LARGEST_DOCUMENT {
            return Err(Error::BadBase {
                image: image.to_owned(),
                why: format!("a document of it has {} bytes", descriptor.size),
            });
        }
        let mut bytes = Vec::new();
        let mut file = self.blob(image, descriptor, scratch)?;
        file.read_to_end(&mut bytes).map_err(|cause| Error::machine("read", scratch, cause))?;
        Ok(bytes)
    }

    /// A layer or a config as a file, verified, from its first byte; one that comes over the network is kept in a
    /// nameless file in `scratch`.
    pub(super) fn blob(&self, image: &str, descriptor: &Descriptor, scratch: &Path) -> Result<File, Error> {
        let digest = descriptor.digest.0;
        let mut file = match self {
            Self::Layout(folder) => open(image, &blob_path(folder, digest))?,
            Self::Registry(registry, reference) => {
                let unwritable = |cause| Error::machine("write into", scratch, cause);
                let mut file = tempfile::tempfile_in(scratch).map_err(unwritable)?;
                registry.download(reference, descriptor, &mut file)?;
                file.rewind().map_err(unwritable)?;
                file
            }
        };
        let unreadable = |cause: io::Error| Error::machine("read", scratch, cause);
        let found = Digest::of_reader(&mut file).map_err(unreadable)?;
        if found != (digest, descriptor.size) {
            let why = format!("its part {} is not what its digest says", descriptor.digest);
            return Err(Error::BadBase { image: image.to_owned(), why });
        }
        file.rewind().map_err(unreadable)?;
        Ok(file)
    }
}

/// Where a layout keeps a part.
fn blob_path(folder: &Path, digest: Digest) -> PathBuf {
    folder.join(BLOBS).join(digest.to_string())
}

/// The same name by another digest.
pub(super) fn by_digest(reference: &Reference, digest: Digest) -> Reference {
    let (registry, repository) = (reference.registry().to_owned(), reference.repository().to_owned());
    Reference::with_digest(registry, repository, format!("sha256:{digest}"))
}

fn verified(image: &str, bytes: Vec<u8>, digest: Digest) -> Result<Vec<u8>, Error> {
    if Digest::of(&bytes) == digest {
        return Ok(bytes);
    }
    Err(Error::BadBase { image: image.to_owned(), why: "its manifest is not what its digest says".to_owned() })
}

fn open(image: &str, path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => Error::NoBase { image: image.to_owned(), missing: path.display().to_string() },
        _ => Error::machine("read", path, cause),
    })
}

fn read_small(image: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = open(image, path)?.take(LARGEST_DOCUMENT).read_to_end(&mut bytes);
    read.map_err(|cause| Error::machine("read", path, cause))?;
    Ok(bytes)
}
