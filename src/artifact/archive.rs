//! The archive reader. We write every archive ourselves, so strictness is free: the reader does not interpret
//! headers, it knows from the verified manifest which bytes must come next, and refuses any other. Links, devices,
//! sparse files, PAX and GNU extensions, duplicates, trailing bytes: none of them is ever the expected header.

use super::ustar::{self, BLOCK, Kind};
use super::{ArchivePath, BuildManifest, Digest, Error, Hasher, MANIFEST_PATH, Mode, TreeFile, Unpacked};
use flate2::bufread::GzDecoder;
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Write};

/// The largest manifest that is read, in bytes: 10,000 assets and 1,000 packages take about 3 MB.
const LARGEST_MANIFEST: u64 = 256 << 20;

/// What a release record says of the build that is about to be read.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedBuild {
    /// The digest of the uncompressed tar.
    pub id: Digest,
    /// The digest of `build.json`.
    pub manifest_sha256: Digest,
}

/// An entry after the manifest, as it must stand in the archive.
pub(super) struct Entry<'a> {
    /// Its name; a folder's ends in `/`.
    pub(super) name: String,
    /// The file; a folder has none.
    pub(super) file: Option<&'a TreeFile>,
}

impl Entry<'_> {
    /// What its header says that it is.
    pub(super) fn kind(&self) -> Kind {
        match self.file {
            Some(file) => Kind::File { mode: file.mode.bits(), size: file.size },
            None => Kind::Folder,
        }
    }
}

/// Every entry after the manifest: the files and the folders above them, sorted by the bytes of their names.
pub(super) fn plan(manifest: &BuildManifest) -> Vec<Entry<'_>> {
    let folders: BTreeSet<&str> =
        manifest.files.iter().flat_map(|file| file.path.folders()).chain([super::ROOT]).collect();
    let folders = folders.into_iter().map(|folder| Entry { name: format!("{folder}/"), file: None });
    let files = manifest.files.iter().map(|file| Entry { name: file.path.as_str().to_owned(), file: Some(file) });
    let mut entries: Vec<_> = folders.chain(files).collect();
    entries.sort_by(|one, other| one.name.as_bytes().cmp(other.name.as_bytes()));
    entries
}

/// Reads a build out of its tarball, verifies every byte of it, and gives its manifest. With `into`, its files are
/// written there; without, it is only verified.
///
/// # Errors
/// Where one byte is not what the record and the manifest say, or where the tree cannot be written.
pub fn read_archive(
    packed: impl Read,
    expected: ExpectedBuild,
    into: Option<&Unpacked>,
) -> Result<BuildManifest, Error> {
    let mut tar = Tar::over(packed);
    let (header, bytes) = tar.manifest(expected.manifest_sha256)?;
    let manifest = tar.files(&header, &bytes, into)?;
    if tar.end()? == expected.id { Ok(manifest) } else { Err(refused("its digest is not the build's id")) }
}

/// Reads a build of which nothing is known beforehand, and gives its manifest, its id, and the digest of the manifest.
/// Every byte is verified against the manifest; only the manifest itself has nothing that it could be held against,
/// so it must be the one text that this version writes.
///
/// # Errors
/// Where one byte is not what the manifest says.
pub(super) fn read_unknown(packed: impl Read) -> Result<(BuildManifest, ExpectedBuild), Error> {
    let mut tar = Tar::over(packed);
    let (header, bytes) = tar.first()?;
    let manifest = tar.files(&header, &bytes, None)?;
    if manifest.to_bytes()? != bytes {
        return Err(refused("`app/build.json` is not in the one form that this version writes"));
    }
    Ok((manifest, ExpectedBuild { id: tar.end()?, manifest_sha256: Digest::of(&bytes) }))
}

/// The manifest at the front of a tarball, its digest verified; of the rest nothing is read. It tells how much space
/// the tree will take before the first file is written.
///
/// # Errors
/// Where the tarball does not begin with the manifest of that digest.
pub fn read_manifest(packed: impl Read, sha256: Digest) -> Result<BuildManifest, Error> {
    BuildManifest::from_bytes(&Tar::over(packed).manifest(sha256)?.1)
}

fn manifest_path() -> Result<ArchivePath, Error> {
    MANIFEST_PATH.parse()
}

fn refused(why: impl Into<String>) -> Error {
    Error::damaged("the build's archive", why)
}

struct Tar<R> {
    // Over a buffer that is ours, so that bytes behind the gzip member can be seen.
    gz: GzDecoder<BufReader<R>>,
    whole: Hasher<io::Sink>,
    buffer: Vec<u8>,
}

impl<R: Read> Tar<R> {
    fn over(packed: R) -> Self {
        Self {
            gz: GzDecoder::new(BufReader::with_capacity(128 * 1024, packed)),
            whole: Hasher::new(io::sink()),
            buffer: vec![0; 64 * 1024],
        }
    }

    /// Fills `block` from the archive; a stream that ends within it is refused.
    fn fill(&mut self, block: &mut [u8]) -> Result<(), Error> {
        self.gz.read_exact(block).map_err(|cause| match cause.kind() {
            io::ErrorKind::UnexpectedEof => refused("it ends too early"),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                refused(format!("it is no gzip stream ({cause})"))
            }
            _ => Error::Stream { act: "read", cause },
        })?;
        self.whole.write_all(block).map_err(|cause| Error::Stream { act: "read", cause })
    }

    /// The first header and the bytes of `build.json`, believed only after their digest was.
    fn manifest(&mut self, sha256: Digest) -> Result<([u8; BLOCK], Vec<u8>), Error> {
        let (header, bytes) = self.first()?;
        if Digest::of(&bytes) != sha256 {
            return Err(refused("the digest of `app/build.json` is not the one of the release record"));
        }
        Ok((header, bytes))
    }

    /// The first header and the bytes that follow it. Of the header only the size is read.
    fn first(&mut self) -> Result<([u8; BLOCK], Vec<u8>), Error> {
        let mut block = [0; BLOCK];
        self.fill(&mut block)?;
        let size = octal(&block[124..136]).filter(|size| *size <= LARGEST_MANIFEST);
        let size = size.ok_or_else(|| refused("its first header gives no size of a manifest"))?;
        let mut bytes = Vec::new();
        let mut left = size;
        while left > 0 {
            // Memory grows with what was really there, not with what a header claims.
            let part = left.min(1 << 20) as usize;
            let start = bytes.len();
            bytes.resize(start + part, 0);
            self.fill(&mut bytes[start..])?;
            left -= part as u64;
        }
        self.padding(size)?;
        Ok((block, bytes))
    }

    /// All that follows the manifest's content, which is only now read as one; its own header is held against it too.
    fn files(&mut self, header: &[u8; BLOCK], bytes: &[u8], into: Option<&Unpacked>) -> Result<BuildManifest, Error> {
        let manifest = BuildManifest::from_bytes(bytes)?;
        let modified = manifest.commit_time.seconds();
        let first = Kind::File { mode: 0o644, size: bytes.len() as u64 };
        if *header != ustar::header(MANIFEST_PATH, first, modified)? {
            return Err(refused("the header of `app/build.json` is not the one that the manifest gives"));
        }
        // The manifest comes first in the archive, and its folder must stand before it can be written.
        if let Some(tree) = into {
            tree.folder(super::ROOT)?;
            let mut out = tree.file(&manifest_path()?, Mode::Plain)?;
            out.write_all(bytes).and_then(|()| out.flush()).map_err(|cause| tree.unwritable(MANIFEST_PATH, cause))?;
        }
        for entry in plan(&manifest) {
            self.expect_header(&entry, modified)?;
            match (entry.file, into) {
                (Some(file), Some(tree)) => {
                    let mut out = tree.file(&file.path, file.mode)?;
                    self.copy(file, &mut out)?;
                }
                (Some(file), None) => self.copy(file, &mut io::sink())?,
                (None, Some(tree)) if entry.name.trim_end_matches('/') != super::ROOT => {
                    tree.folder(entry.name.trim_end_matches('/'))?
                }
                (None, _) => {}
            }
        }
        Ok(manifest)
    }

    fn expect_header(&mut self, entry: &Entry<'_>, modified: i64) -> Result<(), Error> {
        let mut block = [0; BLOCK];
        self.fill(&mut block)?;
        if block == ustar::header(&entry.name, entry.kind(), modified)? {
            return Ok(());
        }
        Err(refused(format!("where `{}` should come, {}", entry.name.escape_debug(), found(&block))))
    }

    fn copy(&mut self, file: &TreeFile, out: &mut impl Write) -> Result<(), Error> {
        let unpacked = |cause| Error::Machine { path: file.path.as_str().into(), act: "unpacked", cause };
        let mut hasher = Hasher::new(out);
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut left = file.size;
        while left > 0 {
            let part = left.min(buffer.len() as u64) as usize;
            self.fill(&mut buffer[..part])?;
            hasher.write_all(&buffer[..part]).map_err(unpacked)?;
            left -= part as u64;
        }
        self.buffer = buffer;
        self.padding(file.size)?;
        hasher.flush().map_err(unpacked)?;
        let ((sha256, _), _) = hasher.finish();
        if sha256 == file.sha256 {
            Ok(())
        } else {
            Err(refused(format!("the content of `{}` is not the one of the manifest", file.path)))
        }
    }

    fn padding(&mut self, size: u64) -> Result<(), Error> {
        let mut block = [0; BLOCK];
        let length = ustar::padding(size);
        self.fill(&mut block[..length])?;
        if block.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(refused("its padding is not empty")) }
    }

    /// Two empty blocks, and nothing behind them: neither in the tar nor after the gzip member. Gives the digest of all.
    fn end(mut self) -> Result<Digest, Error> {
        let mut blocks = [0; 2 * BLOCK];
        self.fill(&mut blocks)?;
        if blocks.iter().any(|byte| *byte != 0) {
            return Err(refused(format!("where it should end, {}", found(&blocks[..BLOCK]))));
        }
        let mut one = [0; 1];
        let read = |cause| Error::Stream { act: "read", cause };
        if self.gz.read(&mut one).map_err(|cause| refused(format!("its gzip member does not end well ({cause})")))? != 0
        {
            return Err(refused("bytes follow its end"));
        }
        if self.gz.into_inner().read(&mut one).map_err(read)? != 0 {
            return Err(refused("bytes follow its gzip member"));
        }
        let ((id, _), _) = self.whole.finish();
        Ok(id)
    }
}

/// A field of eleven octal digits; anything else, base-256 sizes too, is no size.
fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.strip_suffix(b"\0")?;
    std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| u64::from_str_radix(text, 8).ok())
}

/// What a refused header seems to be, for the message only.
fn found(block: &[u8]) -> String {
    if block.iter().all(|byte| *byte == 0) {
        return "it ends".to_owned();
    }
    let header = tar::Header::from_byte_slice(block);
    let path = String::from_utf8_lossy(&header.path_bytes()).escape_debug().to_string();
    let kind = match header.entry_type() {
        tar::EntryType::Regular => "a file",
        tar::EntryType::Directory => "a folder",
        tar::EntryType::Symlink | tar::EntryType::Link => "a link",
        tar::EntryType::XHeader | tar::EntryType::XGlobalHeader => "a PAX header",
        tar::EntryType::GNULongName | tar::EntryType::GNULongLink | tar::EntryType::GNUSparse => "a GNU extension",
        _ => "something that no build holds",
    };
    format!("{kind} `{path}` stands, of another name, mode, size or time")
}

#[cfg(test)]
mod tests;
