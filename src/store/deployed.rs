//! The releases that deploys still need: those of open entries, the current one, and the one before it.

use super::deploys::entry_gap;
use super::way_back::{Step, way_back};
use super::{Error, Store};
use crate::app::{AppName, DeployName};
use crate::artifact::ReleaseId;
use std::collections::BTreeSet;

impl Store {
    /// The releases that an app's deploys need: of each, that of its newest entry, the current one, the last one that was
    /// current before it, and the one that a rollback would go to.
    ///
    /// # Errors
    /// Where an entry cannot be read or understood.
    pub fn deployed(&self, app: &AppName) -> Result<BTreeSet<ReleaseId>, Error> {
        let mut needed = BTreeSet::new();
        for deploy in self.deploys(app)? {
            needed.extend(self.needed_by(app, &deploy)?);
        }
        Ok(needed)
    }

    fn needed_by(&self, app: &AppName, deploy: &DeployName) -> Result<BTreeSet<ReleaseId>, Error> {
        let mut needed = BTreeSet::new();
        let mut done: Vec<Step> = Vec::new();
        let entries = self.listed_entries(app, deploy)?.entries;
        // What is lost may have named any release: in doubt nothing is known not to be needed.
        if let Some((missing, stands)) = (1..).zip(&entries).find(|(number, seq)| number != *seq) {
            return Err(entry_gap(app, deploy, missing, *stands));
        }
        for (index, seq) in entries.into_iter().rev().enumerate() {
            let standing = self.entry(app, deploy, seq)?;
            if index == 0 || standing.outcome.is_none() {
                needed.insert(standing.entry.release);
            }
            if standing.is_done() {
                done.push(Step::of(&standing.entry));
            }
            let before = done.last().zip(done.first());
            if before.is_some_and(|(last, current)| last.release != current.release && !current.is_rollback) {
                break;
            }
        }
        if let Some((current, earlier)) = done.split_first() {
            needed.insert(current.release);
            needed.extend(earlier.iter().find(|one| one.release != current.release).map(|one| one.release));
            needed.extend(way_back(*current, earlier.iter().map(|one| Ok(*one)))?);
        }
        Ok(needed)
    }
}
