//! A place in the formation: one process at a time, started again where its rule says so.

use super::readiness::Readiness;
use super::restart::BackOff;
use crate::app::Restart;
use crate::run::environment::Environment;
use crate::run::launch::Supervised;
use rustix::process::{Pid, Signal};
use std::time::{Duration, Instant};

/// A place in the formation.
pub(super) struct Slot {
    pub(super) plan: Supervised,
    pub(super) state: State,
    pub(super) back_off: BackOff,
    /// How often a process was started here.
    starts: u32,
    /// The group of the latest process, also after its leader ended: others may be left in it.
    pub(super) group: Option<Pid>,
    /// When what is left of the group is killed; set once the formation is being stopped.
    pub(super) kill_at: Option<Instant>,
    /// SIGKILL was sent; what lives on after that cannot be killed by us.
    pub(super) was_killed: bool,
}

/// What a place holds.
pub(super) enum State {
    /// Nothing until this moment.
    Waiting {
        /// When the process starts.
        until: Instant,
    },
    /// A process that has not been reaped.
    Running(Running),
    /// Nothing any more.
    Ended,
}

/// A process that has not been reaped.
pub(super) struct Running {
    pub(super) pid: Pid,
    pub(super) since: Instant,
    /// The question whether it is ready, until it is answered.
    pub(super) readiness: Option<Readiness>,
}

impl Slot {
    /// A place whose process is due now.
    pub(super) fn new(plan: Supervised, now: Instant) -> Self {
        let state = State::Waiting { until: now };
        Self { plan, state, back_off: BackOff::default(), starts: 0, group: None, kill_at: None, was_killed: false }
    }

    /// Its process has started. Where it never starts again, what it was given is wiped here; otherwise it is kept
    /// for the next start.
    pub(super) fn begin(&mut self, pid: Pid, now: Instant) {
        if self.plan.process_type.restart == Restart::Never {
            self.plan.process.environment = Environment::default();
        }
        self.group = Some(pid);
        self.starts += 1;
        self.state = State::Running(Running { pid, since: now, readiness: Readiness::of(&self.plan, now) });
    }

    /// How often it was started again; of a process that is about to start, this start included.
    pub(super) fn restarts(&self) -> u32 {
        match self.state {
            State::Running(_) | State::Ended => self.starts.saturating_sub(1),
            State::Waiting { .. } => self.starts,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.plan.process.name
    }

    pub(super) fn pid(&self) -> Option<Pid> {
        match &self.state {
            State::Running(running) => Some(running.pid),
            State::Waiting { .. } | State::Ended => None,
        }
    }

    /// Whether its process is to be started.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        matches!(self.state, State::Waiting { until } if until <= now)
    }

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    pub(super) fn stop_timeout(&self) -> Duration {
        Duration::from_millis(self.plan.process_type.stop_timeout)
    }

    pub(super) fn stop_signal(&self) -> Signal {
        use crate::app::StopSignal;
        match self.plan.process_type.stop_signal {
            StopSignal::Term => Signal::TERM,
            StopSignal::Int => Signal::INT,
            StopSignal::Quit => Signal::QUIT,
            StopSignal::Hangup => Signal::HUP,
            StopSignal::User1 => Signal::USR1,
            StopSignal::User2 => Signal::USR2,
        }
    }

    /// When something is due here.
    pub(super) fn next_moment(&self) -> Option<Instant> {
        match &self.state {
            State::Waiting { until } => Some(*until),
            State::Running(running) => {
                let ask = running.readiness.as_ref().map(Readiness::next);
                ask.into_iter().chain(self.kill_at).min()
            }
            State::Ended => None,
        }
    }
}
