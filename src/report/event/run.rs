//! What happens on the way from a release to processes, and to these.

use serde::Serialize;

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

/// Something that happened to a release on this machine, or to its processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
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
}
