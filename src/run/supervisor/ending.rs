//! What happens when a process ends: it is reaped, told, counted, and either starts again or ends the formation.

use super::slot::{Slot, State};
use super::{Supervisor, process_table};
use crate::app::Restart;
use crate::report::{Event, RunEvent};
use crate::run::end::End;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, wait};
use std::time::{Duration, Instant};

impl Supervisor {
    /// Reaps everything that has ended: our processes, and whatever lost its parent below us.
    pub(super) fn reap(&mut self) {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => {
                    if let Some(end) = End::from_status(status) {
                        self.ended(pid, end);
                    }
                }
                Err(Errno::INTR) => {}
                Ok(None) | Err(_) => break,
            }
        }
        if let Some(stop) = &mut self.stop {
            stop.look_again();
        }
    }

    fn ended(&mut self, pid: Pid, end: End) {
        if self.watchdog.as_ref().is_some_and(|watchdog| watchdog.pid() == pid) {
            self.watchdog = None;
            let text = "the watchdog ended; should this program be killed with SIGKILL, its processes stay";
            return self.tell(&Event::warning(text));
        }
        // Anything else is an orphan that we were given, or the companion's; it has been reaped.
        let Some(index) = self.slots.iter().position(|slot| slot.pid() == Some(pid)) else {
            return self.guest.ended(pid, end.code());
        };
        if let Some(watchdog) = &mut self.watchdog {
            watchdog.ended(pid);
        }
        // Its last lines before the news of its end.
        self.output.drain(index);
        let Some(slot) = self.slots.get_mut(index) else { return };
        let State::Running(running) = std::mem::replace(&mut slot.state, State::Ended) else { return };
        let process = slot.name().to_owned();
        let stopping = self.stop.is_some();
        let clean = is_clean(end, slot, stopping);
        self.tell(&Event::Run(RunEvent::Exited {
            process: process.clone(),
            code: i32::from(end.code()),
            signal: end.signal_name(),
        }));
        if !stopping && self.starts_again(index, end, running.since.elapsed()) {
            return;
        }
        if !clean {
            self.failed.get_or_insert(end.code());
        }
        self.begin_stop(format!("`{process}` ended"));
    }

    /// Whether the process is started again, and if so, when.
    fn starts_again(&mut self, index: usize, end: End, lived: Duration) -> bool {
        let Some(slot) = self.slots.get_mut(index) else { return false };
        let rule = slot.plan.process_type.restart;
        let process = slot.name().to_owned();
        let Some(wait) = slot.back_off.after(rule, end, lived) else {
            if rule != Restart::Never && slot.back_off.is_exhausted() {
                let text =
                    format!("`{process}` ended {} times in a row and is not started again", slot.back_off.count().0);
                self.tell(&Event::warning(text));
            }
            return false;
        };
        slot.state = State::Waiting { until: Instant::now() + wait };
        let (ends, most) = slot.back_off.count();
        let reason = format!("{}, end {ends} of {most} in a row", end.text());
        let group = slot.group.take().map(Pid::as_raw_pid);
        self.kill_what_is_left_of(group);
        let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.tell(&Event::Run(RunEvent::Restarting { process, milliseconds, reason }));
        true
    }

    /// A process that starts again must not meet its predecessor's helpers, who may hold its port.
    fn kill_what_is_left_of(&self, group: Option<i32>) {
        for row in self.descendants().iter().filter(|row| Some(row.group) == group) {
            process_table::signal(row, Signal::KILL);
        }
    }
}

/// Whether this end is no failure: the code 0, or, once it was asked to stop, what its stop signal does by itself or
/// what a shell says of it.
fn is_clean(end: End, slot: &Slot, stopping: bool) -> bool {
    let signal = slot.stop_signal().as_raw();
    end == End::Code(0) || stopping && (end == End::Signal(signal) || i32::from(end.code()) == 128 + signal)
}
