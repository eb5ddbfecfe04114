//! An update: what a newer template would make now, what it made then, and what stands, merged file by file.
//!
//! All is decided in memory first. What `--dry-run` lists is what is then written, and a file that is not written is not
//! touched. Cargo.toml and its like are merged key by key and stay readable; other texts line by line.

mod apply;
mod lock;
mod standing;
mod text;
mod toml;

pub use text::Conflict;

use super::plan::{Mode, Plan, PlannedFile};
use super::receipt::{BASE, RECEIPT};
use super::{Answers, Error, ProjectPath, Receipt, Template, Workspace};
use crate::codebase::uncommitted;
use standing::Standing;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What an update does, decided.
#[derive(Debug)]
pub struct Update {
    project: PathBuf,
    files: Vec<UpdatedFile>,
}

/// One file of an update.
#[derive(Debug)]
pub struct UpdatedFile {
    /// Where it stands.
    pub path: ProjectPath,
    /// What becomes of it.
    pub action: Action,
    /// What it will be; of a file that is removed or stays away, nothing.
    pub becomes: Option<(Mode, Vec<u8>)>,
    /// What both sides changed.
    pub conflicts: Vec<Conflict>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The template has it now, and it stands nowhere yet.
    New,
    /// It is as the template made it, and becomes what the template makes now.
    Clean,
    /// Both changed it, in different places.
    Merged,
    /// It stays as it is, or stays away.
    Kept,
    /// Both changed the same.
    Conflict,
    /// The template has it no more, and nobody changed it.
    Removed,
}

impl Update {
    /// Decides what becomes of each file of a project, which this template makes of these answers now.
    ///
    /// # Errors
    /// Where the template cannot be rendered, the base is not what the receipt says, or the merge cannot be planned.
    pub fn of(project: &Path, receipt: &Receipt, template: &Template, answers: &Answers) -> Result<Self, Error> {
        let workspace = if receipt.member { Workspace::above(project)? } else { None };
        let plan = Plan::whole(template, answers, workspace.as_ref())?;
        let label = format!("{} {}", template.name(), template.version());
        Self::plan(project, &receipt.base(project)?, &plan, &label)
    }

    /// Decides what becomes of each file of a project. `base` is what the template made then, `plan` what it makes
    /// now, with the receipt; `label` names the new side in a conflict.
    ///
    /// # Errors
    /// Where a file cannot be read, or still holds the conflicts of an earlier update.
    fn plan(project: &Path, base: &BTreeMap<String, PlannedFile>, plan: &Plan, label: &str) -> Result<Self, Error> {
        let theirs: BTreeMap<&str, &PlannedFile> = plan.files().iter().map(|file| (file.path.as_str(), file)).collect();
        let paths: BTreeSet<&str> = base.keys().map(String::as_str).chain(theirs.keys().copied()).collect();
        let mut files = Vec::new();
        for path in paths {
            let (base, theirs) = (base.get(path), theirs.get(path).copied());
            let Some(known) = theirs.or(base) else { continue };
            let standing = Standing::of(project, &known.path)?;
            let file = match path {
                RECEIPT | BASE => our_own(known, &standing),
                _ => decided(&known.path, base, theirs, standing, label)?,
            };
            files.push(file);
        }
        Ok(Self { project: project.to_owned(), files })
    }

    /// Every file, sorted by path.
    #[must_use]
    pub fn files(&self) -> &[UpdatedFile] {
        &self.files
    }

    /// Whether both sides changed the same anywhere.
    #[must_use]
    pub fn has_conflicts(&self) -> bool {
        self.files.iter().any(|file| file.action == Action::Conflict)
    }

    /// Refuses an update that changes what is in no commit: it could not be had back.
    ///
    /// # Errors
    /// Where it does, or the repository cannot be read.
    pub fn refuse_uncommitted(&self) -> Result<(), Error> {
        let changes: Vec<&Path> = self.changes().map(|file| file.path.as_path()).collect();
        let paths = uncommitted(&self.project, &changes)?;
        if paths.is_empty() { Ok(()) } else { Err(Error::Uncommitted { paths }) }
    }

    /// The files that will be written or removed.
    pub fn changes(&self) -> impl Iterator<Item = &UpdatedFile> {
        self.files.iter().filter(|file| file.is_changed())
    }
}

impl UpdatedFile {
    fn new(path: &ProjectPath, action: Action, becomes: Option<(Mode, Vec<u8>)>) -> Self {
        Self { path: path.clone(), action, becomes, conflicts: Vec::new() }
    }

    /// Whether it will be written or removed.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        match self.action {
            Action::Kept => false,
            Action::Conflict => self.becomes.is_some(),
            Action::New | Action::Clean | Action::Merged | Action::Removed => true,
        }
    }
}

/// What this program writes itself is not merged.
fn our_own(file: &PlannedFile, standing: &Standing) -> UpdatedFile {
    let action = match standing {
        Standing::File { bytes, .. } if **bytes == *file.bytes => Action::Kept,
        Standing::Nothing => Action::New,
        _ => Action::Clean,
    };
    UpdatedFile::new(&file.path, action, Some((file.mode, file.bytes.to_vec())))
}

fn decided(
    path: &ProjectPath,
    base: Option<&PlannedFile>,
    theirs: Option<&PlannedFile>,
    standing: Standing,
    label: &str,
) -> Result<UpdatedFile, Error> {
    let (mode, ours) = match standing {
        Standing::File { mode, bytes } => (mode, bytes),
        Standing::Nothing => {
            return Ok(match (base, theirs) {
                // Deleted stays deleted.
                (Some(_), _) | (None, None) => UpdatedFile::new(path, Action::Kept, None),
                (None, Some(new)) => UpdatedFile::new(path, Action::New, Some((new.mode, new.bytes.to_vec()))),
            });
        }
        Standing::Other(what) => {
            let unchanged = base.map(|file| &*file.bytes) == theirs.map(|file| &*file.bytes);
            let action = if unchanged { Action::Kept } else { Action::Conflict };
            let conflict = Conflict::whole(&format!("here stands {what}"), theirs.map(|file| &*file.bytes));
            let conflicts = if unchanged { Vec::new() } else { vec![conflict] };
            return Ok(UpdatedFile { conflicts, ..UpdatedFile::new(path, action, None) });
        }
    };
    if text::is_unresolved(&ours) {
        return Err(Error::Unresolved { path: path.to_string() });
    }
    let empty = PlannedFile { path: path.clone(), mode, bytes: Vec::new().into() };
    let Some(theirs) = theirs else { return Ok(dropped(path, base, &ours)) };
    let before = base.unwrap_or(&empty);
    let mode = if theirs.mode == before.mode { mode } else { theirs.mode };
    let (old, new) = text::like(&ours, &before.bytes, &theirs.bytes);
    let becomes = |bytes: Vec<u8>| Some((mode, bytes));
    if new == ours || (new == old && base.is_some()) {
        let moded = theirs.mode != before.mode && base.is_some();
        let action = if moded { Action::Clean } else { Action::Kept };
        return Ok(UpdatedFile::new(path, action, becomes(ours)));
    }
    if old == ours && base.is_some() {
        return Ok(UpdatedFile::new(path, Action::Clean, becomes(new.into_owned())));
    }
    let merged = text::merged(path, base.map(|_| &*old), &ours, &new, label)?;
    let action = match (merged.conflicts.is_empty(), merged.bytes == ours) {
        (true, true) => Action::Kept,
        (true, false) => Action::Merged,
        (false, _) => Action::Conflict,
    };
    Ok(UpdatedFile { conflicts: merged.conflicts, ..UpdatedFile::new(path, action, becomes(merged.bytes)) })
}

/// A file that the template has no more.
fn dropped(path: &ProjectPath, base: Option<&PlannedFile>, ours: &[u8]) -> UpdatedFile {
    let untouched = base.is_some_and(|base| text::like(ours, &base.bytes, &[]).0 == ours);
    match untouched {
        true => UpdatedFile::new(path, Action::Removed, None),
        false => UpdatedFile::new(path, Action::Kept, Some((Mode::Plain, ours.to_vec()))),
    }
}

#[cfg(test)]
mod tests;
