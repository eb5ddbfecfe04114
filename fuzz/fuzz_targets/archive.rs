//! The archive reader: whatever a tar holds, it is refused or it is a build, and the digests that come out are those
//! of the bytes that went in. The gzip around it is made here, so that the bytes that are tried are the tar's own.

#![no_main]

use cargo_twelve::artifact::{Digest, ExpectedBuild, read_archive, read_unrecorded};
use flate2::{Compression, write::GzEncoder};
use libfuzzer_sys::fuzz_target;
use std::io::{Write, sink};

fuzz_target!(|tar: &[u8]| {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
    let packed = gzip.write_all(tar).and_then(|()| gzip.finish()).expect("memory");
    let read = read_unrecorded(&packed[..], sink());
    if let Ok((manifest, digests)) = &read {
        assert_eq!(digests.id, Digest::of(tar));
        let expected = ExpectedBuild { id: digests.id, manifest_sha256: digests.manifest_sha256 };
        assert_eq!(read_archive(&packed[..], expected, None).ok().as_ref(), Some(manifest));
    }
    // The bytes themselves as a stream: no gzip, half a gzip, or one with something behind it.
    let _ = read_unrecorded(tar, sink());
});
