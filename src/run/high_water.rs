//! The high-water mark: the newest release that has run on this machine. Older ones are refused, so that who can write
//! to a store, but has no key, cannot bring back a release that was genuine and is known to be weak.
//!
//! It is a folder of empty files, `v41`, `v42`: creating one is all that raising takes, so two runs at once cannot lower
//! it, and no half-written file can. It lies with the machine's state and never in the cache, which may be deleted.

use super::Error;
use super::cache::store_key;
use crate::app::{AppName, DeployName};
use crate::artifact::{DeployEntry, ReleaseId};
use crate::store::Store;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The newest release of one store's app that has run here, and the newest entry of each deploy that was followed.
#[derive(Debug, Clone)]
pub struct HighWaterMark {
    folder: PathBuf,
    followed: Option<(DeployName, u64)>,
}

impl HighWaterMark {
    /// The mark of a store's app below the folder of the machine's state.
    #[must_use]
    pub fn of(state: &Path, store: &Store, app: &AppName) -> Self {
        Self { folder: state.join(app.as_str()).join(store_key(store)), followed: None }
    }

    /// The same, where an entry of a deploy is followed.
    #[must_use]
    pub fn following(self, entry: &DeployEntry) -> Self {
        Self { followed: Some((entry.deploy.clone(), entry.seq)), ..self }
    }

    /// The mark; none where nothing has run here.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn newest(&self) -> Result<Option<ReleaseId>, Error> {
        Ok(Marks::of_releases(&self.folder).newest()?.and_then(ReleaseId::from_number))
    }

    /// Refuses a release older than the mark.
    ///
    /// # Errors
    /// Where it is, or the mark cannot be read.
    pub fn refuse_older(&self, app: &AppName, id: ReleaseId) -> Result<(), Error> {
        match self.newest()?.filter(|newest| id < *newest) {
            Some(newest) => {
                let deploy = self.followed.as_ref().map(|(deploy, _)| deploy.clone());
                Err(Error::OlderThanRan { app: app.clone(), id, newest, deploy })
            }
            None => Ok(()),
        }
    }

    /// Refuses an entry older than the newest of its deploy that was followed here: who can write to a store, and has
    /// no key, could remove later ones, and so make an old signed entry the current one.
    ///
    /// # Errors
    /// Where it is, or the mark cannot be read.
    pub fn refuse_older_entry(&self) -> Result<(), Error> {
        let Some((deploy, seq)) = &self.followed else { return Ok(()) };
        match Marks::of_entries(&self.folder, deploy).newest()?.filter(|newest| seq < newest) {
            Some(newest) => Err(Error::OlderThanFollowed { deploy: deploy.clone(), seq: *seq, newest }),
            None => Ok(()),
        }
    }

    /// Raises the mark to a release, and to the entry that is followed; on disk when this returns.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn raise(&self, id: ReleaseId) -> Result<(), Error> {
        Marks::of_releases(&self.folder).raise(id.number())?;
        match &self.followed {
            Some((deploy, seq)) => Marks::of_entries(&self.folder, deploy).raise(*seq),
            None => Ok(()),
        }
    }
}

/// A folder of empty files whose names are numbers behind a prefix.
struct Marks {
    folder: PathBuf,
    prefix: &'static str,
}

impl Marks {
    fn of_releases(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), prefix: "v" }
    }

    fn of_entries(folder: &Path, deploy: &DeployName) -> Self {
        Self { folder: folder.join("deploys").join(deploy.as_str()), prefix: "" }
    }

    fn newest(&self) -> Result<Option<u64>, Error> {
        Ok(self.all()?.into_iter().max())
    }

    fn all(&self) -> Result<Vec<u64>, Error> {
        let unreadable = |cause| Error::machine(&self.folder, "read", cause);
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(unreadable(cause)),
        };
        let names: Vec<_> =
            entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>().map_err(unreadable)?;
        Ok(names.iter().filter_map(|name| name.to_str()?.strip_prefix(self.prefix)?.parse().ok()).collect())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{}{number}", self.prefix))
    }

    fn raise(&self, number: u64) -> Result<(), Error> {
        let marks = self.all()?;
        if marks.iter().any(|mark| *mark >= number) {
            return Ok(());
        }
        let path = self.path(number);
        let unwritable = |cause| Error::machine(&path, "written", cause);
        self.make_folders().map_err(unwritable)?;
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file.sync_all().map_err(unwritable)?,
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(unwritable(cause)),
        }
        sync(&self.folder).map_err(unwritable)?;
        for lower in marks {
            // It says nothing any more; that it stays does no harm.
            let _ = std::fs::remove_file(self.path(lower));
        }
        Ok(())
    }

    /// Makes the folder and those above it, each name on disk.
    fn make_folders(&self) -> io::Result<()> {
        if self.folder.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o755).create(&self.folder)?;
        self.folder.ancestors().skip(1).take(5).filter(|above| above.is_dir()).try_for_each(sync)
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::HighWaterMark;
    use crate::artifact::ReleaseId;
    use crate::store::{Location, Store};
    use std::path::Path;

    fn mark(state: &Path, store: &str) -> HighWaterMark {
        let store = Store::at(&Location::parse(Path::new(store), state).expect("a location"));
        HighWaterMark::of(state, &store, &"shop".parse().expect("a name"))
    }

    fn id(number: u64) -> ReleaseId {
        ReleaseId::from_number(number).expect("a number")
    }

    #[test]
    fn it_rises_and_never_falls() {
        let state = tempfile::tempdir().expect("a folder");
        let (mark, app) = (mark(state.path(), "/one"), "shop".parse().expect("a name"));
        mark.refuse_older(&app, id(1)).expect("nothing has run");
        mark.raise(id(9)).expect("raised");
        mark.raise(id(10)).expect("raised");
        mark.raise(id(2)).expect("left alone");
        assert_eq!(mark.newest().expect("readable"), Some(id(10)), "as numbers, not as text");
        mark.refuse_older(&app, id(10)).expect("the same");
        mark.refuse_older(&app, id(11)).expect("newer");
        let refused = mark.refuse_older(&app, id(9)).expect_err("older").to_string();
        assert_eq!(refused, "`shop` v9 is older than v10, which has run on this machine");
    }

    #[test]
    fn every_store_has_a_mark_of_its_own() {
        let state = tempfile::tempdir().expect("a folder");
        mark(state.path(), "/one").raise(id(7)).expect("raised");
        assert_eq!(mark(state.path(), "/two").newest().expect("readable"), None);
    }

    #[test]
    fn of_many_who_raise_it_at_once_the_highest_stands() {
        let state = tempfile::tempdir().expect("a folder");
        let (mark, folder) = (&mark(state.path(), "/one"), state.path());
        std::thread::scope(|scope| {
            for number in 1..=16 {
                scope.spawn(move || mark.raise(id(number)).expect("raised"));
            }
        });
        assert_eq!(self::mark(folder, "/one").newest().expect("readable"), Some(id(16)));
    }
}
