//! Numbers that are taken by creating a key: `v1`, `v2`, ... of an app, 1, 2, ... of a deploy. They have no gaps, so the
//! newest is found without listing: from where it was last seen, by doubling, then by bisection.
//!
//! In a folder every look-up is a system call, and the search begins at none. In an object store every look-up is a way over
//! the network, so that whoever takes a number leaves a mark whose name sorts before those of all lower ones: asking
//! for the first of them is one request, however many there are. A mark is a hint; what counts is the key.

use super::{Error, Place};

/// The highest number that is taken, 0 where none is.
pub(super) fn newest(place: &dyn Place, key: impl Fn(u64) -> String) -> Result<u64, Error> {
    let stands = |number: u64| place.has(&key(number));
    let seen = match place.first(&marks(&key(1)))?.and_then(|name| marked(&name)) {
        Some(number) if stands(number)? => number,
        _ => 0,
    };
    let (mut taken, mut step) = (seen, 1);
    while stands(seen.saturating_add(step))? {
        (taken, step) = (seen.saturating_add(step), step.saturating_mul(2));
    }
    let mut free = seen.saturating_add(step);
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        if stands(middle)? {
            taken = middle;
        } else {
            free = middle;
        }
    }
    Ok(taken)
}

/// A number beyond the highest that was found by the search, where one is known to have been taken: then the ledger has a gap,
/// and who takes the number of what is lost would begin another history. In a folder a listing says so, in an object store the mark.
pub(super) fn beyond(place: &dyn Place, key: impl Fn(u64) -> String, newest: u64) -> Result<Option<u64>, Error> {
    let first = key(1);
    let known = if place.is_remote() {
        place.first(&marks(&first))?.and_then(|name| marked(&name))
    } else {
        let (folder, name) = first.rsplit_once('/').unwrap_or(("", &first));
        let before = name.trim_end_matches("1.json");
        let number = |name: &String| name.strip_prefix(before)?.strip_suffix(".json")?.parse().ok();
        place.list(folder)?.iter().filter_map(number).max()
    };
    // What came since the search has no gap before it.
    let Some(known) = known.filter(|known| *known > newest) else { return Ok(None) };
    Ok(if place.has(&key(newest + 1))? { None } else { Some(known) })
}

/// Leaves the mark that a number is taken, where that saves anything.
pub(super) fn mark(place: &dyn Place, key: &str, number: u64) {
    if place.is_remote() {
        // Without it the number is taken all the same, and found a little later.
        let _ = place.create(&format!("{}/{}", marks(key), name(number)), b"");
    }
}

/// Where the marks for a key like this one lie.
fn marks(key: &str) -> String {
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/newest")
}

/// A name that sorts before those of all lower numbers.
fn name(number: u64) -> String {
    format!("{:020}", u64::MAX - number)
}

fn marked(name: &str) -> Option<u64> {
    name.parse().ok().map(|number: u64| u64::MAX - number)
}

#[cfg(test)]
mod tests {
    use super::{marked, name};

    #[test]
    fn the_mark_of_the_highest_number_comes_first() {
        let numbers = [1, 9, 10, 99, 100, 10_000, u64::MAX / 2];
        let mut names = numbers.map(name);
        names.sort();
        assert_eq!(names.map(|name| marked(&name).expect("a number")), [u64::MAX / 2, 10_000, 100, 99, 10, 9, 1]);
    }
}
