//! Writes a plan. All is made in a staging folder beside the target, the repository with its first commit too, and
//! then put in its place: whatever fails on the way, no half-made project stands there.

use super::{Error, Mode, Plan, Template, Workspace};
use crate::codebase::first_commit::{self, Author, FirstCommit};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Whether the project becomes a repository of its own.
#[derive(Debug, Clone)]
pub enum Git {
    /// It does, with a first commit by this author and this message.
    Init {
        /// Who commits.
        author: Author,
        /// The commit's message.
        message: String,
    },
    /// It does not.
    None,
}

impl Git {
    /// A repository that starts with the project as this template made it.
    #[must_use]
    pub fn started(author: Author, template: &Template) -> Self {
        let message = format!("Start from the template {} {}", template.name(), template.version());
        Self::Init { author, message }
    }
}

/// What became of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repository {
    /// There is a new one.
    Created(FirstCommit),
    /// The project lies in one already, whose work tree starts here.
    Enclosing(PathBuf),
    /// None was asked for.
    None,
}

/// What becomes of the repository, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There is a new one.
    Created,
    /// The project lies in one already.
    Enclosing,
    /// None was asked for.
    None,
}

impl Repository {
    /// What became of it, in a word.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Created(_) => Fate::Created,
            Self::Enclosing(_) => Fate::Enclosing,
            Self::None => Fate::None,
        }
    }
}

/// A folder where a project can be made.
#[derive(Debug)]
pub struct Project {
    folder: PathBuf,
    standing: Standing,
}

/// What stands at the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Nothing,
    EmptyFolder,
}

impl Project {
    /// The place for a project: a path where nothing stands, or an empty folder.
    ///
    /// # Errors
    /// Where something stands there, or the path has no last part: the root, `..`.
    pub fn at(folder: &Path) -> Result<Self, Error> {
        if folder.file_name().is_none() {
            return Err(Error::Nameless { path: folder.to_owned() });
        }
        let standing = match fs::symlink_metadata(folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Standing::Nothing,
            Err(cause) => return Err(Error::machine("look at", folder)(cause)),
            Ok(found) if found.is_dir() && is_empty(folder)? => Standing::EmptyFolder,
            Ok(_) => return Err(Error::Exists { path: folder.to_owned() }),
        };
        Ok(Self { folder: folder.to_owned(), standing })
    }

    /// What would become of the repository, were the project made.
    ///
    /// # Errors
    /// Where it cannot be told whether the folder lies in one.
    pub fn fate(&self, git: &Git) -> Result<Fate, Error> {
        Ok(match git {
            Git::None => Fate::None,
            Git::Init { .. } if first_commit::enclosing_work_tree(&self.folder)?.is_some() => Fate::Enclosing,
            Git::Init { .. } => Fate::Created,
        })
    }

    /// Makes the project, a member of the workspace that it lies in.
    ///
    /// # Errors
    /// Where the machine fails, something came to stand at the target, or the workspace cannot take it; then nothing of
    /// the project is left.
    pub fn create(&self, plan: &Plan, git: &Git, workspace: Option<&Workspace>) -> Result<Repository, Error> {
        let repository = self.place(plan, git)?;
        workspace.into_iter().try_for_each(Workspace::add_member).inspect_err(|_| self.remove())?;
        Ok(repository)
    }

    fn place(&self, plan: &Plan, git: &Git) -> Result<Repository, Error> {
        let place = match self.standing {
            Standing::Nothing => self.folder.parent().unwrap_or(&self.folder),
            // Its own folder may be a mount point, which nothing can be renamed onto.
            Standing::EmptyFolder => &self.folder,
        };
        fs::create_dir_all(place).map_err(Error::machine("create", place))?;
        let staging = tempfile::Builder::new().prefix(".twelve-new-").tempdir_in(place);
        let staging = staging.map_err(Error::machine("write into", place))?;
        // A folder in the temporary one: that one is its user's alone, and a project has the umask's mode.
        let project = staging.path().join("project");
        write(plan, &project)?;
        let repository = self.make_repository(&project, git)?;
        match self.standing {
            Standing::Nothing => fs::rename(&project, &self.folder).map_err(|cause| self.occupied(cause))?,
            Standing::EmptyFolder => self.move_in(&project)?,
        }
        Ok(repository)
    }

    /// Takes away what was created, where a step after it failed.
    fn remove(&self) {
        // Where this fails too, the first failure is the one to tell.
        let _ = match self.standing {
            Standing::Nothing => fs::remove_dir_all(&self.folder),
            Standing::EmptyFolder => fs::remove_dir_all(&self.folder).and_then(|()| fs::create_dir(&self.folder)),
        };
    }

    fn make_repository(&self, project: &Path, git: &Git) -> Result<Repository, Error> {
        let Git::Init { author, message } = git else { return Ok(Repository::None) };
        if let Some(work_tree) = first_commit::enclosing_work_tree(&self.folder)? {
            return Ok(Repository::Enclosing(work_tree));
        }
        Ok(Repository::Created(first_commit::make(project, author, message)?))
    }

    /// Moves every entry into the folder that stands there, or none.
    fn move_in(&self, project: &Path) -> Result<(), Error> {
        let entries = fs::read_dir(project).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(Error::machine("read", project))?;
        for (moved, entry) in entries.iter().enumerate() {
            let target = self.folder.join(entry.file_name());
            if let Err(cause) = move_one(&entry.path(), &target) {
                for undone in &entries[..moved] {
                    // The staging folder is removed with all that is in it; what cannot be moved back stays seen.
                    let _ = fs::rename(self.folder.join(undone.file_name()), undone.path());
                }
                return Err(self.occupied(cause));
            }
        }
        Ok(())
    }

    /// Why the last step failed: mostly, since somebody was faster.
    fn occupied(&self, cause: io::Error) -> Error {
        match cause.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                Error::Exists { path: self.folder.clone() }
            }
            _ => Error::machine("create", &self.folder)(cause),
        }
    }
}

/// Moves a file or a folder to where nothing stands; a plain rename would replace a file that came between.
fn move_one(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

fn is_empty(folder: &Path) -> Result<bool, Error> {
    fs::read_dir(folder).map(|mut entries| entries.next().is_none()).map_err(Error::machine("read", folder))
}

fn write(plan: &Plan, project: &Path) -> Result<(), Error> {
    fs::create_dir(project).map_err(Error::machine("create", project))?;
    for file in plan.files() {
        let path = project.join(file.path.as_path());
        let folder = path.parent().unwrap_or(project);
        fs::create_dir_all(folder).map_err(Error::machine("create", folder))?;
        let mode = match file.mode {
            Mode::Plain => 0o644,
            Mode::Executable => 0o755,
        };
        let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path);
        opened.and_then(|mut opened| opened.write_all(&file.bytes)).map_err(Error::machine("write", &path))?;
    }
    Ok(())
}
