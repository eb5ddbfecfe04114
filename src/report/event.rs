//! One thing that happened, as plain fields. What it sounds like is `human.rs` and `json.rs`.

use super::Verbosity;
use serde::Serialize;

/// One of a process's two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How a process stands. In JSON the variant is the field `standing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// It runs.
    Runs {
        /// Its process id.
        pid: u32,
        /// Since when.
        milliseconds: u64,
        /// The resident memory of its process group.
        bytes: u64,
        /// Whether it is ready.
        ready: bool,
    },
    /// It starts in a while.
    Waits {
        /// When, from now.
        milliseconds: u64,
    },
    /// It has ended.
    Ended,
}

/// Something that happened. In JSON the variant is the field `event`, and times are milliseconds, sizes bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Something that is allowed, and that its user should know.
    Warning {
        /// The fact, as a fragment.
        text: String,
        /// What to type or change.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
    /// A fact that explains what was done.
    Note {
        /// The fact, as a fragment.
        text: String,
    },
    /// A project was made from a template.
    ProjectCreated {
        /// The folder as it was named.
        path: String,
        /// The template.
        template: String,
        /// How many files it has.
        files: usize,
    },
    /// A project was brought up to another version of its template.
    ProjectUpdated {
        /// The template.
        template: String,
        /// The version that it was made from.
        from: String,
        /// The version that it is made from now.
        to: String,
        /// Files that came.
        new: usize,
        /// Files that were as they were made.
        clean: usize,
        /// Files that both sides changed.
        merged: usize,
        /// Files that went.
        removed: usize,
        /// Files that have to be settled by hand.
        conflicts: usize,
    },
    /// A crate was adopted.
    Adopted {
        /// Its package.
        package: String,
        /// The files that were written, each in backticks.
        files: String,
    },
    /// A project of a template was made, compiled and tested.
    TemplateTried {
        /// Which of them, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// The answers.
        answers: String,
        /// Whether all went well.
        ok: bool,
        /// How long it took.
        milliseconds: u64,
    },
    /// A project got its first commit.
    FirstCommit {
        /// The full commit id.
        commit: String,
    },
    /// The commit's files were put into the work folder.
    SourceExported {
        /// The full commit id.
        commit: String,
        /// How many files differed from what stood there.
        changed: usize,
        /// How many files the commit has.
        files: usize,
    },
    /// cargo fetches what a lockfile names and the machine does not have.
    Fetching {
        /// The lockfile, from the repository's root.
        lockfile: String,
    },
    /// Every package of the lock was checked against its checksum.
    LockVerified {
        /// How many packages of a registry were hashed.
        packages: usize,
        /// How long it took.
        milliseconds: u64,
    },
    /// cargo starts to compile.
    Compiling {
        /// The package.
        package: String,
        /// The target triple.
        target: String,
    },
    /// The tarball is being written.
    Packing {
        /// How many files go into it.
        files: usize,
        /// Their size in bytes.
        bytes: u64,
    },
    /// A build stands in the store.
    Built {
        /// The build's id.
        build: String,
        /// The target triple.
        target: String,
        /// The size of the packed build in bytes.
        bytes: u64,
        /// Whether the store had it already.
        known: bool,
        /// The portable file, where one was written.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// A build from elsewhere was verified and stands in the store.
    Joined {
        /// The build's id.
        build: String,
        /// The target triple.
        target: String,
        /// Where it is from.
        file: String,
    },
    /// A release was appended to the ledger, or found to be the newest already.
    Released {
        /// The app.
        app: String,
        /// The release id, `v42`.
        release: String,
        /// The package's version.
        version: String,
        /// The full commit id.
        commit: String,
        /// The builds' ids, in the order of targets.
        builds: Vec<String>,
        /// Whether it is new.
        new: bool,
        /// The portable files.
        files: Vec<String>,
    },
    /// A deploy is about to be moved.
    Deploying {
        /// The app.
        app: String,
        /// The deploy.
        deploy: String,
        /// Why: `deploy`, `same`, `rollback`, `external`.
        reason: String,
        /// The release that is current, where one is.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// The release that is to be.
        to: String,
    },
    /// A process of the release phase is about to start.
    PhaseProcess {
        /// The process, `admin.migrate`.
        process: String,
    },
    /// A deploy is at a release.
    Deployed {
        /// The app.
        app: String,
        /// The deploy.
        deploy: String,
        /// The release.
        release: String,
        /// The number of the entry that says so.
        entry: u64,
        /// Whether it is new.
        new: bool,
    },
    /// A document was signed, or was found to be signed by that key already.
    Signed {
        /// The document, `shop v42`.
        what: String,
        /// The fingerprint of the key.
        key: String,
        /// The name of the signature's file.
        file: String,
        /// Whether the signature is new.
        new: bool,
    },
    /// A build was unpacked into the cache.
    Unpacked {
        /// The build's id.
        build: String,
        /// How many files.
        files: usize,
        /// How long it took.
        milliseconds: u64,
    },
    /// A release stands in this machine's cache, verified.
    Cached {
        /// The app.
        app: String,
        /// The release id.
        release: String,
        /// The package's version.
        version: String,
        /// The root of its tree.
        path: String,
    },
    /// The tarballs of old releases were removed.
    Pruned {
        /// The app.
        app: String,
        /// The releases, oldest first.
        releases: Vec<String>,
        /// How much space that gives back, in bytes.
        bytes: u64,
        /// Whether nothing was removed, since it was only asked what would be.
        dry_run: bool,
    },
    /// Files of the working tree were changed.
    Changed {
        /// The files, from the declaration's folder.
        files: Vec<String>,
    },
    /// What runs goes on, although something was changed.
    Kept {
        /// Why, as a fragment.
        reason: String,
    },
    /// Nothing runs until something is changed.
    Waiting {
        /// Why, as a fragment.
        reason: String,
    },
    /// A formation is about to start.
    Running {
        /// The release id.
        release: String,
        /// The package's version.
        version: String,
        /// The processes, `web.1`.
        processes: Vec<String>,
        /// What they are kept from, each as a fragment: `writes only to TMPDIR`.
        enforced: Vec<String>,
    },
    /// Backing services are asked whether they are ready.
    WaitingForServices {
        /// Each as its variable and its place, without credentials.
        services: Vec<String>,
    },
    /// All of them answered.
    ServicesReady {
        /// Each as its variable and its place, without credentials.
        services: Vec<String>,
        /// How long that took.
        milliseconds: u64,
    },
    /// A process was started.
    Started {
        /// The process, `web.1`.
        process: String,
        /// Its process id.
        pid: u32,
        /// Its port, where it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
    },
    /// A process answers on its port.
    Ready {
        /// The process, `web.1`.
        process: String,
        /// How long that took since it was started.
        milliseconds: u64,
    },
    /// A process ended and will be started again.
    Restarting {
        /// The process, `web.1`.
        process: String,
        /// When, from now.
        milliseconds: u64,
        /// Why, as a fragment: `code 3, end 1 of 10 in a row`.
        reason: String,
    },
    /// A process that ended was started again.
    Restarted {
        /// The process, `web.1`.
        process: String,
        /// Its new process id.
        pid: u32,
        /// Its port, where it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
        /// How often it was started again by now.
        restarts: u32,
    },
    /// How a process stands; said where it is asked for.
    Status {
        /// The process, `web.1`.
        process: String,
        /// How often it was started again.
        restarts: u32,
        /// The rest.
        #[serde(flatten)]
        standing: Standing,
    },
    /// A process ended.
    Exited {
        /// The process, `web.1`.
        process: String,
        /// Its exit code; 128+n where a signal ended it.
        code: i32,
        /// The signal that ended it.
        #[serde(skip_serializing_if = "Option::is_none")]
        signal: Option<String>,
    },
    /// The formation is being stopped.
    Stopping {
        /// Why, as a fragment: `SIGTERM received`.
        reason: String,
    },
    /// A process did not stop in its time and was killed.
    Killed {
        /// The process, `web.1`.
        process: String,
        /// Why it was killed, as a fragment.
        reason: String,
    },
    /// All processes have ended.
    Stopped {
        /// The exit code of the formation.
        code: i32,
    },
    /// A process type is about to be run, to measure what it does.
    Watching {
        /// The process type.
        process: String,
        /// The release id, `v42`.
        release: String,
    },
    /// A step of the tour is done.
    TourStep {
        /// What was done.
        step: String,
        /// What was seen.
        seen: String,
        /// How long it took.
        milliseconds: u64,
    },
}

impl Event {
    /// The least verbosity at which this is said.
    pub(super) fn least_verbosity(&self) -> Verbosity {
        match self {
            // Somebody has asked for a status.
            Self::Warning { .. } | Self::Status { .. } => Verbosity::Quiet,
            Self::Unpacked { .. } => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }

    /// A warning without advice.
    #[must_use]
    pub fn warning(text: impl Into<String>) -> Self {
        Self::Warning { text: text.into(), hint: None }
    }

    /// A warning with what to type or change.
    #[must_use]
    pub fn warning_with_hint(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Warning { text: text.into(), hint: Some(hint.into()) }
    }

    /// A fact that explains what was done.
    #[must_use]
    pub fn note(text: impl Into<String>) -> Self {
        Self::Note { text: text.into() }
    }
}
