//! Packing: the files of a build become one tarball that is a function of them and of nothing else.

use super::archive::plan;
use super::gzip::Gzip;
use super::ustar::{self, Kind};
use super::{BuildManifest, Digest, Error, Hasher, MANIFEST_PATH, TreeFile};
use crate::report::Progress;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// Where the bytes of a file come from.
#[derive(Debug, Clone)]
pub enum Content {
    /// They are at hand.
    Bytes(Vec<u8>),
    /// They are read when they are packed.
    File(PathBuf),
}

/// A file that goes into a build.
#[derive(Debug, Clone)]
pub struct Member {
    /// What the manifest says of it.
    pub file: TreeFile,
    /// Its bytes.
    pub content: Content,
}

/// The digests of a packed build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedBuild {
    /// The build's id: the digest of the uncompressed tar.
    pub id: Digest,
    /// The digest of `build.json`.
    pub manifest_sha256: Digest,
    /// The digest of the tarball.
    pub gz_sha256: Digest,
    /// The size of the tarball in bytes.
    pub gz_size: u64,
}

/// Packs a build into `out`. The members are those of the manifest, in its order; their bytes are the progress.
///
/// # Errors
/// Where a file cannot be read, changed since the manifest was made, or has a name that a tarball cannot hold.
pub fn pack(
    manifest: &BuildManifest,
    members: &[Member],
    out: impl Write,
    progress: &Progress,
) -> Result<PackedBuild, Error> {
    let bytes = manifest.to_bytes()?;
    let written = |cause| Error::Stream { act: "written", cause };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let gz = Gzip::new(Hasher::new(out), threads).map_err(written)?;
    let mut tar = Hasher::new(gz);
    let modified = manifest.commit_time.seconds();
    let first = Kind::File { mode: 0o644, size: bytes.len() as u64 };
    tar.write_all(&ustar::header(MANIFEST_PATH, first, modified)?).map_err(written)?;
    tar.write_all(&bytes).and_then(|()| pad(&mut tar, bytes.len() as u64)).map_err(written)?;
    let mut members = members.iter();
    for entry in plan(manifest) {
        tar.write_all(&ustar::header(&entry.name, entry.kind(), modified)?).map_err(written)?;
        let Some(file) = entry.file else { continue };
        let member = members.next().filter(|member| member.file == *file);
        let member = member
            .ok_or_else(|| Error::damaged("build manifest", format!("`{}` is not what was collected", file.path)))?;
        copy(member, &mut progress.through(&mut tar))?;
        pad(&mut tar, file.size).map_err(written)?;
    }
    tar.write_all(&[0; 2 * ustar::BLOCK]).map_err(written)?;
    let ((id, _), gz) = tar.finish();
    let ((gz_sha256, gz_size), mut out) = gz.finish().map_err(written)?.finish();
    out.flush().map_err(written)?;
    Ok(PackedBuild { id, manifest_sha256: Digest::of(&bytes), gz_sha256, gz_size })
}

/// Copies a member's bytes and makes sure that they are still those that the manifest names.
fn copy(member: &Member, out: &mut impl Write) -> Result<(), Error> {
    let mut hasher = Hasher::new(out);
    let written = |cause| Error::Stream { act: "written", cause };
    match &member.content {
        Content::Bytes(bytes) => hasher.write_all(bytes).map_err(written)?,
        Content::File(path) => {
            let unreadable = |cause| Error::Machine { path: path.clone(), act: "read", cause };
            // One byte more than the manifest says is enough to see that a file has grown.
            let mut file = File::open(path).map_err(unreadable)?.take(member.file.size + 1);
            io::copy(&mut file, &mut hasher).map_err(unreadable)?;
        }
    }
    let (found, _) = hasher.finish();
    if found == (member.file.sha256, member.file.size) {
        return Ok(());
    }
    let path = match &member.content {
        Content::File(path) => path.clone(),
        Content::Bytes(_) => PathBuf::from(member.file.path.as_str()),
    };
    Err(Error::Changed { path })
}

fn pad(out: &mut impl Write, size: u64) -> io::Result<()> {
    out.write_all(&[0; ustar::BLOCK][..ustar::padding(size)])
}
