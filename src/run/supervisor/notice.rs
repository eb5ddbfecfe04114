//! What those outside are told: that all processes are ready, that we stop, that we live.

use super::Supervisor;
use super::slot::State;
use crate::report::Event;
use crate::run::outside::Listeners;
use std::time::{Duration, Instant};

/// What was told so far.
pub(super) struct Notice {
    listeners: Listeners,
    said_ready: bool,
    /// When we say next that we live.
    alive: Option<(Duration, Instant)>,
    /// That somebody does not listen is said once.
    failed: bool,
}

impl Notice {
    pub(super) fn to(listeners: Listeners, now: Instant) -> Self {
        let alive = listeners.alive_every.map(|every| (every, now));
        Self { listeners, said_ready: false, alive, failed: false }
    }

    pub(super) fn next_moment(&self) -> Option<Instant> {
        self.alive.map(|(_, next)| next)
    }
}

impl Supervisor {
    /// Says what is due.
    pub(super) fn keep_noticed(&mut self, now: Instant) {
        if let Some((every, next)) = self.notice.alive
            && next <= now
        {
            self.notice.alive = Some((every, now + every));
            let said = self.notice.listeners.alive();
            self.mind(said);
        }
        if !self.notice.said_ready && self.stop.is_none() && self.all_ready() {
            self.notice.said_ready = true;
            let count = self.slots.len();
            let status = if count == 1 { "1 process runs".to_owned() } else { format!("{count} processes run") };
            let said = self.notice.listeners.ready(&status);
            self.mind(said);
        }
    }

    /// Says that the formation is being stopped.
    pub(super) fn notice_stop(&mut self, reason: &str) {
        let said = self.notice.listeners.stopping(reason);
        self.mind(said);
    }

    fn all_ready(&self) -> bool {
        let ready = |state: &State| matches!(state, State::Running(running) if running.readiness.is_none());
        !self.slots.is_empty() && self.slots.iter().all(|slot| ready(&slot.state))
    }

    fn mind(&mut self, said: Result<(), String>) {
        if let Err(text) = said
            && !std::mem::replace(&mut self.notice.failed, true)
        {
            self.tell(&Event::warning(text));
        }
    }
}
