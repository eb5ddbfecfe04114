//! A folder as a store. Create-only is a hard link: it fails where something stands, and what it names is whole and on
//! disk before it has a name (measured with power cuts: without the first sync the name survives with no bytes, without
//! the second the name is lost).

use super::unfinished::Unfinished;
use super::{Created, Error, Opened, Place};
use crate::artifact::{Digest, Hasher};
use crate::report::Progress;
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A folder as a store.
#[derive(Debug)]
pub(super) struct Local {
    root: PathBuf,
}

impl Local {
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    fn create_with(&self, key: &str, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<Created, Error> {
        let path = self.root.join(key);
        let unwritable = |cause| self.machine(key, "written", cause);
        let folder = path.parent().unwrap_or(&self.root);
        let mut unfinished = Unfinished::in_folder(folder).map_err(unwritable)?;
        write(&mut unfinished.file).and_then(|()| unfinished.file.sync_all()).map_err(unwritable)?;
        let created = unfinished.link(&path).map_err(unwritable)?;
        sync_folder(folder).map_err(unwritable)?;
        Ok(created)
    }

    fn machine(&self, key: &str, act: &'static str, cause: io::Error) -> Error {
        match cause.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory if act == "read" => {
                Error::Unreachable { path: self.root.join(key), cause }
            }
            _ => Error::Machine { path: self.root.join(key), act, cause },
        }
    }
}

impl Place for Local {
    fn location(&self) -> String {
        self.root.display().to_string()
    }

    fn name(&self, key: &str) -> String {
        self.root.join(key).display().to_string()
    }

    fn size(&self, key: &str) -> Result<Option<u64>, Error> {
        let found = std::fs::symlink_metadata(self.root.join(key)).map(|found| found.len());
        found.map(Some).or_else(absent).map_err(|cause| self.machine(key, "read", cause))
    }

    fn open(&self, key: &str) -> Result<Option<Opened>, Error> {
        let opened = File::open(self.root.join(key)).map(Opened::File);
        opened.map(Some).or_else(absent).map_err(|cause| self.machine(key, "read", cause))
    }

    fn list(&self, key: &str) -> Result<Vec<String>, Error> {
        let unreadable = |cause| self.machine(key, "read", cause);
        let entries = std::fs::read_dir(self.root.join(key)).map(Some).or_else(absent).map_err(unreadable)?;
        let names = entries.into_iter().flatten();
        let names = names.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        let names: Vec<String> = names.collect::<io::Result<_>>().map_err(unreadable)?;
        Ok(names.into_iter().filter(|name| !name.starts_with('.')).collect())
    }

    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, Error> {
        self.create_with(key, |out| out.write_all(bytes))
    }

    fn first(&self, _: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn create_from(
        &self,
        key: &str,
        source: &Path,
        expected: (Digest, u64),
        progress: &Progress,
    ) -> Result<Created, Error> {
        if self.has(key)? {
            return Ok(Created::Stands);
        }
        let mut found = None;
        let copied = self.create_with(key, |out| {
            let mut hasher = Hasher::new(out);
            io::copy(&mut progress.through(File::open(source)?), &mut hasher)?;
            found = Some(hasher.finish().0);
            if found == Some(expected) { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
        });
        match found {
            Some(found) if found != expected => Err(Error::changed(source)),
            _ => copied,
        }
    }

    fn remove(&self, key: &str) -> Result<(), Error> {
        let path = self.root.join(key);
        let unremovable = |cause| self.machine(key, "removed", cause);
        let Some(()) = std::fs::remove_file(&path).map(Some).or_else(absent).map_err(unremovable)? else {
            return Ok(());
        };
        let folder = path.parent().unwrap_or(&self.root);
        sync_folder(folder).map_err(unremovable)?;
        // The last one takes the folder along; where somebody puts something into it meanwhile, it stays.
        let _ = std::fs::remove_dir(folder);
        Ok(())
    }

    fn unreadable(&self, key: &str, cause: io::Error) -> Error {
        self.machine(key, "read", cause)
    }
}

/// A key that is absent from a store that is there is no failure.
fn absent<T>(cause: io::Error) -> io::Result<Option<T>> {
    match cause.kind() {
        io::ErrorKind::NotFound => Ok(None),
        _ => Err(cause),
    }
}

/// Makes a folder and those above it, each on disk before the next.
pub(super) fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    above.map_or(Ok(()), make_folders)?;
    match DirBuilder::new().mode(0o755).create(folder) {
        Ok(()) => above.map_or(Ok(()), sync_folder),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(cause),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{Created, Local, Place};

    #[test]
    fn a_key_is_created_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let local = Local::at(&folder.path().join("not/yet/there"));
        assert_eq!(local.get("a/b", 10).expect("readable"), None);
        assert_eq!(local.create("a/b", b"one").expect("written"), Created::New);
        assert_eq!(local.create("a/b", b"two").expect("written"), Created::Stands);
        assert_eq!(local.get("a/b", 10).expect("readable").as_deref(), Some(&b"one"[..]));
        assert_eq!(local.list("a").expect("readable"), ["b"]);
        assert!(local.get("a/b", 2).is_err(), "larger than the limit");
    }

    #[test]
    fn of_many_writers_one_wins() {
        let folder = tempfile::tempdir().expect("a folder");
        let local = Local::at(folder.path());
        for round in 0..20 {
            let key = format!("r/{round}");
            let won = std::thread::scope(|scope| {
                let create = |writer: u8| local.create(&format!("r/{round}"), &[writer]).expect("written");
                let writers: Vec<_> = (0..8).map(|writer| scope.spawn(move || create(writer))).collect();
                writers
                    .into_iter()
                    .map(|writer| writer.join().expect("a writer"))
                    .filter(|one| *one == Created::New)
                    .count()
            });
            assert_eq!(won, 1);
            assert_eq!(local.get(&key, 9).expect("readable").expect("it stands").len(), 1);
        }
        assert_eq!(local.list("r").expect("readable").len(), 20, "nothing unfinished is left");
    }
}
