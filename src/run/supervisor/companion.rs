//! What goes on beside the formation, in the same loop, and decides what runs next: `dev` compiles there. The
//! supervisor knows no more of it than it must: what to wait for, whose end to tell it, and what takes over.

use crate::report::Stream;
use crate::run::launch::Supervised;
use rustix::process::Pid;
use std::os::fd::BorrowedFd;
use std::time::Instant;

/// What goes on beside the formation. Nothing of it may wait: signals are answered in the same loop.
pub trait Companion {
    /// What it waits for: one that is readable calls it.
    fn descriptors(&self) -> Vec<BorrowedFd<'_>>;

    /// When something is due with it; none where only a descriptor or an end can bring work.
    fn next_moment(&self) -> Option<Instant>;

    /// Does what there is to do, and says what it wants of the formation.
    fn act(&mut self, now: Instant) -> Demand;

    /// What it has to say since it was last asked, as bytes of our streams.
    fn words(&mut self) -> Vec<(Stream, Vec<u8>)>;

    /// The leader of the process group that is at work for it, which is no part of the formation.
    fn group(&self) -> Option<Pid>;

    /// A child that is no part of the formation has ended with this code.
    fn ended(&mut self, child: Pid, code: u8);

    /// Nothing runs any more: what runs next. Without a formation, it is waited for.
    fn successor(&mut self) -> Option<Vec<Supervised>>;
}

/// What a companion wants of the formation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// That it goes on.
    Nothing,
    /// That it makes room for the next one, for this reason.
    Replace(String),
    /// That there is none: where nothing runs, we end with this code.
    End(u8),
}
