//! The portable files of a release: what a CI job uploads, named so that a person knows what they are.

use super::Error;
use crate::app::AppName;
use crate::artifact::{Digest, Hasher, ReleaseRecord, ReleasedBuild, hash_file, signature_name};
use crate::store::{self, Store};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Tarballs that lie on this machine anyhow, since they were made or verified here: no store is asked for them.
#[derive(Default)]
pub struct TarballsAtHand {
    all: Vec<(Digest, Box<dyn AsRef<Path>>)>,
}

impl TarballsAtHand {
    /// Adds the one with this digest; its file goes when the last that holds it does.
    pub fn add(&mut self, gz_sha256: Digest, file: impl AsRef<Path> + 'static) {
        self.all.push((gz_sha256, Box::new(file)));
    }

    fn of(&self, build: &ReleasedBuild) -> Option<&Path> {
        self.all.iter().find(|(digest, _)| *digest == build.gz_sha256).map(|(_, file)| (**file).as_ref())
    }
}

/// Writes the record, its signatures and a tarball a target into `folder`, and gives their paths, the record's first.
/// The folder is scratch: files of another ledger's release of the same name are replaced, each in one step.
///
/// # Errors
/// Where the store does not hold a build, or the folder cannot be written.
pub fn write_portable(
    store: &Store,
    record: &ReleaseRecord,
    bytes: &[u8],
    (at_hand, folder): (&TarballsAtHand, &Path),
) -> Result<Vec<PathBuf>, Error> {
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let stem = format!("{}-{}-{}", record.app, record.version, record.release);
    let mut paths = Vec::new();
    let path = folder.join(format!("{stem}.json"));
    replace(&path, |out| out.write_all(bytes).map_err(unwritable(&path)))?;
    paths.push(path);
    for (index, signature) in store.release_signatures(&record.app, record.release)?.iter().enumerate() {
        let path = folder.join(signature_name(&format!("{stem}.json"), index + 1));
        replace(&path, |out| out.write_all(signature).map_err(unwritable(&path)))?;
        paths.push(path);
    }
    for build in &record.builds {
        let path = folder.join(format!("{stem}-{}.tar.gz", build.target));
        write_tarball(store, &record.app, build, (at_hand.of(build), &path))?;
        paths.push(path);
    }
    Ok(paths)
}

/// Writes the tarball of a build that no release names yet, `shop-1.4.0-x86_64-unknown-linux-gnu.tar.gz`, and gives its
/// path: what a machine that only builds hands to the one that releases.
///
/// # Errors
/// Where the store does not hold it, or the folder cannot be written.
pub fn write_portable_build(
    store: &Store,
    app: &AppName,
    version: &semver::Version,
    build: &ReleasedBuild,
    (at_hand, folder): (&Path, &Path),
) -> Result<PathBuf, Error> {
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let path = folder.join(format!("{app}-{version}-{}.tar.gz", build.target));
    write_tarball(store, app, build, (Some(at_hand), &path))?;
    Ok(path)
}

/// Writes a tarball to a path: not at all where it stands there, from this machine where it lies here, else from the store.
fn write_tarball(
    store: &Store,
    app: &AppName,
    build: &ReleasedBuild,
    (at_hand, path): (Option<&Path>, &Path),
) -> Result<(), Error> {
    let expected = (build.gz_sha256, build.gz_size);
    if fs::metadata(path).is_ok_and(|file| file.len() == build.gz_size)
        && hash_file(path).is_ok_and(|found| found == expected)
    {
        return Ok(());
    }
    if let Some(at_hand) = at_hand {
        let unreadable = |cause| Error::Unreadable { path: at_hand.to_path_buf(), cause };
        let mut file = fs::File::open(at_hand).map_err(unreadable)?;
        return replace(path, |out| {
            let mut hasher = Hasher::new(out);
            io::copy(&mut file, &mut hasher).map_err(unwritable(path))?;
            if hasher.finish().0 == expected { Ok(()) } else { Err(store::Error::changed(at_hand).into()) }
        });
    }
    let tarball = store.tarball(app, build)?;
    replace(path, |out| Ok(tarball.copy_to(out, path)?))
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    move |cause| Error::Unwritable { path, cause }
}

/// Gives a file its content in one step; where that cannot be written whole, what stood there stays.
fn replace(path: &Path, write: impl FnOnce(&mut fs::File) -> Result<(), Error>) -> Result<(), Error> {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let mut builder = tempfile::Builder::new();
    let unfinished = builder.prefix(".unfinished-").permissions(mode).tempfile_in(path.parent().unwrap_or(path));
    let mut unfinished = unfinished.map_err(unwritable(path))?;
    write(unfinished.as_file_mut())?;
    unfinished.persist(path).map(drop).map_err(|failed| unwritable(path)(failed.error))
}
