//! `cargo twelve release`: a commit becomes the next release.

use super::ExitCode;
use super::build_options::BuildOptions;
use super::releasable::Releasable;
use super::signing::signing_key;
use super::surroundings::Surroundings;
use crate::artifact::{ReleaseId, UtcTime};
use crate::release::{Appended, Direction, Proposal, Repeat, append, refuse_pruned_meanwhile, sign, write_portable};
use crate::report::{Audience, Event, ReleaseEvent, data};
use crate::store::{Created, Store};
use clap::Args;
use std::path::PathBuf;

/// Turn a commit into the next release: built, verified against Cargo.lock, numbered, never changed again
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve release --message 'the spring sale'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    options: BuildOptions,
    /// Release builds that were made elsewhere, as `cargo twelve build` leaves them: one app, one commit, a file a target
    #[arg(long = "build", value_name = "FILE", num_args = 1.., conflicts_with_all = ["rev", "package"])]
    builds: Vec<PathBuf>,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Release also what the newest release already is, under a new number
    #[arg(long)]
    again: bool,
    /// Release nothing where no file but build.json differs from the newest release's
    #[arg(long, conflicts_with = "again")]
    if_changed: bool,
    /// Sign it: an OpenSSH key file, or the public half of a key that the ssh-agent holds
    #[arg(long, value_name = "KEYFILE")]
    sign: Option<PathBuf>,
    /// Release also a commit that is older than the newest release's
    #[arg(long)]
    older: bool,
}

/// Makes the release and prints its id.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (store, reporter) = (surroundings.store()?, &surroundings.reporter);
    surroundings.warn_of_a_ledger_that_dies(&store);
    // A key that cannot sign is found before anything is compiled.
    let key = arguments.sign.as_ref().map(|path| signing_key(path, surroundings)).transpose()?;
    let direction = if arguments.older { Direction::Any } else { Direction::Forward };
    let releasable = match arguments.builds.as_slice() {
        // What is the newest release's files is its answer, whatever the commit: that is known once it is compiled.
        [] if arguments.if_changed => Releasable::compiled(&arguments.options, &store, Direction::Any, surroundings)?,
        [] => Releasable::compiled(&arguments.options, &store, direction, surroundings)?,
        files => Releasable::joined(files, &arguments.options, &store, surroundings)?,
    };
    let Releasable { repository, commit, .. } = &releasable;
    let is_ancestor = |newest: &str| repository.is_ancestor(commit, newest).unwrap_or(false);
    let proposal = arguments.proposal(&releasable, surroundings);
    let appended = append(&store, &proposal, arguments.repeat(), direction, is_ancestor)?;
    if let Some(key) = &key {
        sign(&store, &appended.record, key)?;
    }
    let places = (&releasable.at_hand, releasable.portable.as_path());
    let files = write_portable(&store, &appended.record, &appended.bytes, places);
    // Before anything that was found missing is told of as lost.
    refuse_pruned_meanwhile(&store, &appended.record)?;
    let files = files?.iter().map(|path| path.display().to_string()).collect();
    surroundings.tell_of_a_shared_codebase(&store, &appended)?;
    reporter.tell(&released(&appended, files));
    if reporter.audience() == Audience::Human {
        data::text(&format!("{}\n", appended.record.release))?;
    }
    Ok(ExitCode::Done)
}

impl Arguments {
    fn repeat(&self) -> Repeat {
        match (self.again, self.if_changed) {
            (true, _) => Repeat::Again,
            (false, true) => Repeat::IfChanged,
            (false, false) => Repeat::Answer,
        }
    }

    fn proposal(&self, releasable: &Releasable, surroundings: &Surroundings) -> Proposal {
        let Releasable { app, version, repository, commit, roots, builds, .. } = releasable;
        Proposal {
            app: app.clone(),
            version: version.clone(),
            commit: commit.id(),
            branch: repository.branch(commit),
            remote: repository.remote(),
            roots: roots.clone(),
            builds: builds.clone(),
            created: UtcTime::from_timestamp(surroundings.now()),
            created_by: surroundings.who(),
            message: self.message.clone(),
        }
    }
}

fn released(appended: &Appended, files: Vec<String>) -> Event {
    let record = &appended.record;
    Event::Release(ReleaseEvent::Released {
        app: record.app.to_string(),
        release: record.release.to_string(),
        version: record.version.to_string(),
        commit: record.commit.clone(),
        builds: record.builds.iter().map(|build| build.id.to_string()).collect(),
        new: appended.created == Created::New,
        files,
    })
}

impl Surroundings {
    /// Two apps of one repository are two apps: each has numbers and deploys of its own.
    fn tell_of_a_shared_codebase(&self, store: &Store, appended: &Appended) -> anyhow::Result<()> {
        let Appended { record, created, .. } = appended;
        if *created == Created::Stands || record.release != ReleaseId::FIRST {
            return Ok(());
        }
        for other in store.sharing_codebase(&record.app, &record.roots)? {
            let text =
                format!("`{}` and `{other}` are two apps of one codebase: each has its own releases", record.app);
            self.reporter.tell(&Event::note(text));
        }
        Ok(())
    }

    /// On a CI machine the default store is gone with the machine.
    fn warn_of_a_ledger_that_dies(&self, store: &Store) {
        if self.variable("CI").is_some() && self.options.store.is_none() {
            self.reporter.tell(&Event::warning_with_hint(
                format!("no store is named, so this ledger is `{}` and dies with this machine", store.location()),
                "set TWELVE_STORE to a place that every job and every server reaches",
            ));
        }
    }
}
