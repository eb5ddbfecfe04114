//! One package of the verified sources on disk: a folder that holds the files of a `.crate` and no others, in the form
//! of a directory source (the Cargo book, "Directory Sources").
//!
//! cargo re-hashes the listed files of such a source when it compiles a unit, not while the unit is fresh, and never
//! sees an added file. So both ways are compared here, every time, with the bytes of the `.crate`.

use super::Error;
use super::crate_file::CrateFile;
use super::work_folder::remove_folder;
use crate::artifact::Digest;
use crate::codebase::{LockfilePackage, Place};
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The mtime of every verified file, in seconds since 1970. A constant: with new ones, packages whose build scripts
/// name their inputs are compiled again.
const MODIFIED: u64 = 1_000_000_000;

/// The file in which a directory source lists its checksums.
const CHECKSUMS: &str = ".cargo-checksum.json";

/// The folder of our CARGO_HOME that replaces a registry, by the registry's index. Each has its own: two registries may
/// have a package of one name and version, and cargo would take either for the other.
pub(super) fn source_folder(index: &str, is_default: bool) -> String {
    if is_default { "vendor".to_owned() } else { format!("vendor-{:.12}", Digest::of(index.as_bytes()).to_string()) }
}

/// The folder of a registry's package, below our CARGO_HOME.
pub(super) fn package_folder(package: &LockfilePackage) -> PathBuf {
    let (index, is_default) = match &package.place {
        Place::Registry { index, default, .. } => (index.as_str(), *default),
        Place::Path | Place::Git { .. } => ("", true),
    };
    Path::new(&source_folder(index, is_default)).join(package.stem())
}

/// Makes a folder hold the files of a `.crate`, and nothing else.
pub(super) fn vendor(folder: &Path, package: &CrateFile, checksum: &Digest) -> Result<(), Error> {
    if folder.is_symlink() {
        // What it leads to is not ours to tidy up.
        fs::remove_file(folder).map_err(Error::machine(folder, "removed"))?;
    }
    fs::create_dir_all(folder).map_err(Error::machine(folder, "made"))?;
    remove_extra(folder, "", package)?;
    for file in package.files() {
        mend(&folder.join(file.path), file.content, file.executable)?;
    }
    mend(&folder.join(CHECKSUMS), &package.checksums(checksum), false)
}

/// Writes a file unless it stands as it must.
fn mend(path: &Path, content: &[u8], executable: bool) -> Result<(), Error> {
    let mode = if executable { 0o755 } else { 0o644 };
    if stands(path, content, mode) {
        return Ok(());
    }
    let written = || Error::machine(path, "written");
    if fs::symlink_metadata(path).is_ok() {
        fs::remove_file(path).map_err(written())?;
    } else if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(Error::machine(above, "made"))?;
    }
    let mut file = File::create_new(path).map_err(written())?;
    file.write_all(content)
        .and_then(|()| file.set_permissions(Permissions::from_mode(mode)))
        .and_then(|()| file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(MODIFIED)))
        .map_err(written())
}

fn stands(path: &Path, content: &[u8], mode: u32) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    metadata.is_file()
        && metadata.len() == content.len() as u64
        && metadata.mode() & 0o7777 == mode
        && metadata.mtime() == MODIFIED.cast_signed()
        && holds(path, content)
}

/// Whether a file holds these bytes.
pub(super) fn holds(path: &Path, content: &[u8]) -> bool {
    let mut found = Vec::with_capacity(content.len() + 1);
    // One byte more is enough to see that a file has grown.
    let read = File::open(path).and_then(|file| file.take(content.len() as u64 + 1).read_to_end(&mut found));
    read.is_ok() && found == content
}

/// Removes what is not of the package, and folders that stand where a file belongs.
fn remove_extra(root: &Path, folder: &str, package: &CrateFile) -> Result<(), Error> {
    let here = root.join(folder);
    let read = |cause| Error::machine(&here, "read")(cause);
    for entry in fs::read_dir(&here).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        let is_folder = entry.file_type().map_err(read)?.is_dir();
        if is_folder && package.has_folder(&path) {
            remove_extra(root, &path, package)?;
        } else if is_folder {
            remove_folder(&entry.path())?;
        } else if !package.has(&path) && path != CHECKSUMS {
            fs::remove_file(entry.path()).map_err(Error::machine(entry.path(), "removed"))?;
        }
    }
    Ok(())
}
