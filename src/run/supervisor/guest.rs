//! The companion as the supervisor keeps it: called when it is due, and no longer listened to once we end.

use super::companion::{Companion, Demand};
use super::slot::Slot;
use super::{Supervisor, Watchdog};
use crate::report::{Event, RunEvent};
use rustix::process::Pid;
use std::os::fd::BorrowedFd;
use std::time::Instant;

/// The companion and what is known of it.
pub(super) struct Guest {
    companion: Option<Box<dyn Companion>>,
    /// One of its descriptors is readable, or a child of it has ended.
    pub(super) called: bool,
    /// We end with the formation: what is at work for it ends with the rest.
    dismissed: bool,
    /// There is no formation to end with.
    over: bool,
    /// The group that the watchdog was told of.
    watched: Option<Pid>,
}

impl Guest {
    /// Without a companion, what was started is all that ever runs.
    pub(super) fn new(companion: Option<Box<dyn Companion>>) -> Self {
        Self { dismissed: companion.is_none(), companion, called: false, over: false, watched: None }
    }

    pub(super) fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        self.heard().map(|companion| companion.descriptors()).unwrap_or_default()
    }

    pub(super) fn next_moment(&self) -> Option<Instant> {
        self.heard()?.next_moment()
    }

    /// The group that is no part of what stops with the formation.
    pub(super) fn group(&self) -> Option<Pid> {
        self.heard()?.group()
    }

    pub(super) fn ended(&mut self, child: Pid, code: u8) {
        if let Some(companion) = &mut self.companion {
            companion.ended(child, code);
            self.called = true;
        }
    }

    /// We end, whatever the companion has in hand; whether that is news.
    pub(super) fn dismiss(&mut self) -> bool {
        !std::mem::replace(&mut self.dismissed, true)
    }

    /// Whether we end without a formation.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    fn heard(&self) -> Option<&dyn Companion> {
        self.companion.as_deref().filter(|_| !self.dismissed)
    }
}

impl Supervisor {
    /// Lets the companion act where it is due, and does what it wants.
    pub(super) fn accompany(&mut self, now: Instant) {
        let due = self.guest.next_moment().is_some_and(|moment| moment <= now);
        if self.guest.dismissed || !(std::mem::take(&mut self.guest.called) || due) {
            return;
        }
        let demand = self.guest.companion.as_mut().map_or(Demand::Nothing, |companion| companion.act(now));
        self.pass_on_words();
        self.tell_watchdog();
        match demand {
            Demand::Nothing => {}
            Demand::Replace(_) if self.slots.is_empty() => drop(self.hand_over()),
            Demand::Replace(reason) => self.begin_stop(reason),
            Demand::End(code) => {
                self.guest.over = self.guest.dismiss() && self.slots.is_empty();
                self.failed.get_or_insert(code);
            }
        }
    }

    /// Nothing runs any more: what the companion has ready takes the place, or it is waited for. Whether we go on.
    pub(super) fn hand_over(&mut self) -> bool {
        if self.guest.dismissed {
            return false;
        }
        self.output.close_sources();
        let code = self.failed.take().unwrap_or(0);
        if !self.slots.is_empty() {
            self.tell(&Event::Run(RunEvent::Stopped { code: i32::from(code) }));
        }
        let next = self.guest.companion.as_mut().and_then(|companion| companion.successor()).unwrap_or_default();
        self.pass_on_words();
        self.stop = None;
        self.output.rename(self.voice.manner, next.iter().map(|one| one.process.name.clone()).collect());
        let now = Instant::now();
        self.slots = next.into_iter().map(|one| Slot::new(one, now)).collect();
        true
    }

    fn pass_on_words(&mut self) {
        let words = self.guest.companion.as_mut().map(|companion| companion.words());
        for (stream, bytes) in words.unwrap_or_default() {
            self.output.announce(stream, &bytes);
        }
    }

    /// Should we be killed, what is at work for the companion ends too.
    fn tell_watchdog(&mut self) {
        let group = self.guest.group();
        let before = std::mem::replace(&mut self.guest.watched, group);
        if before == group {
            return;
        }
        if let Some(watchdog) = &mut self.watchdog {
            before.into_iter().for_each(|group| Watchdog::ended(watchdog, group));
            group.into_iter().for_each(|group| Watchdog::started(watchdog, group));
        }
    }
}
