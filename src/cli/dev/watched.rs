//! What `dev` watches: the workspace, the packages beside it that were compiled, the declaration, and the env files.

use super::plan::Recipe;
use crate::codebase::{Change, ChangeKind, Judgement, Unwatched, Watch};
use std::collections::BTreeSet;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

/// The files that are watched, and which of them were changed since something was planned.
pub(super) struct Watched {
    watch: Watch,
    folder: PathBuf,
    workspace: PathBuf,
    env_files: BTreeSet<PathBuf>,
    changed: BTreeSet<PathBuf>,
    /// Those of them that were not there before.
    came: BTreeSet<PathBuf>,
    /// Those that were not told yet.
    news: BTreeSet<PathBuf>,
}

impl Watched {
    /// Watches what can be known before anything is compiled.
    pub(super) fn of(recipe: &Recipe) -> Result<Self, Unwatched> {
        let workspace = recipe.package.workspace.clone();
        let mut watch = Watch::around(&workspace)?;
        watch.follow(&workspace)?;
        let declared = ["twelve.toml", "Procfile"].map(|name| recipe.folder.join(name));
        // The folder is made canonical and the file is not: one that is a link is replaced by its name.
        let env_files: BTreeSet<PathBuf> = recipe.env_files().into_iter().map(|(path, _)| in_place(&path)).collect();
        declared.iter().chain(&env_files).try_for_each(|path| watch.follow_file(path))?;
        Ok(Self {
            watch,
            folder: recipe.folder.clone(),
            workspace,
            env_files,
            changed: BTreeSet::new(),
            came: BTreeSet::new(),
            news: BTreeSet::new(),
        })
    }

    /// Watches the packages that were compiled and lie outside the workspace.
    pub(super) fn follow(&mut self, folders: &[PathBuf]) -> Result<(), Unwatched> {
        let outside = folders.iter().filter(|folder| !folder.starts_with(&self.workspace));
        let new: Vec<_> = outside.filter(|folder| !self.watch.follows(folder)).collect();
        new.into_iter().try_for_each(|folder| self.watch.follow(folder))
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.watch.descriptor()
    }

    /// Takes note of what was changed; whether anything was.
    pub(super) fn look(&mut self, judgement: Judgement) -> Result<bool, Unwatched> {
        let changes = self.watch.changes(judgement)?;
        let any = !changes.is_empty();
        for Change { path, kind } in changes {
            // A program that saves by way of another name: that came and went, and nobody meant it.
            if kind == ChangeKind::Went && self.came.remove(&path) {
                self.changed.remove(&path);
                self.news.remove(&path);
                continue;
            }
            if kind == ChangeKind::Came {
                self.came.insert(path.clone());
            }
            self.news.insert(path.clone());
            self.changed.insert(path);
        }
        Ok(any)
    }

    /// Whether nothing was changed after all.
    pub(super) fn is_settled(&self) -> bool {
        self.changed.is_empty()
    }

    /// The files that were changed since this was last asked, as they are told: from the declaration's folder.
    pub(super) fn news(&mut self) -> Vec<String> {
        let news = std::mem::take(&mut self.news);
        news.iter().map(|path| self.name(path)).collect()
    }

    /// The one file that was changed, where it is one.
    pub(super) fn only(&self) -> Option<String> {
        let mut changed = self.changed.iter();
        changed.next().filter(|_| changed.next().is_none()).map(|path| self.name(path))
    }

    /// Whether the packages themselves may have become others.
    pub(super) fn manifest(&self) -> bool {
        self.changed.iter().any(|path| path.ends_with("Cargo.toml"))
    }

    /// Whether nothing but env files was changed: then there is nothing to compile.
    pub(super) fn only_config(&self) -> bool {
        !self.changed.is_empty() && self.changed.is_subset(&self.env_files)
    }

    /// Whether a changed file below the declaration's folder is one of these.
    pub(super) fn any(&self, is_one: impl Fn(&Path) -> bool) -> bool {
        self.changed.iter().filter_map(|path| self.below(path)).any(is_one)
    }

    /// All of it was acted on.
    pub(super) fn settle(&mut self) {
        self.changed.clear();
        self.came.clear();
    }

    fn name(&self, path: &Path) -> String {
        self.below(path).unwrap_or(path).display().to_string()
    }

    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        path.strip_prefix(&self.folder).ok()
    }
}

fn in_place(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    folder.zip(path.file_name()).map_or_else(|| path.to_path_buf(), |(folder, name)| folder.join(name))
}
