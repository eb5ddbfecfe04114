//! The supervisor: one thread that starts a formation, carries its output, answers signals, and leaves nothing
//! behind.
//!
//! The law of the loop: signals come first, nothing in it waits but the one poll(2), and everything that has a time is
//! asked for it by [`Supervisor::next_moment`]. With nothing to do it does not wake up.

mod companion;
mod ending;
mod guest;
mod notice;
mod process_table;
mod readiness;
mod restart;
mod signals;
mod slot;
mod spawn;
mod status;
mod stopping;
mod watchdog;

pub use companion::{Companion, Demand};
pub use readiness::{AWAIT_READY, Awaited, await_ready};
pub use signals::Signals;
pub(super) use signals::{STATUS, STOPPING, name};
pub(super) use spawn::{command, start, surround, unstartable};
pub(super) use stopping::seconds;
pub(super) use watchdog::Watchdog;
pub use watchdog::{WATCHDOG, watch};

use super::launch::Supervised;
use super::output::{Interest, Manner, Output, Source};
use super::{Error, Outside, PrivateFolder};
use crate::report::{Event, Reporter, RunEvent, Stream};
use guest::Guest;
use jiff::Zoned;
use notice::Notice;
use readiness::Known;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, WaitOptions, getpid, set_child_subreaper, wait};
use slot::{Slot, State};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};
use stopping::Stop;

/// How what happens is said, and where lines go.
#[derive(Debug, Clone)]
pub struct Voice {
    /// Says events.
    pub reporter: Reporter,
    /// The wall clock where we are, for lines and events.
    pub clock: fn() -> Zoned,
    /// How lines are written.
    pub manner: Manner,
    /// Who outside waits for us.
    pub outside: Outside,
}

/// Starts the formation and supervises it to its end, and where the companion has another one, that too; the answer
/// is the exit code.
///
/// # Errors
/// Where it cannot even begin: no signals, no pipes.
pub fn supervise(
    formation: Vec<Supervised>,
    folder: &PrivateFolder,
    signals: Signals,
    voice: Voice,
    companion: Option<Box<dyn Companion>>,
) -> Result<u8, Error> {
    // From here on whatever loses its parent below us becomes our child (prctl(2)).
    set_child_subreaper(Some(getpid())).map_err(|cause| Error::system("a subreaper")(cause.into()))?;
    let names = formation.iter().map(|one| one.process.name.clone()).collect();
    let output = Output::new(voice.manner, names, voice.clock).map_err(Error::system("stdout"))?;
    let now = Instant::now();
    let notice = Notice::to(voice.outside.listeners()?, now);
    let mut supervisor = Supervisor {
        slots: formation.into_iter().map(|one| Slot::new(one, now)).collect(),
        output,
        signals,
        watchdog: None,
        strangers: strangers(),
        voice,
        stop: None,
        failed: None,
        guest: Guest::new(companion),
        notice,
    };
    match Watchdog::start(folder.path()) {
        Ok(watchdog) => supervisor.watchdog = Some(watchdog),
        Err(cause) => supervisor.warn_without_watchdog(&cause),
    }
    Ok(supervisor.run())
}

struct Supervisor {
    slots: Vec<Slot>,
    output: Output,
    signals: Signals,
    watchdog: Option<Watchdog>,
    /// Children that we had before we were this program: a shell's, which called us with `exec`.
    strangers: Vec<Pid>,
    voice: Voice,
    /// Set once the formation is being stopped.
    stop: Option<Stop>,
    /// The exit code of the first that failed.
    failed: Option<u8>,
    /// What goes on beside the formation.
    guest: Guest,
    /// What those outside were told.
    notice: Notice,
}

impl Supervisor {
    fn run(mut self) -> u8 {
        loop {
            self.keep_time(Instant::now());
            if (self.is_over() || self.guest.is_over()) && !self.hand_over() {
                break;
            }
            self.wait(self.next_moment());
        }
        let code = self.failed.unwrap_or(0);
        self.output.close_sources();
        if !self.guest.is_over() {
            self.tell(&Event::Run(RunEvent::Stopped { code: i32::from(code) }));
        }
        self.output.finish(stopping::LAST_LINES);
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.dismiss();
        }
        code
    }

    /// Does everything whose moment has come.
    fn keep_time(&mut self, now: Instant) {
        // One start a round: signals and the first lines of others come between.
        if let Some(index) = self.slots.iter().position(|slot| slot.is_due(now)) {
            self.start(index, now);
        }
        for index in 0..self.slots.len() {
            self.ask_readiness(index, now);
        }
        self.keep_stop_times(now);
        self.accompany(now);
        self.keep_noticed(now);
    }

    /// The next moment at which something is due; none where only an event can bring work.
    fn next_moment(&self) -> Option<Instant> {
        let slots = self.slots.iter().filter_map(Slot::next_moment);
        slots
            .chain(self.stop.as_ref().and_then(Stop::next_moment))
            .chain(self.patience_ends())
            .chain(self.guest.next_moment())
            .chain(self.notice.next_moment())
            .min()
    }

    /// Waits for the first thing that happens, and acts on all that have.
    fn wait(&mut self, until: Option<Instant>) {
        let (signalled, ready) = self.poll(until);
        if signalled {
            for signal in self.signals.arrived() {
                match signal {
                    STATUS => self.tell_status(),
                    signal if STOPPING.contains(&signal) => self.answer(signal),
                    _ => {}
                }
            }
            self.reap();
        }
        self.output.take(&ready);
        if self.stop.is_none()
            && let Some(cause) = self.output.out.gone()
        {
            let reason = format!("stdout cannot be written: {cause}");
            self.guest.dismiss();
            // 74, as every failure of the machine to take our output: lines are lost from here on.
            self.failed.get_or_insert(UNWRITABLE);
            self.begin_stop(reason);
        }
    }

    fn poll(&mut self, until: Option<Instant>) -> (bool, Vec<(Interest, PollFlags)>) {
        let interests = self.output.interests();
        let signals: BorrowedFd<'_> = self.signals.descriptor();
        let mut descriptors = vec![PollFd::from_borrowed_fd(signals, PollFlags::IN)];
        let guests = self.guest.descriptors();
        let guest_count = guests.len();
        descriptors.extend(guests.into_iter().map(|one| PollFd::from_borrowed_fd(one, PollFlags::IN)));
        let (tokens, others): (Vec<Interest>, Vec<PollFd<'_>>) = interests.into_iter().unzip();
        descriptors.extend(others);
        let timeout = until.map(|until| timespec(until.saturating_duration_since(Instant::now())));
        if poll(&mut descriptors, timeout.as_ref()).is_err() {
            // Interrupted by a signal: its byte waits in the pipe, and the next round sees it.
            return (true, Vec::new());
        }
        let mut flags = descriptors.iter().map(PollFd::revents);
        let signalled = flags.next().is_some_and(|flags| !flags.is_empty());
        let called = flags.by_ref().take(guest_count).filter(|flags| !flags.is_empty()).count() > 0;
        let ready = tokens.into_iter().zip(flags).filter(|(_, flags)| !flags.is_empty()).collect();
        self.guest.called |= called;
        (signalled, ready)
    }

    fn start(&mut self, index: usize, now: Instant) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        let process = &slot.plan.process;
        match spawn::spawn(&slot.plan) {
            Ok(spawned) => {
                let (process, port) = (process.name.clone(), slot.plan.port);
                let pid = spawned.pid.as_raw_pid().unsigned_abs();
                let started = match slot.restarts() {
                    0 => Event::Run(RunEvent::Started { process, pid, port }),
                    restarts => Event::Run(RunEvent::Restarted { process, pid, port, restarts }),
                };
                if let Some(watchdog) = &mut self.watchdog {
                    watchdog.started(spawned.pid);
                }
                self.output.add(Source::new(spawned.stdout, index, Stream::Stdout));
                self.output.add(Source::new(spawned.stderr, index, Stream::Stderr));
                slot.begin(spawned.pid, now);
                self.tell(&started);
            }
            Err(error) => self.start_failed(index, &error),
        }
    }

    fn start_failed(&mut self, index: usize, error: &Error) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        slot.state = State::Ended;
        let process = slot.plan.process.name.clone();
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        self.tell(&Event::warning(format!("{error}{cause}")));
        self.failed.get_or_insert(error.program_code().unwrap_or(UNWRITABLE));
        self.begin_stop(format!("`{process}` could not be started"));
    }

    fn ask_readiness(&mut self, index: usize, now: Instant) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        let State::Running(running) = &mut slot.state else { return };
        let Some(readiness) = &mut running.readiness else { return };
        let process = slot.plan.process.name.clone();
        match readiness.ask(now) {
            Known::NotYet => {}
            Known::Ready(after) => {
                running.readiness = None;
                let milliseconds = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                self.tell(&Event::Run(RunEvent::Ready { process, milliseconds }));
            }
            Known::Late => {
                running.readiness = None;
                self.failed.get_or_insert(NOT_READY);
                let timeout = Duration::from_millis(slot.plan.process_type.start_timeout);
                self.begin_stop(format!("`{process}` was not ready within {}", stopping::seconds(timeout)));
            }
        }
    }

    fn tell(&mut self, event: &Event) {
        if let Some((stream, bytes)) = self.voice.reporter.rendered(event, Some((self.voice.clock)().timestamp())) {
            self.output.announce(stream, &bytes);
        }
    }

    fn warn_without_watchdog(&mut self, cause: &Error) {
        let cause = std::error::Error::source(cause).map(|cause| format!(": {cause}")).unwrap_or_default();
        self.tell(&Event::warning(format!(
            "no watchdog{cause}; should this program be killed with SIGKILL, its processes stay"
        )));
    }
}

/// The exit code where our own output cannot be written: EX_IOERR of sysexits.h.
const UNWRITABLE: u8 = 74;

/// The exit code where a process does not become ready: EX_UNAVAILABLE of sysexits.h.
const NOT_READY: u8 = 69;

/// The children that we have before anything was started. Mostly none, which one call tells.
fn strangers() -> Vec<Pid> {
    match wait(WaitOptions::NOHANG) {
        Err(_) => Vec::new(),
        Ok(_) => process_table::descendants(&[]).into_iter().map(|row| row.pid).collect(),
    }
}

fn timespec(duration: Duration) -> Timespec {
    // Rounded up, so that poll(2) does not return a moment too early and find nothing due.
    let duration = duration + Duration::from_micros(100);
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}
