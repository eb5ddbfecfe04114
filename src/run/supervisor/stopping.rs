//! Stopping: everybody is asked at once, each has its own time, and what is left after that is killed: groups,
//! what left its group, what left its session.

use super::process_table::{self, Row};
use super::signals::name;
use super::slot::{Slot, State};
use super::{Supervisor, Watchdog};
use crate::report::{Event, RunEvent};
use crate::run::end::End;
use rustix::process::{Pid, Signal, kill_process_group};
use std::time::{Duration, Instant};

/// How long the last lines may take, once everything has ended: a reader that does not read, or a process that cannot
/// be killed and holds a pipe, must not keep us.
pub(super) const LAST_LINES: Duration = Duration::from_secs(2);

/// How long a reader may keep a stop waiting without taking a byte, while processes still live.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long killing may take. What is still there then cannot be killed by us.
const KILLING: Duration = Duration::from_secs(5);

/// Two Ctrl-C within this are one: what starts us may signal us and then our whole group, as timeout(1) does. No finger is
/// as fast.
const ONE_PRESS: Duration = Duration::from_millis(100);

/// The wait between two looks at what a kill has left.
const LOOK: Duration = Duration::from_millis(10);

/// A stop that is under way.
pub(super) struct Stop {
    since: Instant,
    /// When whatever has left its group is killed.
    kill_rest_at: Instant,
    /// Somebody will not wait.
    urgency: Urgency,
    /// Whether the table of processes must be looked at.
    look: Look,
    /// Nothing descends from us any more, since then.
    clear: Option<Instant>,
    /// What left its group and was asked to stop.
    asked: Vec<Pid>,
    /// What was already told to be killed.
    told: Vec<Pid>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// A child has ended since the last look.
    Now,
    /// At this moment.
    At(Instant),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Urgency {
    /// Everybody has the time that was declared.
    Declared,
    /// Ctrl-C came a second time.
    AtOnce,
}

impl Stop {
    pub(super) fn look_again(&mut self) {
        self.look = Look::Now;
    }

    /// When something is due.
    pub(super) fn next_moment(&self) -> Option<Instant> {
        match (self.clear, self.look) {
            (Some(since), _) => Some(since + LAST_LINES),
            (None, Look::At(moment)) => Some(moment),
            // Looked at as soon as nothing of the formation lives, which a signal tells.
            (None, Look::Now) => None,
        }
    }
}

impl Supervisor {
    /// Answers a signal that asks us to stop. A second Ctrl-C is somebody who will not wait.
    pub(super) fn answer(&mut self, signal: i32) {
        // A formation that makes room for its successor was not asked to stop by anybody yet.
        let first = self.guest.dismiss();
        if self.slots.is_empty() {
            self.failed.get_or_insert(End::Signal(signal).code());
        }
        let reason = format!("{} received", name(signal));
        if self.stop.is_none() {
            return self.begin_stop(reason);
        }
        if first {
            self.tell(&Event::Run(RunEvent::Stopping { reason }));
            return self.ask_the_rest();
        }
        let again = self.stop.as_ref().is_some_and(|stop| stop.since.elapsed() >= ONE_PRESS);
        if signal == Signal::INT.as_raw() && again {
            self.tell(&Event::Run(RunEvent::Stopping { reason: "SIGINT received again: at once".to_owned() }));
            let now = Instant::now();
            for slot in &mut self.slots {
                slot.kill_at = Some(now);
            }
            if let Some(stop) = &mut self.stop {
                stop.kill_rest_at = now;
                stop.urgency = Urgency::AtOnce;
                stop.look_again();
            }
        }
    }

    /// Asks everybody to stop, at once.
    pub(super) fn begin_stop(&mut self, reason: String) {
        if self.stop.is_some() {
            return;
        }
        let now = Instant::now();
        for slot in &mut self.slots {
            match slot.pid() {
                Some(pid) => {
                    slot.kill_at = Some(now + slot.stop_timeout());
                    // Its leader has not been reaped, so the group's number is its own.
                    let _ = kill_process_group(pid, slot.stop_signal());
                }
                None => slot.state = State::Ended,
            }
        }
        let longest = self.slots.iter().map(Slot::stop_timeout).max().unwrap_or(PATIENCE);
        let kill_rest_at = now + longest;
        let urgency = Urgency::Declared;
        self.stop = Some(Stop {
            since: now,
            kill_rest_at,
            urgency,
            look: Look::Now,
            clear: None,
            asked: Vec::new(),
            told: Vec::new(),
        });
        self.notice_stop(&reason);
        self.tell(&Event::Run(RunEvent::Stopping { reason }));
        self.ask_the_rest();
    }

    /// Asks those whom no living leader's group holds: what an ended process left, and what began a session of its own.
    fn ask_the_rest(&mut self) {
        for row in self.descendants() {
            let led = self.slots.iter().any(|slot| slot.pid().map(Pid::as_raw_pid) == Some(row.group));
            if !led {
                process_table::signal(&row, self.slot_of(&row).map_or(Signal::TERM, Slot::stop_signal));
                self.set_stop(|stop| stop.asked.push(row.pid));
            }
        }
    }

    /// Asks what was just leaving its group when the rest was asked. A group's own signal misses nobody, however it
    /// forks (kill(2) and fork(2) exclude each other), and a helper that a stopping process starts in its group is its own.
    fn ask_latecomers(&mut self, rest: &[Row]) {
        for row in rest {
            let asked = self.stop.as_ref().is_some_and(|stop| stop.asked.contains(&row.pid));
            if !asked && self.slot_of(row).is_none() {
                process_table::signal(row, Signal::TERM);
                self.set_stop(|stop| stop.asked.push(row.pid));
            }
        }
    }

    /// Kills whoever has used up the time.
    pub(super) fn keep_stop_times(&mut self, now: Instant) {
        if self.stop.is_none() {
            return;
        }
        for index in 0..self.slots.len() {
            self.kill_group_where_due(index, now);
        }
        if self.slots.iter().all(Slot::is_ended) {
            self.look_at_the_rest(now);
        }
        if self.patience_ends().is_some_and(|end| end <= now) {
            // Who must be able to write in order to end gets rid of what nobody reads.
            self.output.out.abandon();
            self.tell(&Event::warning("nobody reads stdout: the last lines are lost"));
        }
    }

    fn kill_group_where_due(&mut self, index: usize, now: Instant) {
        let urgency = self.stop.as_ref().map_or(Urgency::Declared, |stop| stop.urgency);
        let Some(slot) = self.slots.get_mut(index) else { return };
        let Some(pid) = slot.pid().filter(|_| slot.kill_at.is_some_and(|moment| moment <= now)) else { return };
        let process = slot.name().to_owned();
        slot.kill_at = Some(now + KILLING);
        if std::mem::replace(&mut slot.was_killed, true) {
            slot.state = State::Ended;
            self.failed.get_or_insert(End::Signal(Signal::KILL.as_raw()).code());
            return self
                .tell(&Event::warning(format!("`{process}` (pid {}) cannot be killed and stays", pid.as_raw_pid())));
        }
        let reason = match urgency {
            Urgency::Declared => format!("it did not stop within {}", seconds(slot.stop_timeout())),
            Urgency::AtOnce => "it had not stopped when SIGINT came again".to_owned(),
        };
        let _ = kill_process_group(pid, Signal::KILL);
        self.tell(&Event::Run(RunEvent::Killed { process, reason }));
    }

    /// Once no process of the formation lives: whether anything else does, and its end where its time is up.
    fn look_at_the_rest(&mut self, now: Instant) {
        let Some(stop) = &self.stop else { return };
        if stop.clear.is_some() || matches!(stop.look, Look::At(moment) if moment > now) {
            return;
        }
        if process_table::has_children(&self.not_ours()) == Some(false) {
            return self.set_stop(|stop| stop.clear = Some(now));
        }
        let rest = self.descendants();
        self.ask_latecomers(&rest);
        let stays: Vec<&Row> = rest.iter().filter(|row| self.kill_at(row) + KILLING <= now).collect();
        if stays.len() == rest.len() {
            if !stays.is_empty() {
                self.tell(&Event::warning(format!("{} cannot be killed and stays", named(&rest))));
            }
            return self.set_stop(|stop| stop.clear = Some(now));
        }
        let mut next = now + KILLING;
        for row in &rest {
            let moment = self.kill_at(row);
            if moment <= now {
                process_table::signal(row, Signal::KILL);
                self.tell_killed(row);
            }
            next = next.min(moment.max(now + LOOK));
        }
        self.set_stop(|stop| stop.look = Look::At(next));
    }

    /// When something that was left behind is killed: when its group's time is up, or everybody's.
    fn kill_at(&self, row: &Row) -> Instant {
        let rest = self.stop.as_ref().map_or_else(Instant::now, |stop| stop.kill_rest_at);
        self.slot_of(row).and_then(|slot| slot.kill_at).map_or(rest, |group| group.min(rest))
    }

    fn slot_of(&self, row: &Row) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.group.map(Pid::as_raw_pid) == Some(row.group))
    }

    fn tell_killed(&mut self, row: &Row) {
        let Some(stop) = &mut self.stop else { return };
        if stop.told.contains(&row.pid) {
            return;
        }
        stop.told.push(row.pid);
        let process = self.slot_of(row).map_or_else(|| row.name.clone(), |slot| slot.name().to_owned());
        let reason = format!("{} was left behind and did not stop", named(std::slice::from_ref(row)));
        self.tell(&Event::Run(RunEvent::Killed { process, reason }));
    }

    /// Whether there is nothing left to wait for.
    pub(super) fn is_over(&self) -> bool {
        let Some(since) = self.stop.as_ref().and_then(|stop| stop.clear) else { return false };
        self.output.open_sources() == 0 || since.elapsed() >= LAST_LINES
    }

    /// When a reader who does not read is given up, while we stop.
    pub(super) fn patience_ends(&self) -> Option<Instant> {
        let stop = self.stop.as_ref()?;
        let out = &self.output.out;
        let waits = !out.is_empty() && out.gone().is_none();
        waits.then(|| out.last_progress().max(stop.since) + PATIENCE)
    }

    fn set_stop(&mut self, change: impl FnOnce(&mut Stop)) {
        if let Some(stop) = &mut self.stop {
            change(stop);
        }
    }

    /// What descends from us and was started by us.
    pub(super) fn descendants(&self) -> Vec<Row> {
        process_table::descendants(&self.not_ours())
    }

    /// Children that are no part of the formation.
    fn not_ours(&self) -> Vec<Pid> {
        let watchdog = self.watchdog.as_ref().map(Watchdog::pid);
        self.strangers.iter().copied().chain(watchdog).chain(self.guest.group()).collect()
    }
}

fn named(rows: &[Row]) -> String {
    rows.iter().map(|row| format!("`{}` (pid {})", row.name, row.pid.as_raw_pid())).collect::<Vec<_>>().join(", ")
}

/// `30 s`, `0.25 s`.
pub(in crate::run) fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
