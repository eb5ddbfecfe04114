//! Where builds, releases and deploys are kept. Everything in a store is created once and never changed; readers need
//! only get and list, writers need create-only besides.
//!
//! [`Store`] knows the layout and the nouns; a `Place` knows bytes and keys. Which place it is, the location says alone.

mod builds;
mod codebases;
mod deployed;
mod deploys;
mod find;
mod layout;
mod local;
mod location;
mod numbers;
#[cfg(feature = "remote")]
mod object;
mod place;
mod pruned;
mod releases;
mod signatures;
mod tarball;
mod unfinished;
mod way_back;

pub use deploys::{ListedEntries, StandingEntry};
pub use location::Location;
#[cfg(feature = "remote")]
pub use object::Address;
pub use place::Created;
pub use pruned::Pruned;
pub use tarball::Tarball;

use crate::app::{AppName, DeployName};
use crate::artifact::{self, ReleaseId};
use crate::report::{Progress, Reporter, Work};
use local::Local;
use place::{Opened, Place};
use std::path::{Path, PathBuf};

/// Why a store cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine would not read or write.
    #[error("the store's `{path}` cannot be {act}", path = .path.display())]
    Machine {
        /// The path.
        path: PathBuf,
        /// `read`, `written`.
        act: &'static str,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The store is not there, or is no folder.
    #[error("the store `{path}` cannot be opened", path = .path.display())]
    Unreachable {
        /// The store.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A location that this program cannot open.
    #[error("the store `{location}` cannot be opened: {why}")]
    Unsupported {
        /// The location.
        location: String,
        /// The rule.
        why: String,
    },
    /// What is kept there would pass in the open.
    #[error("the store `{location}` cannot be opened: its endpoint has no TLS")]
    PlainHttp {
        /// The location.
        location: String,
        /// The variable that says that this is meant.
        allow: String,
    },
    /// An object store does not do what it is asked.
    #[error("the store `{store}` did not let us {act} `{key}`: {why}")]
    Remote {
        /// The store.
        store: String,
        /// `read`, `write`.
        act: &'static str,
        /// What was asked for.
        key: String,
        /// Why, without anything that could be a credential.
        why: String,
        /// What to look at.
        cause: RemoteCause,
    },
    /// A store in which nothing is: as a folder looks whose disk is not mounted.
    #[error("the store `{store}` is empty")]
    Empty {
        /// The store.
        store: String,
    },
    /// A store that does not answer in time.
    #[error("the store `{store}` did not answer within {seconds} seconds")]
    NoAnswer {
        /// The store.
        store: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// An object store lets a second create pass, or knows no create.
    #[error("the store `{store}` cannot hold a ledger: {why}")]
    NotCreateOnly {
        /// The store.
        store: String,
        /// What it did.
        why: String,
    },
    /// An app that the store does not hold.
    #[error("the store `{store}` holds no app `{app}`")]
    NoApp {
        /// The store.
        store: String,
        /// What was asked for.
        app: AppName,
        /// What it holds.
        held: Vec<AppName>,
    },
    /// An app of which the store holds builds and no release.
    #[error("`{app}` has no release yet in the store `{store}`")]
    NoReleaseYet {
        /// The store.
        store: String,
        /// The app.
        app: AppName,
    },
    /// No app was named, and the store does not hold exactly one.
    #[error("no app is named, and the store `{store}` holds {}", count(.held))]
    WhichApp {
        /// The store.
        store: String,
        /// What it holds.
        held: Vec<AppName>,
    },
    /// A release that the app does not have.
    #[error("`{app}` has no release `{name}`")]
    NoRelease {
        /// The app.
        app: AppName,
        /// What was asked for.
        name: String,
        /// Its newest releases, newest first.
        newest: Vec<ReleaseId>,
    },
    /// A deploy that the app does not have.
    #[error("`{app}` has no deploy `{deploy}`")]
    NoDeploy {
        /// The app.
        app: AppName,
        /// What was asked for.
        deploy: DeployName,
        /// The deploys that it has.
        known: Vec<DeployName>,
    },
    /// A deploy none of whose entries is done.
    #[error("no release is current in the deploy `{deploy}` of `{app}`: none of its entries is done")]
    NothingDeployed {
        /// The app.
        app: AppName,
        /// The deploy.
        deploy: DeployName,
    },
    /// A thing that a record names and that the store does not hold.
    #[error("the store holds no `{key}`, which {named_by} names")]
    Lost {
        /// The key.
        key: String,
        /// What names it.
        named_by: String,
    },
    /// A ledger of which a number that was taken is not there.
    #[error("{ledger} has lost {missing}{}", if .missing == .beyond { String::new() } else { format!(": {beyond} was taken after it") })]
    Gap {
        /// Which.
        ledger: String,
        /// What is missing.
        missing: String,
        /// The highest that is known to have been taken.
        beyond: String,
    },
    /// A release whose tarballs were pruned.
    #[error("{release} of `{app}` was pruned on {} by `{}`: its record stays, its build is gone", .pruned.at, .pruned.by)]
    Pruned {
        /// The app.
        app: AppName,
        /// The release.
        release: ReleaseId,
        /// What was noted.
        pruned: Box<Pruned>,
        /// Its commit.
        commit: String,
    },
    /// A tarball that is not the one that a record names.
    #[error("`{name}` is damaged: {why}")]
    DamagedTarball {
        /// The tarball, as a person finds it.
        name: String,
        /// What does not fit.
        why: String,
    },
    /// An app of that name from another codebase.
    #[error("the store holds an app `{app}` of another codebase: no root commit of this repository is one of its own")]
    OtherCodebase {
        /// The app.
        app: AppName,
        /// The root commits that the store has recorded.
        recorded: Vec<String>,
    },
    /// What the store holds is not what its name promises.
    #[error(transparent)]
    Artifact(#[from] artifact::Error),
}

/// What to look at where an object store does not do what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteCause {
    /// The way to it, or the server itself.
    Network,
    /// Who asks.
    Credentials,
    /// The authorities that speak for its certificate: none is known here, or not this one.
    Authorities,
    /// The bucket.
    NoBucket,
    /// The server, which answers and does not understand.
    OtherServer,
}

impl Error {
    /// Whether this says that the store is out of reach, and not what it holds.
    #[must_use]
    pub fn is_out_of_reach(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::NoAnswer { .. }
            | Self::Empty { .. }
            | Self::Machine { act: "read", .. } => true,
            Self::Remote { cause, .. } => {
                matches!(cause, RemoteCause::Network | RemoteCause::Authorities | RemoteCause::OtherServer)
            }
            _ => false,
        }
    }

    pub(crate) fn changed(path: &Path) -> Self {
        artifact::Error::damaged(format!("`{}`", path.display()), "it is not what it was when it was packed").into()
    }

    fn wrong_size(name: String, found: u64, expected: u64) -> Self {
        let why = if found > expected {
            format!("it has more than the {expected} bytes of the release record")
        } else {
            format!("it has {found} bytes instead of the {expected} of the release record")
        };
        Self::DamagedTarball { name, why }
    }
}

fn count(held: &[AppName]) -> String {
    match held.len() {
        0 => "none".to_owned(),
        more => format!("{more} apps"),
    }
}

/// A store at a location.
#[derive(Debug)]
pub struct Store {
    place: Box<dyn Place>,
    reporter: Option<Reporter>,
}

impl Store {
    /// Opens the store at a location. That the place exists is checked when something of it is asked for.
    #[must_use]
    pub fn at(location: &Location) -> Self {
        let place: Box<dyn Place> = match location {
            Location::Folder(path) => Box::new(Local::at(path)),
            #[cfg(feature = "remote")]
            Location::Object(address) => Box::new(object::Object::at(address)),
        };
        Self { place, reporter: None }
    }

    /// The same store, which shows how far it is where that takes long.
    #[must_use]
    pub fn shown_by(mut self, reporter: &Reporter) -> Self {
        self.reporter = Some(reporter.clone());
        self
    }

    /// Shows how far a piece of work is, until the answer is dropped.
    pub fn progress(&self, work: &Work) -> Progress {
        self.reporter.as_ref().map_or_else(Progress::unseen, |reporter| reporter.progress(work))
    }

    /// Where it is, for messages.
    #[must_use]
    pub fn location(&self) -> String {
        self.place.location()
    }

    /// Where it is, as the variables by which another machine finds the same store: TWELVE_STORE, and that of its endpoint
    /// where it has one. No credential is in them.
    #[must_use]
    pub fn as_variables(&self) -> Vec<(&'static str, String)> {
        let address = self.place.name("").trim_end_matches('/').to_owned();
        std::iter::once(("TWELVE_STORE", address)).chain(self.place.endpoint()).collect()
    }

    /// The apps that it holds, sorted.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn apps(&self) -> Result<Vec<AppName>, Error> {
        let mut apps: Vec<AppName> = self.place.list("")?.iter().filter_map(|name| name.parse().ok()).collect();
        apps.sort();
        Ok(apps)
    }
}
