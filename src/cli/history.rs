//! What lies between two commits, as the repository at hand tells it.

use super::surroundings::Surroundings;
#[cfg(feature = "codebase")]
use crate::codebase::Repository;
use crate::release::History;

/// What lies between the commits, where the repository at hand has both: that it is another's, or a part of one, is no
/// reason not to compare.
#[cfg(feature = "codebase")]
pub(crate) fn history([from, to]: [&str; 2], surroundings: &Surroundings) -> Option<History> {
    let repository = Repository::discover(&surroundings.directory).ok()?;
    let [from, to] = [repository.recorded_commit(from).ok()?, repository.recorded_commit(to).ok()?];
    Some(History {
        from: repository.named(&from).ok()?,
        to: repository.named(&to).ok()?,
        added: repository.between(&from, &to).ok()?,
        removed: repository.between(&to, &from).ok()?,
    })
}

#[cfg(not(feature = "codebase"))]
pub(crate) fn history(_: [&str; 2], _: &Surroundings) -> Option<History> {
    None
}
