//! Writes an update. Everything new is written beside its place first; then file after file is put there, and what
//! stood is kept until all are: whatever fails, what stood stands again.

use super::{Action, Update, UpdatedFile};
use crate::scaffold::Error;
use crate::scaffold::plan::Mode;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// One step that was taken, and how it is undone.
struct Step {
    target: PathBuf,
    old: Option<PathBuf>,
}

impl Update {
    /// Writes it. A file that did not change is not touched.
    ///
    /// # Errors
    /// Where the machine fails; then all stands as before.
    pub fn apply(&self) -> Result<(), Error> {
        let changes: Vec<&UpdatedFile> = self.changes().collect();
        let home = self.project.join(".twelve");
        fs::create_dir_all(&home).map_err(Error::machine("create", &home))?;
        let staging = tempfile::Builder::new().prefix("update-").tempdir_in(&home);
        let staging = staging.map_err(Error::machine("write into", &home))?;
        for (index, file) in changes.iter().enumerate() {
            if let Some((mode, bytes)) = &file.becomes {
                stage(&staging.path().join(format!("{index}.new")), *mode, bytes)?;
            }
        }
        let mut steps = Vec::new();
        // The receipt last: until it stands, the update can be made again.
        let order = |index: &usize| changes.get(*index).is_some_and(|file| file.path.as_str().starts_with(".twelve/"));
        let mut indices: Vec<usize> = (0..changes.len()).collect();
        indices.sort_by_key(order);
        for index in indices {
            if let Err(error) = self.step(changes[index], index, staging.path(), &mut steps) {
                undo(&steps);
                return Err(error);
            }
        }
        Ok(())
    }

    fn step(&self, file: &UpdatedFile, index: usize, staging: &Path, steps: &mut Vec<Step>) -> Result<(), Error> {
        let target = self.project.join(file.path.as_path());
        let old = staging.join(format!("{index}.old"));
        let stood = file.action != Action::New;
        if stood && fs::symlink_metadata(&target).is_ok() {
            fs::rename(&target, &old).map_err(Error::machine("replace", &target))?;
            steps.push(Step { target: target.clone(), old: Some(old) });
        }
        if file.becomes.is_none() {
            return Ok(());
        }
        let folder = target.parent().unwrap_or(&self.project);
        fs::create_dir_all(folder).map_err(Error::machine("create", folder))?;
        // A hard link, unlike a rename, never replaces what came to stand there meanwhile.
        let new = staging.join(format!("{index}.new"));
        fs::hard_link(&new, &target).map_err(Error::machine("write", &target))?;
        steps.push(Step { target, old: None });
        Ok(())
    }
}

fn stage(path: &Path, mode: Mode, bytes: &[u8]) -> Result<(), Error> {
    let mode = if mode == Mode::Executable { 0o755 } else { 0o644 };
    let opened = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    opened
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(Error::machine("write", path))
}

/// Puts back what stood. What cannot be put back stays in the staging folder's place no longer than the error says so.
fn undo(steps: &[Step]) {
    for step in steps.iter().rev() {
        let _ = match &step.old {
            Some(old) => fs::rename(old, &step.target),
            None => fs::remove_file(&step.target),
        };
    }
}
