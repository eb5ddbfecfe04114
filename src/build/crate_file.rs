//! A `.crate`: the archive that a registry gives for a package. It is read from bytes that have just been hashed,
//! never from a folder that somebody unpacked it into.

use super::Error;
use crate::artifact::Digest;
use flate2::bufread::GzDecoder;
use std::collections::BTreeMap;
use std::io::Read;

/// The largest package that is unpacked, in bytes: crates.io takes archives of at most 10 MB, and the largest known
/// unpack to a tenth of this.
const LARGEST: u64 = 2 << 30;

/// The unpacked bytes of a `.crate`.
#[derive(Debug)]
pub(super) struct CrateFile {
    tar: Vec<u8>,
    files: BTreeMap<String, CrateEntry>,
}

/// A file of a `.crate`.
#[derive(Debug, Clone, Copy)]
struct CrateEntry {
    start: usize,
    end: usize,
    executable: bool,
    modified: u64,
}

/// A file of a `.crate` with its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackagedFile<'a> {
    /// Its path below the package's folder.
    pub(super) path: &'a str,
    /// Its bytes.
    pub(super) content: &'a [u8],
    /// Whether it may be executed.
    pub(super) executable: bool,
    /// Its mtime as the archive has it, in seconds since 1970: cargo unpacks it with that.
    pub(super) modified: u64,
}

impl CrateFile {
    /// Unpacks the bytes of a `.crate` in memory. `stem` is `NAME-VERSION`, the folder that all of it lies in.
    ///
    /// # Errors
    /// Where it is no such archive, or a path of it would leave that folder.
    pub(super) fn unpack(packed: &[u8], stem: &str) -> Result<Self, Error> {
        let bad = |rule: String| Error::BadCrate { package: stem.to_owned(), rule };
        let unreadable = |cause: std::io::Error| bad(cause.to_string());
        let mut tar = Vec::new();
        GzDecoder::new(packed).take(LARGEST).read_to_end(&mut tar).map_err(unreadable)?;
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(tar.as_slice()).entries().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // Folders come with their files; links are not published by cargo, and nothing is compiled through one.
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = String::from_utf8(entry.path_bytes().into_owned())
                .map_err(|_| bad("a path of it is not UTF-8".to_owned()))?;
            let below = path.strip_prefix(stem).and_then(|rest| rest.strip_prefix('/'));
            let below = below.filter(|below| below.split('/').all(|part| !matches!(part, "" | "." | "..")));
            let below = below.ok_or_else(|| bad(format!("`{}` lies outside its folder", path.escape_debug())))?;
            // What cargo itself writes beside the files is not the package's.
            if matches!(below, ".cargo-ok" | ".cargo-checksum.json") {
                continue;
            }
            let start = usize::try_from(entry.raw_file_position()).unwrap_or(usize::MAX);
            let end = start.saturating_add(usize::try_from(entry.size()).unwrap_or(usize::MAX));
            if end > tar.len() {
                return Err(bad("it ends too early".to_owned()));
            }
            let executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
            let modified = entry.header().mtime().unwrap_or_default();
            files.insert(below.to_owned(), CrateEntry { start, end, executable, modified });
        }
        Ok(Self { tar, files })
    }

    /// Its files, sorted by path.
    pub(super) fn files(&self) -> impl Iterator<Item = PackagedFile<'_>> {
        self.files.iter().map(|(path, entry)| PackagedFile {
            path,
            content: &self.tar[entry.start..entry.end],
            executable: entry.executable,
            modified: entry.modified,
        })
    }

    /// Whether it has a file of this path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether it has a file below this folder.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        let folder = format!("{folder}/");
        self.files.range(folder.clone()..).next().is_some_and(|(path, _)| path.starts_with(&folder))
    }

    /// The text of `.cargo-checksum.json`: what cargo compares a file with when it compiles it.
    pub(super) fn checksums(&self, package: &Digest) -> Vec<u8> {
        let files: BTreeMap<&str, String> =
            self.files().map(|file| (file.path, Digest::of(file.content).to_string())).collect();
        serde_json::json!({ "files": files, "package": package.to_string() }).to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::CrateFile;
    use crate::artifact::Digest;

    fn packed(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
        let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(encoder);
        for (path, kind, content) in entries {
            let mut header = tar::Header::new_ustar();
            // Written by hand: the library would refuse the paths that are tried here.
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.set_mode(0o755);
            header.set_cksum();
            builder.append(&header, *content).expect("memory");
        }
        builder.into_inner().expect("memory").finish().expect("memory")
    }

    #[test]
    fn the_files_of_a_crate_are_those_of_its_folder() {
        let packed = packed(&[
            ("a-1.0.0/src/lib.rs", tar::EntryType::Regular, b"fn a() {}"),
            ("a-1.0.0/.cargo-ok", tar::EntryType::Regular, b"x"),
            ("a-1.0.0/link", tar::EntryType::Symlink, b""),
        ]);
        let unpacked = CrateFile::unpack(&packed, "a-1.0.0").expect("a crate");
        let files: Vec<_> = unpacked.files().map(|file| (file.path, file.content, file.executable)).collect();
        assert_eq!(files, [("src/lib.rs", b"fn a() {}".as_slice(), true)]);
        assert!(unpacked.has_folder("src") && !unpacked.has_folder("sr") && unpacked.has("src/lib.rs"));
        let sums = String::from_utf8(unpacked.checksums(&Digest::of(b"x"))).expect("text");
        assert!(sums.contains(&Digest::of(b"fn a() {}").to_string()), "{sums}");
    }

    #[test]
    fn a_path_that_leaves_the_folder_is_refused() {
        for path in ["b-1.0.0/x", "a-1.0.0/../x", "a-1.0.0//x", "/etc/x", "a-1.0.0x"] {
            let packed = packed(&[(path, tar::EntryType::Regular, b"x")]);
            assert!(CrateFile::unpack(&packed, "a-1.0.0").is_err(), "{path}");
        }
        assert!(CrateFile::unpack(b"no archive", "a-1.0.0").is_err());
    }
}
