//! Whether a machine may go back to a release that is older than what has run on it.

use super::surroundings::Surroundings;
use crate::app::AppName;
use crate::artifact::{DeployEntry, ReleaseId};
use crate::report::Event;
use crate::run::{Error, HighWaterMark};
use crate::store::Store;
use clap::Args;
use std::path::PathBuf;

/// Whether older releases may run.
#[derive(Debug, Args)]
pub(crate) struct AgeOptions {
    /// Where this machine remembers the newest release that has run [default: $XDG_STATE_HOME/cargo-twelve, /var/lib/cargo-twelve for root]
    #[arg(long, value_name = "DIR", env = "TWELVE_STATE", hide_env_values = true)]
    state: Option<PathBuf>,

    /// Go back to a release that is older than the newest that has run here
    #[arg(long)]
    allow_older: bool,
}

/// Why a release may be older than the newest that has run here.
#[derive(Debug)]
pub(crate) enum Leave {
    /// Nothing says so.
    None,
    /// An entry of a deploy is followed, and says so where whoever made it was entitled to.
    Followed {
        /// The entry.
        entry: Box<DeployEntry>,
        /// Whether it may lead back.
        leads_back: bool,
    },
}

impl AgeOptions {
    /// The mark of an app on this machine, after a release older than it was refused. None where this machine has no
    /// place to remember it.
    pub(crate) fn mark(
        &self,
        store: &Store,
        release: (&AppName, ReleaseId),
        leave: &Leave,
        signed_only: bool,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Option<HighWaterMark>> {
        let folder = self.state.as_ref().map(|folder| surroundings.resolve(folder));
        let Some(folder) = folder.or_else(|| surroundings.state_folder()) else { return Ok(None) };
        let (app, id) = release;
        let mut mark = HighWaterMark::of(&folder, store, app);
        let mut leads_back = self.allow_older;
        if let Leave::Followed { entry, leads_back: entitled } = leave {
            mark = mark.following(entry);
            if signed_only && !self.allow_older {
                mark.refuse_older_entry()?;
            }
            leads_back |= entitled;
        }
        if leads_back {
            if let Some(newest) = mark.newest()?.filter(|newest| id < *newest) {
                let text = format!("{id} is older than {newest}, which has run on this machine");
                surroundings.reporter.tell(&Event::note(text));
            }
            return Ok(Some(mark));
        }
        mark.refuse_older(app, id)?;
        Ok(Some(mark))
    }
}

/// Raises the mark. Where only signed releases run, a mark that cannot be written is a failure: without it the next run
/// could be talked into an older one.
pub(crate) fn raise(
    mark: Option<&HighWaterMark>,
    id: ReleaseId,
    signed_only: bool,
    surroundings: &Surroundings,
) -> anyhow::Result<()> {
    let raised = match mark {
        Some(mark) => mark.raise(id).map_err(anyhow::Error::from),
        None => Err(Error::NoState.into()),
    };
    match raised {
        Err(error) if signed_only => Err(error),
        Err(error) => {
            let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            surroundings.reporter.tell(&Event::warning_with_hint(
                format!("that {id} has run here is not remembered: {}", causes.join(": ")),
                "name a folder that it can be remembered in: `--state DIR` or TWELVE_STATE",
            ));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
