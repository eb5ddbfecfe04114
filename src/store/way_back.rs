//! Which release a rollback goes to.

use super::{Error, Store};
use crate::artifact::{DeployEntry, DeployReason, ReleaseId};

/// How many entries are looked at.
const SEARCHED: usize = 500;

/// An entry, as far as the way back depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) release: ReleaseId,
    pub(super) is_rollback: bool,
}

impl Step {
    pub(super) fn of(entry: &DeployEntry) -> Self {
        Self { release: entry.release, is_rollback: entry.reason == DeployReason::Rollback }
    }
}

/// The release before `current`, where `earlier` are the done entries before it, newest first: that of the newest that
/// has another. A rollback counts as the entry that it went back to, so that going back twice goes back two releases
/// and not to the one that was fled from.
pub(super) fn way_back(
    current: Step,
    earlier: impl Iterator<Item = Result<Step, Error>>,
) -> Result<Option<ReleaseId>, Error> {
    let mut place = current;
    for step in earlier.take(SEARCHED) {
        let step = step?;
        match (place.is_rollback, step.release == current.release) {
            // Back along the ledger to where the release that is current was gone to first.
            (true, true) => place = step,
            (true, false) | (false, true) => {}
            (false, false) => return Ok(Some(step.release)),
        }
    }
    Ok(None)
}

impl Store {
    /// The release that a rollback from an entry goes to; none at the first one, and at one that was
    /// gone back to without having been current before.
    ///
    /// # Errors
    /// Where the store cannot be read, or an entry is damaged.
    pub fn release_before(&self, current: &DeployEntry) -> Result<Option<ReleaseId>, Error> {
        let earlier = self.entries(&current.app, &current.deploy)?;
        let earlier =
            earlier.filter(|one| one.as_ref().map_or(true, |one| one.is_done() && one.entry.seq < current.seq));
        way_back(Step::of(current), earlier.map(|one| one.map(|one| Step::of(&one.entry))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, way_back};
    use crate::artifact::ReleaseId;

    /// The way back from the first of some entries, newest first; a negative number is a rollback.
    fn back(entries: &[i64]) -> Option<u64> {
        let step = |number: &i64| Step {
            release: ReleaseId::from_number(number.unsigned_abs()).expect("a number"),
            is_rollback: *number < 0,
        };
        let (current, earlier) = entries.split_first().expect("an entry");
        way_back(step(current), earlier.iter().map(|one| Ok(step(one)))).expect("readable").map(ReleaseId::number)
    }

    #[test]
    fn a_rollback_counts_as_the_entry_that_it_went_back_to() {
        assert_eq!(back(&[3, 2, 1]), Some(2));
        assert_eq!(back(&[3, 3, 2, 1]), Some(2));
        assert_eq!(back(&[-2, 3, 2, 1]), Some(1));
        assert_eq!(back(&[-2, 4, -2, 3, 2, 1]), Some(1));
        assert_eq!(back(&[4, -2, 3, 2, 1]), Some(2));
        assert_eq!(back(&[-1, -2, 3, 2, 1]), None);
        assert_eq!(back(&[1]), None);
    }
}
