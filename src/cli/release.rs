//! `cargo twelve release`: a commit becomes the next release.

use super::ExitCode;
use super::build_options::BuildOptions;
use super::built::{Built, Compile, built};
use super::surroundings::Surroundings;
use crate::artifact::UtcTime;
use crate::build::{Plan, plan};
use crate::release::{Appended, Direction, Proposal, Repeat, append, write_portable};
use crate::report::{Audience, Event, data};
use crate::store::{Created, Store};
use anyhow::Context;
use clap::Args;

/// Turn a commit into the next release: built, verified against Cargo.lock, numbered, never changed again
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve release --message 'the spring sale'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    options: BuildOptions,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Release also what the newest release already is, under a new number
    #[arg(long)]
    again: bool,
    /// Release also a commit that is older than the newest release's
    #[arg(long)]
    older: bool,
}

/// Makes the release and prints its id.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let (store, reporter) = (surroundings.store()?, &surroundings.reporter);
    surroundings.warn_of_a_ledger_that_dies(&store);
    let outside = surroundings.outside();
    let plan = plan(&arguments.options.request(surroundings), &outside, reporter)?;
    let roots = plan.repository.roots(&plan.commit)?;
    // Asked before minutes are spent on compiling, and once more when the number is taken.
    store.refuse_other_codebase(&plan.declaration.app, &roots)?;
    let built = built(&plan, Compile::Missing, &store, &outside, surroundings)?;
    let proposal = arguments.proposal(&plan, roots, built, surroundings)?;
    let repeat = if arguments.again { Repeat::Again } else { Repeat::Answer };
    let direction = if arguments.older { Direction::Any } else { Direction::Forward };
    let is_ancestor = |newest: &str| plan.repository.is_ancestor(&plan.commit, newest).unwrap_or(false);
    let appended = append(&store, &proposal, repeat, direction, is_ancestor)?;
    let files = write_portable(&store, &appended.record, &appended.bytes, &plan.portable)?;
    let files = files.iter().map(|path| path.display().to_string()).collect();
    reporter.tell(&released(&appended, files));
    if reporter.audience() == Audience::Human {
        data::text(&format!("{}\n", appended.record.release))?;
    }
    Ok(ExitCode::Done)
}

impl Arguments {
    fn proposal(
        &self,
        plan: &Plan,
        roots: Vec<String>,
        built: Vec<Built>,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Proposal> {
        let version = built.first().map(|one| one.version.clone()).context("the plan has no target")?;
        Ok(Proposal {
            app: plan.declaration.app.clone(),
            version,
            commit: plan.commit.id(),
            branch: plan.repository.branch(&plan.commit),
            remote: plan.repository.remote(),
            roots,
            builds: built.into_iter().map(|one| one.build).collect(),
            created: UtcTime::from_timestamp(surroundings.now()),
            created_by: surroundings.who(),
            message: self.message.clone(),
        })
    }
}

fn released(appended: &Appended, files: Vec<String>) -> Event {
    let record = &appended.record;
    Event::Released {
        app: record.app.to_string(),
        release: record.release.to_string(),
        version: record.version.to_string(),
        commit: record.commit.clone(),
        builds: record.builds.iter().map(|build| build.id.to_string()).collect(),
        new: appended.created == Created::New,
        files,
    }
}

impl Surroundings {
    /// Who makes a release: the person that the CI platform names, else the user.
    fn who(&self) -> String {
        let names = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "USER", "LOGNAME"];
        names.iter().find_map(|name| self.text(name)).unwrap_or("unknown").to_owned()
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
