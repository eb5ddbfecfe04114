//! Work that is the same for many things, done on every core. The answers come in the order of the things, so that
//! nothing that follows depends on how many cores there were.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does the work for every thing and gives the answers in order, or the first error in that order.
pub(super) fn on_every_core<T: Sync, R: Send, E: Send>(
    things: &[T],
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(things.len());
    if cores < 2 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let one_worker = || {
        let mut answers = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(index) else { return answers };
            answers.push((index, work(thing)));
        }
    };
    let mut answers: Vec<(usize, Result<R, E>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(one_worker)).collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        // A panic of a worker is a fault of ours: it goes on as one.
        joined.flat_map(|answers| answers.unwrap_or_else(|fault| std::panic::resume_unwind(fault))).collect()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::on_every_core;

    #[test]
    fn answers_come_in_the_order_of_the_things() {
        let things: Vec<usize> = (0..1000).collect();
        let doubled: Result<Vec<usize>, ()> = on_every_core(&things, |thing| Ok(thing * 2));
        assert_eq!(doubled, Ok(things.iter().map(|thing| thing * 2).collect()));
    }

    #[test]
    fn the_first_error_in_order_is_the_answer() {
        let things: Vec<usize> = (0..1000).collect();
        let answer = on_every_core(&things, |thing| if *thing > 500 { Err(*thing) } else { Ok(()) });
        assert_eq!(answer, Err(501));
    }
}
