//! A new repository with its first commit: what `git init`, `git add .` and `git commit` would make.

use git2::{ErrorCode, IndexAddOption, Repository, RepositoryInitOptions, Signature, Time};
use std::path::{Path, PathBuf};

/// What git said.
#[derive(Debug, thiserror::Error)]
#[error("no repository in `{folder}`: git cannot {act}", folder = .folder.display())]
pub struct Error {
    act: &'static str,
    folder: PathBuf,
    #[source]
    cause: git2::Error,
}

/// Who commits, and when. What is absent here is taken from git's own configuration.
#[derive(Debug, Clone)]
pub struct Author {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The time, in seconds since 1970 in UTC.
    pub seconds: i64,
}

/// What became of the first commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstCommit {
    /// It is made.
    Made {
        /// Its full id.
        commit: String,
    },
    /// Nobody is known to commit; all files are staged.
    NoIdentity {
        /// The keys that git's configuration lacks: `user.name`, `user.email`.
        missing: Vec<&'static str>,
    },
}

/// The work tree that the folder lies in, where there is one that does not ignore it. The folder need not stand yet.
///
/// # Errors
/// Where the repository cannot be read.
pub fn enclosing_work_tree(folder: &Path) -> Result<Option<PathBuf>, Error> {
    let Some(standing) = folder.ancestors().find_map(|path| path.canonicalize().ok().map(|full| (path, full))) else {
        return Ok(None);
    };
    let (typed, full) = standing;
    let folder = folder.strip_prefix(typed).map_or_else(|_| full.clone(), |rest| full.join(rest));
    let no_ceilings: [&Path; 0] = [];
    let Ok(found) = Repository::discover_path(&full, no_ceilings) else { return Ok(None) };
    let repository = match Repository::open(&found) {
        Ok(repository) => repository,
        // A repository that git refuses to open, being another user's, is still a repository.
        Err(_) => return Ok(Some(found.parent().unwrap_or(&found).to_owned())),
    };
    let Some(work_tree) = repository.workdir() else { return Ok(None) };
    let inside = folder.strip_prefix(work_tree).unwrap_or(&folder);
    // The slash says that it is a folder, which rules such as `target/` ask for.
    let ignored = repository.is_path_ignored(inside.join(""));
    let ignored =
        ignored.map_err(|cause| Error { act: "read the ignore rules of", folder: work_tree.into(), cause })?;
    Ok((!ignored).then(|| work_tree.to_owned()))
}

/// What the repository of a folder ignores; nothing, where it has none.
pub struct IgnoreRules(Option<Repository>);

impl IgnoreRules {
    /// The rules of the repository that the folder lies in.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self(Repository::discover(folder).ok())
    }

    /// Whether a path is ignored.
    #[must_use]
    pub fn holds(&self, path: &Path) -> bool {
        let Self(Some(repository)) = self else { return false };
        let below = repository.workdir().and_then(|root| path.strip_prefix(root).ok());
        below.is_some_and(|below| repository.is_path_ignored(below).unwrap_or(false))
    }
}

/// Makes the repository with the branch `main` and one commit of all files that no rule ignores.
///
/// # Errors
/// Where git fails.
pub fn make(folder: &Path, author: &Author, message: &str) -> Result<FirstCommit, Error> {
    let failed = |act| move |cause| Error { act, folder: folder.to_owned(), cause };
    let mut options = RepositoryInitOptions::new();
    options.initial_head("main").no_reinit(true);
    let repository = Repository::init_opts(folder, &options).map_err(failed("make one"))?;
    let mut index = repository.index().map_err(failed("open the index"))?;
    index.add_all(["."], IndexAddOption::DEFAULT, None).map_err(failed("add the files"))?;
    index.write().map_err(failed("write the index"))?;
    let signature = match signature(&repository, author).map_err(failed("read its configuration"))? {
        Ok(signature) => signature,
        Err(missing) => return Ok(FirstCommit::NoIdentity { missing }),
    };
    let tree = index.write_tree().and_then(|id| repository.find_tree(id)).map_err(failed("write the tree"))?;
    let commit = repository
        .commit(Some("HEAD"), &signature, &signature, message, &tree, &[])
        .map_err(failed("write the commit"))?;
    Ok(FirstCommit::Made { commit: commit.to_string() })
}

/// The signature, or the keys that are missing for one.
fn signature(
    repository: &Repository,
    author: &Author,
) -> Result<Result<Signature<'static>, Vec<&'static str>>, git2::Error> {
    let configuration = repository.config()?;
    let configured = |given: &Option<String>, key| match (given, configuration.get_string(key)) {
        (Some(given), _) => Ok(Some(given.clone())),
        (None, Ok(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        (None, Err(cause)) if cause.code() == ErrorCode::NotFound => Ok(None),
        (None, Err(cause)) => Err(cause),
    };
    match (configured(&author.name, "user.name")?, configured(&author.email, "user.email")?) {
        (Some(name), Some(email)) => Signature::new(&name, &email, &Time::new(author.seconds, 0)).map(Ok),
        (name, email) => {
            let absent = [("user.name", name), ("user.email", email)].into_iter().filter(|(_, value)| value.is_none());
            Ok(Err(absent.map(|(key, _)| key).collect()))
        }
    }
}
