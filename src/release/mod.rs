//! The release stage: a build gets a number, and with it becomes a release. The stage has no way to change a file of
//! the build; it only names it in a record, and the record is never rewritten.

mod agent;
mod append;
mod deploy;
mod deploy_inventory;
mod deploy_plan;
mod deploy_state;
mod difference;
mod fingerprint;
mod inventory;
mod join;
mod portable;
mod provenance;
mod prune;
mod reproduction;
mod rollback;
mod rsa_key;
mod sign;
mod signing_key;
mod verify;

pub use append::{Appended, Direction, Proposal, Repeat, append, refuse_older, refuse_pruned_meanwhile};
pub use deploy::{Actor, Found, Intent, OpenEntry, close, open};
pub use deploy_inventory::DeployInventory;
pub use deploy_plan::{Declared, DeployPlan, PlannedRelease};
pub use deploy_state::{Behind, BehindBranch, CurrentRelease, DeployState, age};
pub use difference::{BuildDifference, Change, Changes, Described, Difference, History, Package};
pub use fingerprint::{FingerprintKey, SHORTEST_KEY};
pub use inventory::Inventory;
pub use join::Joinable;
pub use portable::{TarballsAtHand, write_portable, write_portable_build};
pub use provenance::provenance;
pub use prune::{Prunable, Pruner, Pruning};
pub use reproduction::{FieldChange, Reproduction};
pub use rollback::{unproved, was_current};
pub use sign::{Signed, sign, sign_entry};
pub use signing_key::SigningKey;
pub use verify::{VerifiedBuild, VerifiedRelease, verify};

use crate::app::{AppName, DeployName};
use crate::artifact::{self, DeployEntry, Outcome, ReleaseId, ReleaseRecord, UtcTime};
use crate::report::Printable;
use crate::store;
use std::path::PathBuf;

/// Why a build cannot become a release, or a release not be believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The commit is older than the newest release's.
    #[error("commit `{}` is an ancestor of `{app}` {newest}'s: releasing it would undo what came since", short(.commit))]
    Older {
        /// The app.
        app: AppName,
        /// The commit.
        commit: String,
        /// The newest release.
        newest: ReleaseId,
    },
    /// Builds that cannot be one release.
    #[error("a release is of one {what}, and the builds are of `{one}` (`{file}`) and `{other}` (`{other_file}`)",
        file = .files[0].display(), other_file = .files[1].display())]
    Several {
        /// `app`, `commit`.
        what: &'static str,
        /// The one.
        one: String,
        /// The other.
        other: String,
        /// Where they are from.
        files: [PathBuf; 2],
    },
    /// Two builds for one target.
    #[error("`{file}` and `{other_file}` are both builds for `{target}`",
        file = .files[0].display(), other_file = .files[1].display())]
    TargetTwice {
        /// The target triple.
        target: String,
        /// Where they are from.
        files: [PathBuf; 2],
    },
    /// A file that is no build.
    #[error("`{path}` is no build that can be released", path = .path.display())]
    NoBuild {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        #[source]
        cause: artifact::Error,
    },
    /// A file that cannot be read.
    #[error("`{path}` cannot be read", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A target that the release has no build for.
    #[error("`{app}` {release} has no build for `{target}`")]
    NoTarget {
        /// The app.
        app: AppName,
        /// The release.
        release: ReleaseId,
        /// What was asked for.
        target: String,
        /// What it has builds for.
        known: Vec<String>,
    },
    /// A build was pruned in the moment in which it was needed.
    #[error("the build of {release} of `{app}` was pruned while it was released or deployed")]
    PrunedMeanwhile {
        /// The app.
        app: AppName,
        /// The release.
        release: ReleaseId,
        /// Its commit.
        commit: String,
    },
    /// The chain of records is broken.
    #[error("the ledger of `{app}` is broken at {at}: {why}")]
    Broken {
        /// The app.
        app: AppName,
        /// Where.
        at: ReleaseId,
        /// What does not fit.
        why: String,
    },
    /// The ledger of a deploy is broken.
    #[error("the deploy `{deploy}` of `{app}` is broken at entry {at}: {why}")]
    BrokenDeploy {
        /// The app.
        app: AppName,
        /// The deploy.
        deploy: DeployName,
        /// The entry.
        at: u64,
        /// What does not fit.
        why: String,
    },
    /// An entry of the deploy is open.
    #[error("`{}` of `{}` is being moved to {} by `{}` on {} (pid {}), since {}", .entry.deploy, .entry.app,
        .entry.release, Printable(&.entry.by), Printable(&.entry.host), .entry.pid, .entry.at)]
    DeployOpen {
        /// The entry.
        entry: Box<DeployEntry>,
    },
    /// Somebody was faster.
    #[error("`{}` of `{}` was moved to {} by `{}` just now", .entry.deploy, .entry.app, .entry.release,
        Printable(&.entry.by))]
    DeployMoved {
        /// The entry that was faster.
        entry: Box<DeployEntry>,
    },
    /// Somebody closed our entry.
    #[error("entry {seq} of `{deploy}` was closed `{outcome}` by `{}` at {at}, while this one was at it", Printable(.by))]
    TakenOver {
        /// The app.
        app: AppName,
        /// The deploy.
        deploy: DeployName,
        /// The entry.
        seq: u64,
        /// How it was closed.
        outcome: Outcome,
        /// By whom.
        by: String,
        /// When.
        at: UtcTime,
    },
    /// There is no release to go back to.
    #[error("`{deploy}` has no release to go back to from {current}")]
    NothingBefore {
        /// The app.
        app: AppName,
        /// The deploy.
        deploy: DeployName,
        /// Its release.
        current: ReleaseId,
    },
    /// A rollback to what comes later.
    #[error("{release} is newer than {current}, which is current in `{deploy}`, and never ran there")]
    NoWayBack {
        /// The app.
        app: AppName,
        /// The deploy.
        deploy: DeployName,
        /// What was asked for.
        release: ReleaseId,
        /// What is current.
        current: ReleaseId,
    },
    /// A release whose config nobody can vouch for.
    #[error("{release} needs {}, of which the config of {current} says nothing", quoted(.variables))]
    ConfigUnproved {
        /// The release.
        release: ReleaseId,
        /// What is current.
        current: ReleaseId,
        /// The variables.
        variables: Vec<String>,
    },
    /// A process of the release phase failed.
    #[error("the release phase failed: `{process}` ended with code {code}; `{deploy}` stays {}", at(*.stays))]
    PhaseFailed {
        /// The app.
        app: AppName,
        /// The deploy.
        deploy: DeployName,
        /// The process, `admin.migrate`.
        process: String,
        /// Its code.
        code: u8,
        /// What is current.
        stays: Option<ReleaseId>,
    },
    /// A file that is no key that can sign.
    #[error("`{path}` cannot sign: {why}", path = .path.display())]
    NoSigningKey {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
    /// A key file that cannot be read.
    #[error("the key `{path}` cannot be read", path = .path.display())]
    KeyUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A public key, and nobody who holds its other half.
    #[error("`{path}` is a public key, and no ssh-agent is there that could sign with it", path = .path.display())]
    NoAgent {
        /// The key file.
        path: PathBuf,
    },
    /// An agent that does not sign.
    #[error("the ssh-agent at `{socket}` does not sign: {why}", socket = .socket.display())]
    Agent {
        /// Its socket.
        socket: PathBuf,
        /// Why.
        why: String,
    },
    /// A key with a passphrase that nobody gave.
    #[error("the key `{path}` has a passphrase", path = .path.display())]
    KeyLocked {
        /// The key file.
        path: PathBuf,
    },
    /// A passphrase that does not open the key.
    #[error("the passphrase does not open the key `{path}`", path = .path.display())]
    WrongPassphrase {
        /// The key file.
        path: PathBuf,
    },
    /// A key that does not sign.
    #[error("the key does not sign: {why}")]
    NotSigned {
        /// Why.
        why: String,
    },
    /// No randomness can be had for the nonce of a record.
    #[error("the machine gives no random bytes: {0}")]
    NoRandomness(String),
    /// A portable file cannot be written.
    #[error("`{path}` cannot be written", path = .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What was made or read is not what it should be.
    #[error(transparent)]
    Artifact(#[from] artifact::Error),
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn at(release: Option<ReleaseId>) -> String {
    release.map_or("without a release".to_owned(), |release| format!("at {release}"))
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

fn broken(record: &ReleaseRecord, why: &str) -> Error {
    Error::Broken { app: record.app.clone(), at: record.release, why: why.to_owned() }
}
