//! Importing: a release comes from its portable files, on a medium or through a gate, and is verified as one from a
//! store would be.

use super::{Cache, Error, Tree, build_here};
use crate::app::AppName;
use crate::artifact::{
    Error as ArtifactError, LARGEST_SIGNATURE, ReleaseId, ReleaseRecord, ReleasedBuild, Trust, hash_file,
};
use crate::store::{Location, Store};
use serde::Deserialize;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The largest record that is read, in bytes.
const LARGEST_RECORD: u64 = 1 << 20;

/// The portable files of one release, unverified.
#[derive(Debug)]
pub struct Portable {
    record: PathBuf,
    bytes: Vec<u8>,
    signatures: Vec<Vec<u8>>,
    tarballs: Vec<PathBuf>,
}

/// What a record says that it is of; believed only after its signatures and its digest were.
#[derive(Deserialize)]
struct Claim {
    app: AppName,
    release: ReleaseId,
}

impl Portable {
    /// Reads the small ones of the files; by its name a file is a record (`.json`), a signature (`.sig`, `.sig.2`), or
    /// a tarball.
    ///
    /// # Errors
    /// Where there is not one record, or a file cannot be read.
    pub fn read(files: &[PathBuf]) -> Result<Self, Error> {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (mut records, mut signatures, mut tarballs) = (Vec::new(), Vec::new(), Vec::new());
        let missing = |path: &&PathBuf| std::fs::metadata(path).is_err_and(|cause| cause.kind() == ErrorKind::NotFound);
        if let Some(path) = files.iter().find(missing) {
            return Err(Error::NoFile { path: path.clone() });
        }
        for path in files {
            match name(path) {
                name if name.contains(".json.sig") => signatures.push(path.clone()),
                name if name.ends_with(".json") => records.push(path.clone()),
                _ => tarballs.push(path.clone()),
            }
        }
        let [record] = records.as_slice() else { return Err(Error::NotOneRecord { records: records.len() }) };
        signatures.sort();
        let signatures = signatures.iter().map(|path| read(path, LARGEST_SIGNATURE)).collect::<Result<_, _>>()?;
        Ok(Self { record: record.clone(), bytes: read(record, LARGEST_RECORD)?, signatures, tarballs })
    }

    /// The record, after its signatures and its digest were verified.
    fn record(&self, trust: Option<&Trust>) -> Result<ReleaseRecord, Error> {
        let damaged = |why: String| ArtifactError::damaged(format!("`{}`", self.record.display()), why);
        let claim: Claim = serde_json::from_slice(&self.bytes).map_err(|cause| damaged(cause.to_string()))?;
        if let Some(trust) = trust {
            trust.believe_release(&claim.app, claim.release, &self.bytes, &self.signatures)?;
        }
        let record = ReleaseRecord::from_bytes(claim.release, &self.bytes)?;
        Ok(record)
    }

    /// The tarball of a build: the file whose size and digest are the record's.
    fn tarball(&self, build: &ReleasedBuild, release: ReleaseId) -> Result<&Path, Error> {
        for path in &self.tarballs {
            let size = std::fs::metadata(path).map_err(|cause| Error::machine(path, "read", cause))?.len();
            if size == build.gz_size && hash_file(path)?.0 == build.gz_sha256 {
                return Ok(path);
            }
        }
        let (release, target, sha256) = (release.to_string(), build.target.clone(), build.gz_sha256);
        Err(Error::NoTarball { release, target, sha256 })
    }
}

impl Cache {
    /// Brings a release into the cache from its portable files, as one of the store that this machine names; the store
    /// itself is not asked.
    ///
    /// # Errors
    /// Where a byte of them is not what the record says, the record is not trusted, or another release stands here under
    /// its number.
    pub fn import(
        &self,
        store: &Store,
        portable: &Portable,
        trust: Option<&Trust>,
    ) -> Result<(ReleaseRecord, Tree), Error> {
        let record = portable.record(trust)?;
        let kept = self.kept_record(store, &record.app, record.release)?;
        if kept.is_some_and(|kept| kept.bytes != portable.bytes) {
            let (app, release) = (record.app.to_string(), record.release.to_string());
            return Err(Error::OtherRelease { app, release, store: store.location() });
        }
        let build = build_here(&record)?;
        let path = portable.tarball(build, record.release)?;
        let folder = Store::at(&Location::Folder(path.parent().unwrap_or(path).to_path_buf()));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let tarball = || Ok(folder.loose_tarball(&name, build)?);
        let tree = match self.unpacked(store, &record, build, tarball) {
            Err(Error::TreeChanged { .. }) => {
                self.discard(&record.app, build)?;
                self.unpacked(store, &record, build, tarball)?
            }
            other => other?,
        };
        self.keep_record(store, &record, &portable.bytes, &portable.signatures)?;
        Ok((record, tree))
    }
}

fn read(path: &Path, largest: u64) -> Result<Vec<u8>, Error> {
    let unreadable = |cause| Error::machine(path, "read", cause);
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(largest).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
