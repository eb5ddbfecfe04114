//! An image in a folder, as the image layout has it: every part under its digest, and an index that names the image.

use super::descriptor::{Index, document, media};
use super::holder::BLOBS;
use super::{Error, Image};
use crate::export::GeneratedFiles;
use std::collections::BTreeMap;

/// What says that a folder has this layout, and in which version.
const LAYOUT: &[u8] = b"{\"imageLayoutVersion\":\"1.0.0\"}\n";

impl Image {
    /// Adds the image to the files that are to be written.
    ///
    /// # Errors
    /// Where a document cannot be written.
    pub fn into_layout(self, mut files: GeneratedFiles) -> Result<GeneratedFiles, Error> {
        let mut named = self.top;
        named.annotations.insert("org.opencontainers.image.ref.name".to_owned(), self.tag);
        let index = Index {
            schema_version: 2,
            media_type: Some(media::INDEX.to_owned()),
            manifests: vec![named],
            annotations: BTreeMap::new(),
        };
        files.add("index.json", 0o644, document(media::INDEX, &index)?.1);
        files.add("oci-layout", 0o644, LAYOUT.to_vec());
        for blob in self.blobs {
            let path = format!("{BLOBS}/{}", blob.descriptor.digest.0);
            files.add_content(path, 0o644, blob.content);
        }
        Ok(files)
    }
}
