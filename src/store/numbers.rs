//! Numbers that are taken by creating a key: `v1`, `v2`, ... of an app, 1, 2, ... of a deploy. They have no gaps, so the
//! newest is found without listing.

use super::{Error, Place};

/// The highest number that is taken, 0 where none is: by doubling, then by bisection.
pub(super) fn newest(place: &dyn Place, key: impl Fn(u64) -> String) -> Result<u64, Error> {
    let (mut taken, mut free) = (0, 1);
    while place.has(&key(free))? {
        (taken, free) = (free, free.saturating_mul(2));
    }
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        if place.has(&key(middle))? {
            taken = middle;
        } else {
            free = middle;
        }
    }
    Ok(taken)
}
