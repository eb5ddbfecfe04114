//! Where generated files go: a folder that does not stand yet, is empty, or was written by an earlier export and not
//! changed since. It is made anew beside its place and put there in one step, so that an engine that reads it finds one
//! export or the other, and never half of each.

use super::Error;
use super::generated_files::{Content, GeneratedFile, GeneratedFiles, MARK, listed};
use super::staging::Staging;
use crate::artifact::Digest;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A folder that may be written.
#[derive(Debug)]
pub struct Destination {
    folder: PathBuf,
    standing: Standing,
}

#[derive(Debug)]
enum Standing {
    Nothing,
    /// A folder that is empty or our own, with its mode.
    Folder(Permissions),
}

impl Destination {
    /// The folder, after what is not ours was refused. A link is followed.
    ///
    /// # Errors
    /// Where it holds anything that no export wrote or that was changed since, or is no folder.
    pub fn at(folder: &Path) -> Result<Self, Error> {
        let folder = match folder.canonicalize() {
            Ok(folder) => folder,
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                return Ok(Self { folder: folder.to_owned(), standing: Standing::Nothing });
            }
            Err(cause) => return Err(Error::machine("read", folder)(cause)),
        };
        let found = folder.metadata().map_err(Error::machine("read", &folder))?;
        if !found.is_dir() {
            return Err(Error::NoFolder { path: folder });
        }
        refuse_others(&folder)?;
        Ok(Self { folder, standing: Standing::Folder(found.permissions()) })
    }

    /// Puts the files there, in place of those that an earlier export wrote.
    ///
    /// # Errors
    /// Where the machine fails; then the folder is as it was.
    pub fn write(&self, files: &GeneratedFiles) -> Result<(), Error> {
        let above = match self.folder.parent() {
            Some(above) if !above.as_os_str().is_empty() => above,
            _ => Path::new("."),
        };
        fs::create_dir_all(above).map_err(Error::machine("make", above))?;
        let staging = Staging::make(above).map_err(Error::machine("write into", above))?;
        let made = staging.path().join("new");
        let made_folder = DirBuilder::new().mode(0o755).create(&made);
        made_folder.map_err(Error::machine("make", &made))?;
        for (path, file) in files.iter().chain([(MARK, &files.mark())]) {
            let target = made.join(path);
            write(&target, file).map_err(Error::machine("write", target))?;
        }
        if let Standing::Folder(permissions) = &self.standing {
            fs::set_permissions(&made, permissions.clone()).map_err(Error::machine("write", &made))?;
        }
        sync(&made).map_err(Error::machine("write", &made))?;
        self.settle(&made, staging.path()).map_err(Error::machine("write", &self.folder))?;
        sync(above).map_err(Error::machine("write", above))
    }

    /// Puts the finished folder in its place, and what stood there into the staging folder, which goes.
    fn settle(&self, made: &Path, staging: &Path) -> io::Result<()> {
        if matches!(self.standing, Standing::Nothing) {
            // Onto what came to stand there meanwhile nothing is renamed, unless it is an empty folder.
            return fs::rename(made, &self.folder);
        }
        match renameat_with(CWD, made, CWD, &self.folder, RenameFlags::EXCHANGE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::XDEV) => {
                // A file system that cannot exchange: for a moment nothing stands there.
                let aside = staging.join("old");
                fs::rename(&self.folder, &aside)?;
                fs::rename(made, &self.folder).inspect_err(|_| {
                    let _ = fs::rename(&aside, &self.folder);
                })
            }
            exchanged => Ok(exchanged?),
        }
    }
}

/// Makes a file, whole and on disk, with the folders that it needs.
fn write(path: &Path, made: &GeneratedFile) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(made.mode).open(path)?;
    match &made.content {
        Content::Bytes(bytes) => file.write_all(bytes)?,
        // The kernel copies, and shares the blocks where the file system can.
        Content::File { file: other, .. } => drop(io::copy(&mut &*other, &mut file)?),
    }
    // The umask is for what a user makes by hand.
    file.set_permissions(Permissions::from_mode(made.mode))?;
    file.sync_all()
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Refuses a folder that holds anything but what one export wrote, as it wrote it.
fn refuse_others(folder: &Path) -> Result<(), Error> {
    let mark = match fs::read_to_string(folder.join(MARK)) {
        Ok(mark) => listed(&mark).unwrap_or_default(),
        Err(_) => Default::default(),
    };
    for path in files_below(folder, folder).map_err(Error::machine("read", folder))? {
        let full = folder.join(&path);
        match mark.get(&path) {
            _ if path == MARK && !mark.is_empty() => {}
            None => return Err(Error::NotOurs { folder: folder.to_owned(), entry: path }),
            Some(digest) => {
                let found = File::open(&full).and_then(Digest::of_reader).map_err(Error::machine("read", &full))?;
                if found.0 != *digest {
                    return Err(Error::Changed { path: full });
                }
            }
        }
    }
    Ok(())
}

/// All that is in a folder and is no folder, by paths from its root, sorted. Empty folders count for themselves.
fn files_below(root: &Path, folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let below = if entry.file_type()?.is_dir() { files_below(root, &entry.path())? } else { Vec::new() };
        if below.is_empty() {
            let path = entry.path();
            found.push(path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned());
        }
        found.extend(below);
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Destination, Error, GeneratedFiles, MARK, files_below};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn files(release: &str, entries: &[(&str, &str)]) -> GeneratedFiles {
        let mut files = GeneratedFiles::new(release, "cargo twelve export x");
        entries.iter().for_each(|(path, text)| files.add_text(*path, text));
        files
    }

    fn write(folder: &Path, files: &GeneratedFiles) -> Result<(), Error> {
        Destination::at(folder)?.write(files)
    }

    fn names(folder: &Path) -> Vec<String> {
        files_below(folder, folder).expect("readable")
    }

    #[test]
    fn a_later_export_takes_the_place_of_an_earlier_one_whole() {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("deep/units");
        write(&folder, &files("shop v1", &[("a", "one\n"), ("b/c", "two\n")])).expect("written");
        assert_eq!(names(&folder), [MARK, "a", "b/c"]);
        let text = fs::read_to_string(folder.join("a")).expect("there");
        assert_eq!(text, "# shop v1, exported by: cargo twelve export x\none\n");
        assert_eq!(fs::metadata(folder.join("a")).expect("there").permissions().mode() & 0o777, 0o644);
        fs::set_permissions(&folder, PermissionsExt::from_mode(0o750)).expect("a mode");
        write(&folder, &files("shop v2", &[("a", "three\n")])).expect("written");
        assert_eq!(names(&folder), [MARK, "a"]);
        assert_eq!(fs::metadata(&folder).expect("there").permissions().mode() & 0o777, 0o750);
        assert_eq!(names(above.path()).len(), 2, "nothing else is left");
    }

    #[test]
    fn an_empty_folder_is_filled_and_a_link_to_it_followed() {
        let above = tempfile::tempdir().expect("a folder");
        let (folder, link) = (above.path().join("units"), above.path().join("link"));
        fs::create_dir(&folder).expect("a folder");
        std::os::unix::fs::symlink(&folder, &link).expect("a link");
        write(&link, &files("shop v1", &[("a", "")])).expect("written");
        assert!(link.is_symlink());
        assert_eq!(names(&folder), [MARK, "a"]);
    }

    #[test]
    fn what_no_export_wrote_is_refused_and_stays() {
        let above = tempfile::tempdir().expect("a folder");
        let folder = above.path().join("units");
        write(&folder, &files("shop v1", &[("a", "one\n")])).expect("written");
        let refusal = || write(&folder, &files("shop v2", &[("a", "two\n")])).expect_err("refused").to_string();
        fs::write(folder.join("mine"), "x").expect("a file");
        assert!(refusal().ends_with("holds `mine`, which no export wrote"), "{}", refusal());
        fs::remove_file(folder.join("mine")).expect("removed");
        fs::create_dir(folder.join("empty")).expect("a folder");
        assert!(refusal().ends_with("holds `empty`, which no export wrote"), "{}", refusal());
        fs::remove_dir(folder.join("empty")).expect("removed");
        fs::write(folder.join("a"), "changed").expect("a file");
        assert!(refusal().ends_with("units/a` was changed after it was exported"), "{}", refusal());
        assert_eq!(fs::read_to_string(folder.join("a")).expect("there"), "changed");
        fs::write(folder.join(MARK), "").expect("a file");
        assert!(refusal().contains("which no export wrote"), "{}", refusal());
        let file = above.path().join("file");
        fs::write(&file, "x").expect("a file");
        assert!(matches!(Destination::at(&file), Err(Error::NoFolder { .. })));
    }

    #[test]
    fn an_origin_stays_one_line() {
        let files = GeneratedFiles::new("shop v1", "cargo twelve export x --env-file 'a\nExecStart=b'");
        assert_eq!(files.origin().lines().count(), 1);
    }
}
