//! What happens to releases and deploys.

use serde::Serialize;

/// Something that happened to a ledger: of releases, or of a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ReleaseEvent {
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
}
