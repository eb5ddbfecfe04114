//! A part of an image on its way into a folder or a registry.

use super::descriptor::Descriptor;
use crate::export::Content;
use std::fs::File;

/// A part of an image, its digest verified.
#[derive(Debug)]
pub(super) struct Blob {
    /// What it is, and its digest.
    pub(super) descriptor: Descriptor,
    /// Its bytes.
    pub(super) content: Content,
}

impl Blob {
    /// A document that was made here.
    pub(super) fn document((descriptor, bytes): (Descriptor, Vec<u8>)) -> Self {
        Self { descriptor, content: Content::Bytes(bytes) }
    }

    /// A file that was verified.
    pub(super) fn file(descriptor: Descriptor, file: File) -> Self {
        let sha256 = descriptor.digest.0;
        Self { descriptor, content: Content::File { file, sha256 } }
    }
}
