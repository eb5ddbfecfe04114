//! The files of one commit of a repository that lies elsewhere, fetched by the user's own git, with their credentials
//! and settings. Nothing is checked out: no filter runs, no link is made, no submodule is followed.

use crate::report::{Printable, nearest};
use git2::{ObjectType, Oid, Repository};
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where what was fetched is kept in the temporary repository.
const FETCHED: &str = "refs/twelve/wanted";

/// Why the files cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address or the name could be taken for an option of git, or holds what no name holds.
    #[error("`{word}` is no address and no name of a repository")]
    BadWord {
        /// The word, escaped.
        word: String,
    },
    /// git is not there.
    #[error("`git` cannot be started")]
    NoGit(#[source] std::io::Error),
    /// The temporary folder failed.
    #[error("no temporary folder can be made")]
    Folder(#[source] std::io::Error),
    /// git refused.
    #[error("git cannot fetch {wanted} of `{url}`: {said}")]
    Fetch {
        /// The address without credentials.
        url: String,
        /// What was wanted.
        wanted: String,
        /// What git said, escaped.
        said: String,
    },
    /// The repository has no such tag or branch.
    #[error("`{url}` has no {wanted}")]
    NoName {
        /// The address without credentials.
        url: String,
        /// What was wanted.
        wanted: Wanted,
        /// The tag that was most likely meant.
        nearest: Option<String>,
    },
    /// The commit has no such folder.
    #[error("commit {commit} has no folder `{folder}`")]
    NoFolder {
        /// The commit.
        commit: String,
        /// The folder, escaped.
        folder: String,
    },
    /// An entry that may not be part of a template.
    #[error("{path}: {reason}")]
    Unfit {
        /// Its path, escaped.
        path: String,
        /// Why not.
        reason: String,
    },
    /// git's own library refuses.
    #[error("git cannot read what was fetched: {}", .0.message())]
    Git(#[from] git2::Error),
}

/// What is wanted of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// What its HEAD names.
    Head,
    /// A tag.
    Tag(String),
    /// A branch.
    Branch(String),
    /// A commit, by its id or the start of it.
    Revision(String),
}

/// How much is taken at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Files.
    pub files: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Folders in folders.
    pub depth: usize,
}

/// One commit, fetched.
pub struct RemoteTree {
    commit: String,
    repository: Repository,
    // Removed with all that is in it, after the repository is closed.
    _folder: tempfile::TempDir,
}

/// One file of the commit.
#[derive(Debug)]
pub struct RemoteFile {
    /// Its path below the folder that was asked for.
    pub path: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// Whether git has it as a program.
    pub executable: bool,
}

impl RemoteTree {
    /// Fetches one commit. Where nobody attends, git asks nothing.
    ///
    /// # Errors
    /// Where git refuses, with what it said.
    pub fn fetch(url: &str, wanted: &Wanted, attended: bool) -> Result<Self, Error> {
        let name = wanted.name().unwrap_or("HEAD");
        [url, name].into_iter().try_for_each(check)?;
        if wanted != &Wanted::Head && !git2::Reference::is_valid_name(&format!("refs/heads/{name}")) {
            return Err(Error::BadWord { word: name.escape_debug().to_string() });
        }
        let folder = tempfile::tempdir().map_err(Error::Folder)?;
        let repository = Repository::init_bare(folder.path())?;
        let failed = |said: String| match wanted {
            Wanted::Tag(_) | Wanted::Branch(_) if said.contains("couldn't find remote ref") => {
                no_name(url, wanted, attended)
            }
            _ => refused(url, &wanted.to_string(), &said),
        };
        let spec = match wanted {
            Wanted::Head => format!("+HEAD:{FETCHED}"),
            Wanted::Tag(name) => format!("+refs/tags/{name}:{FETCHED}"),
            Wanted::Branch(name) => format!("+refs/heads/{name}:{FETCHED}"),
            Wanted::Revision(name) if name.len() == 40 => format!("+{name}:{FETCHED}"),
            // The start of an id is known only to who has all of them.
            Wanted::Revision(_) => "+refs/*:refs/twelve/all/*".to_owned(),
        };
        let whole = matches!(wanted, Wanted::Revision(name) if name.len() != 40);
        run(folder.path(), url, &[&spec], !whole, attended)?.or_else(|said| match wanted {
            // Not every server gives any commit by its id.
            Wanted::Revision(_) if !whole => {
                run(folder.path(), url, &["+refs/*:refs/twelve/all/*"], false, attended)?.map_err(|_| failed(said))
            }
            _ => Err(failed(said)),
        })?;
        let found = match wanted {
            Wanted::Revision(name) => repository.revparse_single(name),
            _ => repository.revparse_single(FETCHED),
        };
        let commit = found.and_then(|found| found.peel_to_commit());
        let commit = commit.map_err(|cause| failed(cause.message().to_owned()))?.id().to_string();
        Ok(Self { commit, repository, _folder: folder })
    }

    /// The full id of the commit.
    #[must_use]
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// Every file below a folder of the commit, sorted by path.
    ///
    /// # Errors
    /// Where there is no such folder, or an entry is no regular file or too large.
    pub fn files(&self, folder: &str, limits: &Limits) -> Result<Vec<RemoteFile>, Error> {
        let commit = self.repository.find_commit(Oid::from_str(&self.commit)?)?;
        let mut tree = commit.tree()?;
        if !folder.is_empty() {
            let missing = || Error::NoFolder { commit: self.commit.clone(), folder: folder.escape_debug().to_string() };
            let entry = tree.get_path(Path::new(folder)).map_err(|_| missing())?;
            tree = entry.to_object(&self.repository)?.into_tree().map_err(|_| missing())?;
        }
        let mut collected = Collected { repository: &self.repository, limits, files: Vec::new(), bytes: 0 };
        collected.tree(&tree, "", 0)?;
        collected.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(collected.files)
    }
}

/// What has been read so far.
struct Collected<'a> {
    repository: &'a Repository,
    limits: &'a Limits,
    files: Vec<RemoteFile>,
    bytes: u64,
}

impl Collected<'_> {
    fn tree(&mut self, tree: &git2::Tree<'_>, prefix: &str, depth: usize) -> Result<(), Error> {
        for entry in tree {
            let shown = format!("{prefix}{}", String::from_utf8_lossy(entry.name_bytes()));
            let unfit =
                |reason: &str| Error::Unfit { path: shown.escape_debug().to_string(), reason: reason.to_owned() };
            let name = std::str::from_utf8(entry.name_bytes()).map_err(|_| unfit("the path is not UTF-8"))?;
            let path = format!("{prefix}{name}");
            match (entry.kind(), entry.filemode()) {
                (Some(ObjectType::Tree), _) => {
                    if depth >= self.limits.depth {
                        return Err(unfit("folders lie too deep in each other"));
                    }
                    let inner = entry.to_object(self.repository)?.peel_to_tree()?;
                    self.tree(&inner, &format!("{path}/"), depth + 1)?;
                }
                (Some(ObjectType::Blob), mode) if mode != 0o120_000 => {
                    let (size, _) = self.repository.odb()?.read_header(entry.id())?;
                    self.bytes += size as u64;
                    self.limits.check(self.files.len() + 1, self.bytes, size as u64).map_err(unfit)?;
                    let bytes = self.repository.find_blob(entry.id())?.content().to_vec();
                    self.files.push(RemoteFile { path, bytes, executable: mode & 0o111 != 0 });
                }
                (Some(ObjectType::Blob), _) => return Err(unfit("a template has no links")),
                _ => return Err(unfit("a template has no submodules")),
            }
        }
        Ok(())
    }
}

/// The names of all tags of a repository.
///
/// # Errors
/// Where git refuses.
pub fn tags(url: &str, attended: bool) -> Result<Vec<String>, Error> {
    check(url)?;
    let folder = tempfile::tempdir().map_err(Error::Folder)?;
    let mut command = git(folder.path(), attended);
    command.args(["ls-remote", "--quiet", "--refs", "--tags", "--"]).arg(url);
    let output = command.output().map_err(Error::NoGit)?;
    if !output.status.success() {
        return Err(refused(url, "the tags", &String::from_utf8_lossy(&output.stderr)));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().filter_map(|line| line.split_once("refs/tags/")).map(|(_, tag)| tag.to_owned()).collect())
}

/// Refuses an address that git could take for something else.
fn check(word: &str) -> Result<(), Error> {
    let odd = |one: char| one.is_control() || one == ' ';
    // `ext::sh -c ...` would run a command.
    if word.is_empty() || word.starts_with('-') || word.contains(odd) || word.contains("::") {
        let word = super::without_credentials(word);
        return Err(Error::BadWord { word: word.escape_debug().to_string() });
    }
    Ok(())
}

/// There is no such name: the nearest one is looked for among the tags.
fn no_name(url: &str, wanted: &Wanted, attended: bool) -> Error {
    let known = match wanted {
        Wanted::Tag(_) => tags(url, attended).unwrap_or_default(),
        _ => Vec::new(),
    };
    let typed = wanted.name().unwrap_or_default();
    let longer = || known.iter().rev().map(String::as_str).find(|tag| tag.starts_with(typed));
    let nearest = nearest(typed, known.iter().map(String::as_str)).or_else(longer).map(str::to_owned);
    let url = Printable(super::without_credentials(url)).to_string();
    Error::NoName { url, wanted: wanted.clone(), nearest }
}

/// What git said, in one line, without the credentials that the address may hold.
fn refused(url: &str, wanted: &str, said: &str) -> Error {
    let public = super::without_credentials(url);
    let said = said.trim().replace(url, &public).replace("fatal: ", "");
    let said: Vec<String> = said.lines().map(|line| Printable(line.trim()).to_string()).collect();
    Error::Fetch { url: Printable(public).to_string(), wanted: wanted.to_owned(), said: said.join("; ") }
}

/// git, which runs nothing of the repository and, where nobody attends, asks nothing.
fn git(folder: &Path, attended: bool) -> Command {
    let mut command = Command::new("git");
    command.args(["-c", "protocol.ext.allow=never", "-c", "core.hooksPath=/dev/null", "-c", "fetch.fsckObjects=true"]);
    for name in ["GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CEILING_DIRECTORIES"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").env("GIT_DIR", folder).current_dir(folder);
    if !attended {
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "false").env("SSH_ASKPASS", "false");
        command.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes").stdin(Stdio::null());
    }
    command
}

/// Calls `git fetch`; what it said, where it refused.
fn run(folder: &Path, url: &str, specs: &[&str], shallow: bool, attended: bool) -> Result<Result<(), String>, Error> {
    let mut command = git(folder, attended);
    command.args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]);
    if shallow {
        command.args(["--depth", "1"]);
    }
    command.arg("--").arg(url).args(specs);
    let output = command.output().map_err(Error::NoGit)?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()))
}

impl Wanted {
    /// The name that was typed, where one was.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Head => None,
            Self::Tag(name) | Self::Branch(name) | Self::Revision(name) => Some(name),
        }
    }
}

impl Limits {
    /// Whether one more file fits.
    ///
    /// # Errors
    /// Where it does not: why.
    pub fn check(&self, files: usize, bytes: u64, file_bytes: u64) -> Result<(), &'static str> {
        if files > self.files {
            return Err("the template has too many files");
        }
        if file_bytes > self.file_bytes {
            return Err("the file is too large for a template");
        }
        if bytes > self.bytes {
            return Err("the template is too large");
        }
        Ok(())
    }
}

impl fmt::Debug for RemoteTree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RemoteTree").field("commit", &self.commit).finish_non_exhaustive()
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => formatter.write_str("HEAD"),
            Self::Tag(name) => write!(formatter, "tag `{name}`"),
            Self::Branch(name) => write!(formatter, "branch `{name}`"),
            Self::Revision(name) => write!(formatter, "commit `{name}`"),
        }
    }
}
