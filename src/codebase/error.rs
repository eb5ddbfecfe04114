//! Why a codebase cannot be read, or may not be built.

use std::path::PathBuf;

/// Why a codebase cannot be read, or may not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository.
    #[error("`{folder}` lies in no git repository", folder = .folder.display())]
    NoRepository {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A folder that is not there.
    #[error("there is no folder `{folder}`", folder = .folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// A repository that belongs to another user (CVE-2022-24765 is why git refuses these).
    #[error("the git repository of `{folder}` belongs to another user", folder = .folder.display())]
    OtherOwner {
        /// The folder.
        folder: PathBuf,
    },
    /// A repository without files.
    #[error("`{folder}` is a bare git repository: it has no folder to build beside", folder = .folder.display())]
    Bare {
        /// The repository.
        folder: PathBuf,
    },
    /// A clone whose history was cut off.
    #[error("`{folder}` is a shallow clone: its history is cut off", folder = .folder.display())]
    Shallow {
        /// The repository.
        folder: PathBuf,
    },
    /// A repository without a commit.
    #[error("`{folder}` has no commit yet", folder = .folder.display())]
    NoCommit {
        /// The repository.
        folder: PathBuf,
    },
    /// A word that names no commit.
    #[error("`{revision}` names no commit of this repository")]
    NoRevision {
        /// What was typed.
        revision: String,
    },
    /// A commit that a record names and this clone does not have.
    #[error("the repository `{root}` does not have commit `{commit}`", root = .root.display())]
    NoSuchCommit {
        /// The full id of the commit.
        commit: String,
        /// The repository.
        root: PathBuf,
    },
    /// Tracked files differ from the commit.
    #[error("tracked files differ from the commit:\n{}", .stat.trim_end())]
    Changed {
        /// The diff stat.
        stat: String,
    },
    /// A path that is no text.
    #[error("the commit holds the path `{path}`, which is not UTF-8")]
    PathNotText {
        /// The path, escaped.
        path: String,
    },
    /// A folder that was said to be a clone and is none.
    #[error("`{folder}` lies in no git repository", folder = .folder.display())]
    NoClone {
        /// The folder.
        folder: PathBuf,
    },
    /// No package where one was looked for, in no commit and on no disk.
    #[error("there is no Cargo.toml in `{folder}` or above it", folder = .folder.display())]
    NothingAtHand {
        /// Where the user stands.
        folder: PathBuf,
    },
    /// No package in the commit where one was looked for.
    #[error("the commit has no Cargo.toml in `{folder}` or above it")]
    NoManifest {
        /// The folder, from the repository's root.
        folder: String,
    },
    /// A Cargo.toml that cannot be read.
    #[error("`{path}` cannot be read: {rule}")]
    BadManifest {
        /// The file, from the repository's root.
        path: String,
        /// What is wrong.
        rule: String,
    },
    /// A package that is not there.
    #[error("the commit has no package `{package}`")]
    NoPackage {
        /// What was asked for.
        package: String,
        /// What is there.
        known: Vec<String>,
    },
    /// More than one package could be meant.
    #[error("several packages could be meant: {}", listed(.packages))]
    SeveralPackages {
        /// The packages.
        packages: Vec<String>,
    },
    /// A package without a program.
    #[error("package `{package}` has no bin target")]
    NoBin {
        /// The package.
        package: String,
        /// Packages of the commit that have one.
        with_bins: Vec<String>,
    },
    /// No lockfile.
    #[error("the commit has no `{path}`")]
    LockMissing {
        /// Where it would stand.
        path: String,
    },
    /// A lockfile that is not tracked.
    #[error("`{path}` stands in the working tree, and the commit does not have it")]
    LockUntracked {
        /// The file.
        path: String,
        /// Whether an ignore file names it.
        ignored: bool,
    },
    /// A lockfile that does not lock what the manifests ask for.
    #[error("`{path}` does not lock what the manifests ask for: {said}")]
    LockStale {
        /// The file.
        path: String,
        /// What cargo said.
        said: String,
    },
    /// A lockfile that cannot be read.
    #[error("`{path}` cannot be read: {rule}")]
    BadLock {
        /// The file.
        path: String,
        /// What is wrong.
        rule: String,
    },
    /// A package that a registry gives and the lockfile does not know by its content.
    #[error("`{path}` has no checksum for `{package}`")]
    NoChecksum {
        /// The lockfile.
        path: String,
        /// The package.
        package: String,
    },
    /// A manifest that asks for a package outside the repository.
    #[error("`{manifest}` asks for the path `{path}`, which lies outside the repository")]
    PathOutside {
        /// The manifest.
        manifest: String,
        /// The path that it names.
        path: String,
    },
    /// cargo would not describe the packages.
    #[error("cargo cannot read the packages of the commit: {said}")]
    Metadata {
        /// What cargo said.
        said: String,
    },
    /// A program that cannot be started.
    #[error("`{program}` cannot be started", program = .program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// git's own library refuses.
    #[error("git cannot read the repository: {}", .0.message())]
    Git(#[from] git2::Error),
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
