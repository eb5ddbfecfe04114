//! The release record and the manifest: whatever the bytes are, they are refused or they are one noun, whose own form
//! reads as the same noun.

#![no_main]

use cargo_twelve::artifact::{BuildManifest, ReleaseId, ReleaseRecord, ReleaseRef};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = ReleaseRecord::from_bytes(ReleaseId::FIRST, bytes) {
        let own = record.to_bytes().expect("a record has a form");
        assert_eq!(ReleaseRecord::from_bytes(ReleaseId::FIRST, &own).ok(), Some(record));
    }
    if let Ok(manifest) = BuildManifest::from_bytes(bytes) {
        let own = manifest.to_bytes().expect("a manifest has a form");
        assert_eq!(BuildManifest::from_bytes(&own).ok(), Some(manifest));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = text.parse::<ReleaseRef>();
    }
});
