//! Why nothing is started, or why what was started cannot go on.

use super::supervisor::seconds;
use crate::app::{AppName, DeployName};
use crate::artifact::{self, Digest, ReleaseId, ReleaseRecord};
use crate::report::Size;
use crate::store;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why nothing is started, or why what was started cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine would not read or write.
    #[error("`{path}` cannot be {act}", path = .path.display())]
    Machine {
        /// The path.
        path: PathBuf,
        /// `read`, `written`, `made`.
        act: &'static str,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A call that names no path failed.
    #[error("{what} cannot be had")]
    System {
        /// `a pipe`, `the signals`.
        what: &'static str,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The disk is too small for the tree.
    #[error("`{path}` has {free} left, and the build takes {needed}", path = .path.display())]
    NoSpace {
        /// The cache.
        path: PathBuf,
        /// What the build takes.
        needed: Size,
        /// What is left.
        free: Size,
    },
    /// A tree that is not what was unpacked.
    #[error("`{file}` is not what was released: {why}", file = .file.display())]
    TreeChanged {
        /// The file or folder.
        file: PathBuf,
        /// The release, `shop@v42`, where it is known.
        release: Option<String>,
        /// What does not fit.
        why: String,
    },
    /// A tree that is to be removed while a process runs from it.
    #[error("a process runs from `{path}`", path = .path.display())]
    TreeInUse {
        /// The tree.
        path: PathBuf,
    },
    /// Files that are not those of one release.
    #[error("a release has one record, and {records} of the files end in `.json`")]
    NotOneRecord {
        /// How many there are.
        records: usize,
    },
    /// A file that was named is not there.
    #[error("there is no file `{path}`", path = .path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The tarball for this machine is not among the files.
    #[error("none of the files is the tarball of {release} for `{target}`, whose sha256 is {sha256}")]
    NoTarball {
        /// The release.
        release: String,
        /// The target triple.
        target: String,
        /// Its digest.
        sha256: Digest,
    },
    /// Another ledger's release of the same number.
    #[error("another {release} of `{app}` from the store `{store}` has run on this machine")]
    OtherRelease {
        /// The app.
        app: String,
        /// The release.
        release: String,
        /// The store.
        store: String,
    },
    /// A kept record that is not what it was.
    #[error("`{path}` is damaged", path = .path.display())]
    RecordDamaged {
        /// The file, to be removed.
        path: PathBuf,
        /// What does not fit.
        #[source]
        cause: artifact::Error,
    },
    /// Trees vanish from the cache as fast as they are unpacked.
    #[error("`{path}` is removed again and again while it is unpacked", path = .path.display())]
    CacheUnsteady {
        /// The tree.
        path: PathBuf,
    },
    /// The release has no build for this machine.
    #[error("{release} has no build for `{machine}`")]
    NoBuild {
        /// The release.
        release: String,
        /// This machine's kind.
        machine: String,
        /// What it has builds for.
        targets: Vec<String>,
    },
    /// What loads the build is not on this machine.
    #[error("the build is loaded by `{loader}`, which this machine does not have")]
    HostLacksLoader {
        /// Its path.
        loader: String,
        /// The target triple.
        target: String,
    },
    /// The machine's C library is older than the build needs.
    #[error("the build needs GLIBC {needed}{}, and this machine has GLIBC {found}", named(.symbol.as_ref()))]
    HostTooOld {
        /// What the build needs.
        needed: String,
        /// What the machine has.
        found: String,
        /// The binary and its symbol that need it, where the build says so.
        symbol: Option<(String, String)>,
    },
    /// A shared library is not on this machine.
    #[error("the build needs the shared library `{library}`, which this machine does not have")]
    HostLacksLibrary {
        /// Its file name.
        library: String,
    },
    /// The app declares no process type.
    #[error("`{app}` declares no process type")]
    NoProcessTypes {
        /// The app.
        app: String,
    },
    /// A process type or admin process that the app does not declare.
    #[error("the release declares no {kind} `{name}`")]
    NotDeclared {
        /// `process type`, `admin process`.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What is declared.
        declared: Vec<String>,
    },
    /// A formation that means nothing.
    #[error("`{word}` {rule}")]
    Formation {
        /// What was typed.
        word: String,
        /// The rule, as a predicate.
        rule: String,
    },
    /// Nothing is asked to run.
    #[error("the formation is empty")]
    EmptyFormation,
    /// A port beyond the last one.
    #[error("`{process}` would get port {port}: 65535 is the last one")]
    NoSuchPort {
        /// The process.
        process: String,
        /// Its port, were there so many.
        port: u64,
    },
    /// Ports that somebody else listens on.
    #[error("{}", .taken.join("; "))]
    PortsTaken {
        /// Each as a fragment: `port 5000 of web.1 is in use by node (pid 12)`.
        taken: Vec<String>,
    },
    /// Backing services that did not answer in time.
    #[error("{} within {}: {}", not_ready(.services.len()), seconds(*.waited), .services.iter().map(|(name, why)| format!("{name} {why}")).collect::<Vec<_>>().join("; "))]
    ServicesNotReady {
        /// How long was waited.
        waited: Duration,
        /// Each service with the reason, as a predicate.
        services: Vec<(String, String)>,
    },
    /// A port that may not be listened on.
    #[error("port {port} of `{process}` cannot be listened on")]
    PortRefused {
        /// The process.
        process: String,
        /// Its port.
        port: u16,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A command names variables that its process will not have.
    #[error("the command of `{process}` names {}", variables(.missing))]
    CommandLacks {
        /// The process.
        process: String,
        /// The variables.
        missing: Vec<String>,
    },
    /// A command's program is nowhere.
    #[error("`{process}` starts `{word}`, which is neither in the release's `bin` nor in PATH")]
    ProgramNotFound {
        /// The process.
        process: String,
        /// The first word of its command.
        word: String,
        /// The programs of the release.
        programs: Vec<String>,
    },
    /// A command's program cannot be executed.
    #[error("`{process}` starts `{program}`, which cannot be executed", program = .program.display())]
    ProgramNotExecutable {
        /// The process.
        process: String,
        /// The file.
        program: PathBuf,
    },
    /// A process could not be started.
    #[error("`{process}` cannot be started from `{program}`", program = .program.display())]
    Unstartable {
        /// The process.
        process: String,
        /// The file.
        program: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A user that this machine does not have.
    #[error("this machine has no user `{name}`")]
    NoUser {
        /// What was asked for.
        name: String,
    },
    /// Only root can become another user.
    #[error("only root can start processes as `{name}`")]
    NotRoot {
        /// What was asked for.
        name: String,
    },
    /// A descriptor that `--ready-fd` names and nobody opened.
    #[error("descriptor {number}, which `--ready-fd` names, cannot be written")]
    ReadyDescriptor {
        /// Its number.
        number: u32,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A NOTIFY_SOCKET that is no address.
    #[error("NOTIFY_SOCKET is `{name}`, which cannot be told anything", name = .name.escape_debug())]
    NotifySocket {
        /// What it is.
        name: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// `--sandbox=require` on a kernel that cannot.
    #[error("this kernel cannot keep processes from writing outside their TMPDIR")]
    NoSandbox,
    /// `[sandbox]` names a folder that holds the release.
    #[error("`[sandbox]` lets processes write to `{path}`, which holds the release `{tree}`",
            path = .path.display(), tree = .tree.display())]
    WritableTree {
        /// What it names.
        path: PathBuf,
        /// The release.
        tree: PathBuf,
    },
    /// A release that is older than what has run here.
    #[error("`{app}` {id} is older than {newest}, which has run on this machine")]
    OlderThanRan {
        /// The app.
        app: AppName,
        /// What is asked for.
        id: ReleaseId,
        /// The newest that has run.
        newest: ReleaseId,
        /// The deploy that was followed to it, where one was.
        deploy: Option<DeployName>,
    },
    /// An entry of a deploy that is older than what was followed here.
    #[error(
        "entry {seq} of `{deploy}` is older than entry {newest}, which was followed on this machine: the store has lost entries"
    )]
    OlderThanFollowed {
        /// The deploy.
        deploy: DeployName,
        /// The entry that is current.
        seq: u64,
        /// The newest that was followed.
        newest: u64,
    },
    /// There is no place to remember what has run.
    #[error("this machine has no place to remember it in, since neither XDG_STATE_HOME nor HOME is set")]
    NoState,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What was read is not what it should be.
    #[error(transparent)]
    Artifact(#[from] artifact::Error),
}

impl Error {
    pub(super) fn machine(path: &Path, act: &'static str, cause: io::Error) -> Self {
        Self::Machine { path: path.to_path_buf(), act, cause }
    }

    /// The same error, where it is one of a release's tree that says which release that is.
    pub(super) fn of_release(mut self, record: &ReleaseRecord) -> Self {
        if let Self::TreeChanged { release, .. } = &mut self {
            *release = Some(format!("{}@{}", record.app, record.release));
        }
        self
    }

    /// What a shell's exit code says of a program that does not start: 127 not found, 126 not executable
    /// (POSIX.1-2017, 2.8.2).
    #[must_use]
    pub fn program_code(&self) -> Option<u8> {
        match self {
            Self::ProgramNotFound { .. } => Some(127),
            Self::ProgramNotExecutable { .. } => Some(126),
            // The interpreter that the file names is missing.
            Self::Unstartable { cause, .. } if cause.kind() == io::ErrorKind::NotFound => Some(127),
            Self::Unstartable { cause, .. } => match cause.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
                Some(rustix::io::Errno::ACCESS | rustix::io::Errno::NOEXEC | rustix::io::Errno::PERM) => Some(126),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::System { what, cause }
    }
}

fn named(symbol: Option<&(String, String)>) -> String {
    symbol.map(|(bin, symbol)| format!(" (`{symbol}` in `{bin}`)")).unwrap_or_default()
}

fn not_ready(services: usize) -> String {
    if services == 1 {
        "a backing service is not ready".to_owned()
    } else {
        format!("{services} backing services are not ready")
    }
}

fn variables(names: &[String]) -> String {
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() == 1 { format!("{list}, which is not set") } else { format!("{list}, which are not set") }
}
