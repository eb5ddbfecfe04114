//! What is asked with SIGUSR1: how each process stands. Nothing of it is kept in a file.

use super::Supervisor;
use super::process_table::rows;
use super::slot::{Slot, State};
use crate::report::{Event, RunEvent, Standing};
use rustix::param::page_size;
use std::time::Instant;

impl Supervisor {
    /// Says of each process how it stands: one line, or one event, each.
    pub(super) fn tell_status(&mut self) {
        let rows = rows();
        let page = u64::try_from(page_size()).unwrap_or(0);
        // What a process started is in its group, mostly: a shell's child is what has the memory.
        let resident = |group: i32| rows.iter().filter(|row| row.group == group).map(|row| row.pages * page).sum();
        let events: Vec<Event> = self.slots.iter().map(|slot| status(slot, resident)).collect();
        for event in &events {
            self.tell(event);
        }
    }
}

fn status(slot: &Slot, resident: impl Fn(i32) -> u64) -> Event {
    let (process, restarts) = (slot.name().to_owned(), slot.restarts());
    let now = Instant::now();
    let milliseconds = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let standing = match &slot.state {
        State::Running(running) => Standing::Runs {
            pid: running.pid.as_raw_pid().unsigned_abs(),
            milliseconds: milliseconds(now.saturating_duration_since(running.since)),
            bytes: resident(running.pid.as_raw_pid()),
            ready: running.readiness.is_none(),
        },
        State::Waiting { until } => {
            Standing::Waits { milliseconds: milliseconds(until.saturating_duration_since(now)) }
        }
        State::Ended => Standing::Ended,
    };
    Event::Run(RunEvent::Status { process, restarts, standing })
}
