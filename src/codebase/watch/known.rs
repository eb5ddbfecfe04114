//! What is known of each file, so that a report of the kernel can be judged: a save, a file that came and went, or a
//! program that wrote the same bytes again.

use crate::artifact::{Digest, hash_file};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Larger files are told apart by size and time, in bytes: reading them at every save would be felt.
const LARGEST_READ: u64 = 16 << 20;

/// How a report is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Every write is a change, also of the same bytes: cargo goes by times, and so does whoever types `touch`.
    Writes,
    /// Only other bytes are a change. While cargo is at work, build scripts write too, and one that writes the same
    /// again and again would have it start over for ever.
    Content,
}

/// A file that was changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// How.
    pub kind: ChangeKind,
}

/// How a file was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It was not there before.
    Came,
    /// It has been written.
    Written,
    /// It is no longer there.
    Went,
}

/// The files that stand, and what was seen of their content.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<PathBuf, Content>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Unread,
    Digest(Digest),
    Stamp(u64, Option<SystemTime>),
}

impl Known {
    /// A file stands here.
    pub(super) fn note(&mut self, path: PathBuf) {
        self.0.entry(path).or_insert(Content::Unread);
    }

    /// What a report of a path means; none where it is no change.
    pub(super) fn change(&mut self, path: &Path, judgement: Judgement) -> Option<ChangeKind> {
        match content(path) {
            // What came and went between two looks was nobody's save.
            None => self.0.remove(path).map(|_| ChangeKind::Went),
            Some(now) => match self.0.insert(path.to_path_buf(), now.clone()) {
                None => Some(ChangeKind::Came),
                Some(before) if judgement == Judgement::Content && before == now => None,
                Some(_) => Some(ChangeKind::Written),
            },
        }
    }

    /// The files that stood below a folder when they were last looked at.
    pub(super) fn below(&self, folder: &Path) -> Vec<PathBuf> {
        let from = self.0.range::<Path, _>((std::ops::Bound::Excluded(folder), std::ops::Bound::Unbounded));
        from.map(|(path, _)| path).take_while(|path| path.starts_with(folder)).cloned().collect()
    }
}

/// What a file holds; none where there is no file.
fn content(path: &Path) -> Option<Content> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    if found.len() > LARGEST_READ {
        return Some(Content::Stamp(found.len(), found.modified().ok()));
    }
    Some(hash_file(path).map_or(Content::Unread, |(digest, _)| Content::Digest(digest)))
}

#[cfg(test)]
mod tests {
    use super::{ChangeKind, Judgement, Known};
    use std::fs;

    #[test]
    fn the_same_bytes_are_no_change_while_cargo_is_at_work() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("generated.rs");
        let mut known = Known::default();
        assert_eq!(known.change(&path, Judgement::Writes), None, "it came and went");
        fs::write(&path, "one")?;
        assert_eq!(known.change(&path, Judgement::Content), Some(ChangeKind::Came));
        fs::write(&path, "one")?;
        assert_eq!(known.change(&path, Judgement::Content), None);
        assert_eq!(known.change(&path, Judgement::Writes), Some(ChangeKind::Written));
        fs::write(&path, "two")?;
        assert_eq!(known.change(&path, Judgement::Content), Some(ChangeKind::Written));
        fs::remove_file(&path)?;
        assert_eq!(known.change(&path, Judgement::Content), Some(ChangeKind::Went));
        assert_eq!(known.change(&path, Judgement::Writes), None);
        Ok(())
    }

    #[test]
    fn files_below_a_folder_are_found() {
        let mut known = Known::default();
        for path in ["/a/b/c", "/a/b/d/e", "/a/bc", "/a/a"] {
            known.note(path.into());
        }
        assert_eq!(known.below("/a/b".as_ref()).len(), 2);
        assert_eq!(known.below("/".as_ref()).len(), 4);
    }
}
