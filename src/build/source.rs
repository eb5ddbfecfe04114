//! The exported commit. Files on disk are compared by content and only those that differ are written, so that cargo
//! sees as changed what has changed and nothing else.
//!
//! cargo trusts mtimes: a changed file with an old one keeps the stale binary. So a written file is never older than
//! the end of the last build, whatever the clock did in between.

use super::Error;
use super::crew::on_every_core;
use super::work_folder::WorkFolder;
use super::work_folder::remove_folder;
use crate::codebase::{FileKind, Repository, Snapshot, SnapshotFile, inside};
use crate::report::{Event, Reporter, Work};
use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::SystemTime;

/// What the export did.
#[derive(Debug)]
pub(super) struct Export {
    /// The paths that differ from what the last successful build was made of, sorted.
    pub(super) unbuilt: Vec<String>,
    /// The mtime that changed files have.
    pub(super) modified: SystemTime,
}

/// Makes the source folder hold the files of the commit, and nothing else.
pub(super) fn export(
    work: &WorkFolder,
    repository: &Repository,
    snapshot: &Snapshot,
    now: SystemTime,
    reporter: &Reporter,
) -> Result<(Export, usize), Error> {
    let source = work.source();
    let wanted = wanted(repository, snapshot, reporter)?;
    let stands = on_every_core(&wanted, |file| Ok::<_, Error>(stands(&source, file)))?;
    let missing: Vec<_> = wanted.iter().zip(stands).filter(|(_, stands)| !stands).map(|(file, _)| file).collect();
    let mut extra = Vec::new();
    find_extra(&source, "", &Known::of(&wanted), &mut extra)?;

    let mut unbuilt: BTreeSet<String> = work.unbuilt().into_iter().collect();
    unbuilt.extend(missing.iter().map(|file| file.file.path.clone()).chain(extra.iter().cloned()));
    let unbuilt: Vec<String> = unbuilt.into_iter().collect();
    // Noted before the first of them is touched: a build that is killed here must not make the next one blind.
    work.note_unbuilt(&unbuilt)?;

    for path in &extra {
        let path = source.join(path);
        let removed = if path.is_dir() && !path.is_symlink() { remove_folder(&path) } else { remove_file(&path) };
        removed?;
    }
    let modified = work.last_end().map_or(now, |end| end.max(now));
    let progress = reporter.progress(&Work::Exporting { files: missing.len() as u64 });
    for file in &missing {
        write(&source, file, &repository.content(file.file)?, modified)?;
        progress.advance(1);
    }
    Ok((Export { unbuilt, modified }, missing.len() + extra.len()))
}

/// Refuses a build of which a build script changed a file of the commit: what was compiled is then what the script
/// wrote, or not, as the order of the units has it.
pub(super) fn refuse_changed(work: &WorkFolder, snapshot: &Snapshot) -> Result<(), Error> {
    let source = work.source();
    let is_file = |file: &&SnapshotFile| matches!(file.kind, FileKind::Plain | FileKind::Executable);
    let files: Vec<&SnapshotFile> = snapshot.files().filter(is_file).collect();
    let whole = on_every_core(&files, |file| Ok::<_, Error>(file.is_at(&source.join(&file.path))))?;
    match files.iter().zip(whole).find(|(_, whole)| !whole) {
        Some((file, _)) => Err(Error::ChangedByBuild { path: file.path.clone() }),
        None => Ok(()),
    }
}

/// A file that the source folder must hold.
struct Wanted<'a> {
    file: &'a SnapshotFile,
    /// Where a link leads.
    leads: Option<Vec<u8>>,
}

/// What is exported of a commit: its files, and its links as far as they stay in the repository.
fn wanted<'a>(repository: &Repository, snapshot: &'a Snapshot, reporter: &Reporter) -> Result<Vec<Wanted<'a>>, Error> {
    let mut wanted = Vec::with_capacity(snapshot.len());
    for file in snapshot.files() {
        match file.kind {
            FileKind::Plain | FileKind::Executable => wanted.push(Wanted { file, leads: None }),
            FileKind::Submodule => reporter.tell(&Event::warning(format!(
                "`{}` is a submodule: its files are not of this commit and are kept out of the build",
                file.path
            ))),
            FileKind::Link => {
                let leads = repository.content(file)?;
                let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                if std::str::from_utf8(&leads).is_ok_and(|leads| inside(folder, leads)) {
                    wanted.push(Wanted { file, leads: Some(leads) });
                } else {
                    reporter.tell(&Event::warning(format!(
                        "the link `{}` leads out of the repository and is kept out of the build",
                        file.path
                    )));
                }
            }
        }
    }
    Ok(wanted)
}

/// Whether a file stands as it must.
fn stands(source: &Path, wanted: &Wanted<'_>) -> bool {
    let path = source.join(&wanted.file.path);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return false };
    match &wanted.leads {
        Some(leads) => {
            metadata.is_symlink()
                && fs::read_link(&path).is_ok_and(|found| found.as_os_str().as_encoded_bytes() == leads.as_slice())
        }
        None => {
            metadata.is_file()
                && metadata.permissions().mode() & 0o777 == mode(wanted.file.kind)
                && wanted.file.is_at(&path)
        }
    }
}

fn mode(kind: FileKind) -> u32 {
    if kind == FileKind::Executable { 0o755 } else { 0o644 }
}

/// The paths that may stand in the source folder.
struct Known<'a> {
    files: BTreeSet<&'a str>,
    folders: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(wanted: &[Wanted<'a>]) -> Self {
        let files: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.file.path.as_str()).collect();
        let folders = files.iter().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at])).collect();
        Self { files, folders }
    }
}

/// Finds what stands in the source folder and is not of the commit.
fn find_extra(source: &Path, folder: &str, known: &Known<'_>, extra: &mut Vec<String>) -> Result<(), Error> {
    let here = source.join(folder);
    let read = |cause| Error::machine(&here, "read")(cause);
    for entry in fs::read_dir(&here).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name();
        let path = if folder.is_empty() {
            name.to_string_lossy().into_owned()
        } else {
            format!("{folder}/{}", name.to_string_lossy())
        };
        if entry.file_type().map_err(read)?.is_dir() {
            if known.folders.contains(path.as_str()) {
                find_extra(source, &path, known, extra)?;
            } else {
                extra.push(path);
            }
        } else if !known.files.contains(path.as_str()) {
            extra.push(path);
        }
    }
    Ok(())
}

fn write(source: &Path, wanted: &Wanted<'_>, content: &[u8], modified: SystemTime) -> Result<(), Error> {
    let path = source.join(&wanted.file.path);
    let written = || Error::machine(&path, "written");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::machine(folder, "made"))?;
    }
    if fs::symlink_metadata(&path).is_ok() {
        remove_file(&path)?;
    }
    if wanted.leads.is_some() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        return std::os::unix::fs::symlink(OsStr::from_bytes(content), &path).map_err(written());
    }
    let mut file = File::create_new(&path).map_err(written())?;
    file.write_all(content)
        .and_then(|()| file.set_permissions(Permissions::from_mode(mode(wanted.file.kind))))
        .and_then(|()| file.set_modified(modified))
        .map_err(written())
}

fn remove_file(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(Error::machine(path, "removed")(cause)),
        _ => Ok(()),
    }
}
