//! The portable files of a release: what a CI job uploads, named so that a person knows what they are.

use super::Error;
use crate::artifact::ReleaseRecord;
use crate::store::Store;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes the record and a tarball a target into `folder`, and gives their paths, the record's first. The folder is
/// scratch: files of another ledger's release of the same name are replaced, each in one step.
///
/// # Errors
/// Where the store does not hold a build, or the folder cannot be written.
pub fn write_portable(
    store: &Store,
    record: &ReleaseRecord,
    bytes: &[u8],
    folder: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let unwritable = |path: &Path| {
        let path = path.to_path_buf();
        move |cause| Error::Unwritable { path, cause }
    };
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let stem = format!("{}-{}-{}", record.app, record.version, record.release);
    let mut paths = Vec::new();
    let path = folder.join(format!("{stem}.json"));
    replace(folder, &path, &mut &*bytes).map_err(unwritable(&path))?;
    paths.push(path);
    for build in &record.builds {
        let path = folder.join(format!("{stem}-{}.tar.gz", build.target));
        let mut tarball = store.tarball(&record.app, build)?;
        replace(folder, &path, &mut tarball).map_err(unwritable(&path))?;
        paths.push(path);
    }
    Ok(paths)
}

fn replace(folder: &Path, path: &Path, content: &mut impl io::Read) -> io::Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let mut unfinished = tempfile::Builder::new().prefix(".unfinished-").permissions(mode).tempfile_in(folder)?;
    io::copy(content, &mut unfinished)?;
    unfinished.flush()?;
    unfinished.persist(path).map(drop).map_err(|failed| failed.error)
}
