//! What git ignores, as it stands at the moment of asking. A folder without a repository ignores nothing, and nothing
//! is refused here: whoever watches builds nothing.

use std::path::{Component, Path, PathBuf};

/// The ignore files and the index of a repository.
pub(super) struct Ignored {
    git: Option<(git2::Repository, PathBuf)>,
}

impl Ignored {
    /// Those of the repository that a folder lies in.
    pub(super) fn around(folder: &Path) -> Self {
        let git = git2::Repository::discover(folder).ok().and_then(|git| {
            let root = git.workdir()?.canonicalize().ok()?;
            Some((git, root))
        });
        Self { git }
    }

    /// Whether an ignore file names a path, and it is not tracked all the same.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let Some((git, root)) = &self.git else { return false };
        let Ok(below) = path.strip_prefix(root) else { return false };
        // git2 panics where a path is none that a repository can hold.
        if !below.components().all(|component| matches!(component, Component::Normal(_))) {
            return false;
        }
        let tracked = || git.index().is_ok_and(|index| index.get_path(below, 0).is_some());
        !below.as_os_str().is_empty() && git.is_path_ignored(below).unwrap_or(false) && !tracked()
    }
}

impl std::fmt::Debug for Ignored {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ignored").field("root", &self.git.as_ref().map(|(_, root)| root)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Ignored;
    use std::fs;

    #[test]
    fn ignored_paths_are_none_of_the_codebases_unless_they_are_tracked() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().canonicalize()?;
        let git = git2::Repository::init(&root)?;
        fs::write(root.join(".gitignore"), "/target/\n*.log\n")?;
        fs::create_dir_all(root.join("target/debug"))?;
        fs::write(root.join("kept.log"), "kept")?;
        let mut index = git.index()?;
        index.add_path("kept.log".as_ref())?;
        index.write()?;
        let ignored = Ignored::around(&root);
        let ignores = |path: &str| ignored.holds(&root.join(path));
        assert!(ignores("target") && ignores("target/debug/shop") && ignores("src/a.log"));
        assert!(!ignores("src/main.rs") && !ignores("kept.log") && !ignores("") && !ignores("../elsewhere.log"));
        Ok(())
    }
}
