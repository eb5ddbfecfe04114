//! The sections of an ELF file: where two binaries differ, the sections say whether it is code, data, or only a note.

use crate::artifact::Digest;
use object::{Object, ObjectSection};
use serde::Serialize;

/// A section of an ELF file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its name, `.text`.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of its content; where it has none in the file (`.bss`), that of nothing.
    pub sha256: Digest,
}

/// The sections of a file, in its order; none where it is no ELF file that can be read.
#[must_use]
pub fn sections(bytes: &[u8]) -> Option<Vec<Section>> {
    let file = object::File::parse(bytes).ok()?;
    let section = |section: object::Section<'_, '_>| {
        let name = String::from_utf8_lossy(section.name_bytes().ok()?).into_owned();
        Some(Section { name, size: section.size(), sha256: Digest::of(section.data().ok()?) })
    };
    file.sections().map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::sections;

    #[test]
    #[cfg(target_os = "linux")]
    fn one_changed_byte_is_in_one_section() {
        let bytes = std::fs::read("/bin/sh").expect("a shell");
        let before = sections(&bytes).expect("an ELF file");
        let text = before.iter().find(|section| section.name == ".text").expect("code");
        let needle = {
            use object::{Object, ObjectSection};
            let file = object::File::parse(&*bytes).expect("an ELF file");
            let (offset, size) = file.section_by_name(".text").and_then(|text| text.file_range()).expect("a range");
            usize::try_from(offset + size / 2).expect("a place")
        };
        assert!(text.size > 1000);
        let mut changed = bytes.clone();
        changed[needle] ^= 1;
        let after = sections(&changed).expect("still an ELF file");
        let differing: Vec<_> =
            before.iter().zip(&after).filter(|(one, other)| one != other).map(|(one, _)| one.name.as_str()).collect();
        assert_eq!(differing, [".text"]);
        assert_eq!(sections(b"#!/bin/sh\n"), None);
    }
}
