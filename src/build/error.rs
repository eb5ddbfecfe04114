//! Why a build cannot be made.

use super::elf::ForeignLibrary;
use crate::{app, artifact, codebase};
use std::path::PathBuf;

/// Why a build cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The codebase cannot be read, or may not be built.
    #[error(transparent)]
    Codebase(#[from] codebase::Error),
    /// The declaration is malformed.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A noun cannot be made.
    #[error(transparent)]
    Artifact(#[from] artifact::Error),
    /// A folder that lies outside the repository.
    #[error("`{path}` lies outside the repository `{root}`", path = .path.display(), root = .root.display())]
    OutsideRepository {
        /// The folder.
        path: PathBuf,
        /// The repository.
        root: PathBuf,
    },
    /// A file or folder that the machine would not read or write.
    #[error("`{path}` cannot be {act}", path = .path.display())]
    Machine {
        /// The path.
        path: PathBuf,
        /// `read`, `written`.
        act: &'static str,
        /// Why.
        #[source]
        cause: std::io::Error,
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
    /// No cargo.
    #[error("there is no cargo: neither CARGO nor PATH names one")]
    NoCargo,
    /// A toolchain that is not installed.
    #[error("the toolchain is not installed: {said}")]
    NoToolchain {
        /// Its name.
        toolchain: String,
        /// What rustup said.
        said: String,
    },
    /// Nobody says which toolchain: neither the commit nor rustup.
    #[error("no toolchain is chosen: {said}")]
    NoneChosen {
        /// What rustup said.
        said: String,
    },
    /// A toolchain that is named by a path of some machine.
    #[error("`{file}` names a toolchain by its path, which no other machine has")]
    ToolchainByPath {
        /// The file of the commit.
        file: String,
    },
    /// A target whose standard library is not installed.
    #[error("the target `{target}` is not installed for this toolchain")]
    NoTarget {
        /// The target triple.
        target: String,
        /// The toolchain, where rustup knows it by a name.
        toolchain: Option<String>,
    },
    /// A canonical path that was asked for, on a machine that cannot give it.
    #[error("no mount namespace can be made here: {why}")]
    NoNamespace {
        /// Why.
        why: String,
    },
    /// A setting that no build can honour and stay a function of the commit.
    #[error("`{file}` sets `{key}`: {why}", file = .file.display())]
    Setting {
        /// The config file.
        file: PathBuf,
        /// The key.
        key: String,
        /// Why it is refused.
        why: &'static str,
    },
    /// A config file that cannot be read.
    #[error("`{file}` cannot be read: {rule}", file = .file.display())]
    BadSetting {
        /// The config file.
        file: PathBuf,
        /// What is wrong.
        rule: String,
    },
    /// A `.crate` whose content is not the locked one.
    #[error("`{path}` is not the `{package}` that Cargo.lock names: its sha256 is another", path = .path.display())]
    WrongCrate {
        /// The package with its version.
        package: String,
        /// The file.
        path: PathBuf,
    },
    /// A vendored file that the registry never published.
    #[error("`{path}` is not what the registry published of `{package}`", path = .path.display())]
    WrongVendored {
        /// The package with its version.
        package: String,
        /// The file, from the repository's root.
        path: PathBuf,
    },
    /// A `.crate` that could not be fetched.
    #[error("`{package}` is in Cargo.lock, and no registry gave its `.crate`")]
    NoCrate {
        /// The package with its version.
        package: String,
    },
    /// A `.crate` that is no archive of its package.
    #[error("the `.crate` of `{package}` cannot be unpacked: {rule}")]
    BadCrate {
        /// The package with its version.
        package: String,
        /// What is wrong.
        rule: String,
    },
    /// cargo could not fetch what the lockfile names.
    #[error("cargo could not fetch what Cargo.lock names: {said}")]
    Fetch {
        /// What cargo said.
        said: String,
    },
    /// A registry or a mirror that gave other bytes than the locked ones.
    #[error("`{package}` came from its registry with other bytes than Cargo.lock names")]
    ForgedDownload {
        /// The package with its version.
        package: String,
    },
    /// A git dependency whose locked commit is nowhere to be had.
    #[error("`{package}` is locked to commit `{revision}` of `{url}`, and that could not be fetched")]
    NoGitDependency {
        /// The package with its version.
        package: String,
        /// The address.
        url: String,
        /// The commit.
        revision: String,
    },
    /// Something was compiled that is not what was verified.
    #[error("`{package}` was compiled from `{path}`, which is not the verified source", path = .path.display())]
    Unverified {
        /// The package.
        package: String,
        /// Its manifest.
        path: PathBuf,
    },
    /// A file of the machine that a macro read.
    #[error("`{package}` was compiled from `{path}`, which is a file of this machine", path = .path.display())]
    ForeignInput {
        /// The package.
        package: String,
        /// The file.
        path: PathBuf,
    },
    /// cargo's exit code was not 0; it has said why.
    #[error("the commit does not compile")]
    NotCompiled,
    /// The user or the system asked to stop.
    #[error("stopped by {name}; nothing was made", name = signal_name(*.signal))]
    Interrupted {
        /// The signal's number.
        signal: i32,
    },
    /// A bin that the package does not have.
    #[error("package `{package}` has no bin target `{bin}`")]
    NoSuchBin {
        /// The package.
        package: String,
        /// What was declared.
        bin: String,
        /// What it has.
        known: Vec<String>,
    },
    /// A binary that cannot be read.
    #[error("binary `{bin}` is no ELF file that can be read: {rule}")]
    BadBinary {
        /// Its name.
        bin: String,
        /// What is wrong.
        rule: String,
    },
    /// A library that is not declared.
    #[error("binary `{}` needs the shared library `{}`, which twelve.toml does not declare", .0.bin, .0.library)]
    Library(ForeignLibrary),
    /// A C library that is newer than allowed.
    #[error("binary `{bin}` needs GLIBC {found}, and twelve.toml allows at most {most}")]
    Glibc {
        /// The binary.
        bin: String,
        /// What it needs.
        found: String,
        /// What is allowed.
        most: String,
    },
    /// A glob that cannot be one.
    #[error("`{glob}` is no glob of files below the declaration: {rule}")]
    BadGlob {
        /// The glob.
        glob: String,
        /// What is wrong.
        rule: String,
    },
    /// An asset that is called like a part of every build.
    #[error("asset `{path}` has the name of a part that every build has")]
    Reserved {
        /// Its path.
        path: String,
    },
    /// An asset that is no file.
    #[error("asset `{path}` is {what}")]
    NoAsset {
        /// Its path.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// Assets of a build script that there is none of.
    #[error("`out-assets` are declared, and package `{package}` has no build script")]
    NoBuildScript {
        /// The package.
        package: String,
    },
    /// A file of the commit that changed while it was compiled.
    #[error("`{path}` was changed by a build script, which may write to its OUT_DIR only")]
    ChangedByBuild {
        /// Its path.
        path: String,
    },
    /// What cargo said cannot be understood.
    #[error("cargo said what this program does not understand: {said}")]
    Misunderstood {
        /// What it was about.
        said: String,
    },
}

impl Error {
    /// The machine's refusal to read or write a path.
    pub(super) fn machine(path: impl Into<PathBuf>, act: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Machine { path, act, cause }
    }
}

fn signal_name(signal: i32) -> String {
    match signal {
        1 => "SIGHUP".to_owned(),
        2 => "SIGINT".to_owned(),
        15 => "SIGTERM".to_owned(),
        other => format!("signal {other}"),
    }
}
