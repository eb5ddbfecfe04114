//! What processes say becomes one stream of whole lines on our stdout, in the order of arrival.
//!
//! The law: bytes are bytes; no line is lost, split (below [`LARGEST_LINE`]) or merged; memory is bounded; and writing
//! never blocks, so that a reader who does not read cannot keep a signal from being answered. Where the queue is full,
//! processes are not read from, and wait in their own writes as they would without us.

mod format;
mod outlet;
mod shown;
mod source;

pub use format::{Colour, LogFormat};
pub(super) use outlet::Outlet;
pub use shown::Reader;
pub(super) use source::{Source, pipe};

use crate::report::Stream;
use format::Formatter;
use jiff::Zoned;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use source::PIPE;
use std::io;
use std::time::Duration;

/// The longest line that stays whole, in bytes. A longer one is split with a visible mark.
pub(super) const LARGEST_LINE: usize = 16 << 20;

/// How much is read from one process at a time, in bytes: large batches are what makes one thread fast enough, and a
/// quarter of the largest pipe stays within the processor's cache.
const CHUNK: usize = 256 << 10;

/// Where the standard error of processes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StderrTarget {
    /// To stdout, among the lines of the other stream.
    Joined,
    /// To stderr.
    Apart,
}

/// How lines are written and where.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// The form of a line.
    pub format: LogFormat,
    /// Where the standard error of processes goes.
    pub stderr: StderrTarget,
    /// Whether prefixes are coloured.
    pub colour: Colour,
    /// Who reads stdout.
    pub reader: Reader,
}

/// The streams of all processes, and the two that they go to.
pub(super) struct Output {
    pub(super) out: Outlet,
    pub(super) err: Outlet,
    sources: Vec<Source>,
    formatter: Formatter,
    stderr: StderrTarget,
    /// Both go to one file: what is said on stderr must not fall into the middle of a line.
    same: bool,
    clock: fn() -> Zoned,
    chunk: Vec<u8>,
}

/// Something to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interest {
    /// Our stdout.
    Out,
    /// Our stderr.
    Err,
    /// A stream, by its place.
    Source(usize),
}

impl Output {
    /// Nothing is read yet. The names are those of all processes, in order.
    pub(super) fn new(manner: Manner, names: Vec<String>, clock: fn() -> Zoned) -> io::Result<Self> {
        let (out, err) = (Outlet::stdout()?, Outlet::stderr()?);
        Ok(Self {
            same: out.is_same_file(&err),
            out,
            err,
            sources: Vec::new(),
            formatter: Formatter::new(manner, names),
            stderr: manner.stderr,
            clock,
            chunk: vec![0; CHUNK],
        })
    }

    /// Other processes speak from now on; no stream of the earlier ones is open.
    pub(super) fn rename(&mut self, manner: Manner, names: Vec<String>) {
        self.formatter = Formatter::new(manner, names);
    }

    /// Reads from this stream too, from now on.
    pub(super) fn add(&mut self, source: Source) {
        self.sources.push(source);
    }

    /// The streams that are still open.
    pub(super) fn open_sources(&self) -> usize {
        self.sources.len()
    }

    /// What to wait for. An outlet without a reader and a stream that may not be read yet are left out: poll(2)
    /// would report their end again and again.
    pub(super) fn interests(&self) -> Vec<(Interest, PollFd<'_>)> {
        let outlets = [(Interest::Out, &self.out), (Interest::Err, &self.err)];
        let mut interests: Vec<_> = outlets
            .into_iter()
            .filter(|(_, outlet)| outlet.gone().is_none())
            .map(|(interest, outlet)| (interest, outlet.interest()))
            .collect();
        interests.extend(
            self.sources.iter().enumerate().filter(|(_, source)| self.outlet(source.stream).accepts()).map(
                |(index, source)| {
                    (Interest::Source(index), PollFd::from_borrowed_fd(source.descriptor(), PollFlags::IN))
                },
            ),
        );
        interests
    }

    /// Acts on what poll(2) said of the interests: reads what is there, writes what can be written.
    pub(super) fn take(&mut self, ready: &[(Interest, PollFlags)]) {
        let mut readable = vec![false; self.sources.len()];
        for (interest, flags) in ready {
            match interest {
                Interest::Out => self.out.notice(*flags),
                Interest::Err => self.err.notice(*flags),
                Interest::Source(index) => {
                    if let Some(one) = readable.get_mut(*index) {
                        *one = true;
                    }
                }
            }
        }
        self.read(|index, _| readable.get(index).copied().unwrap_or(false));
        self.flush();
    }

    /// Says something of our own. Where nobody reads that either, it is dropped: it must not grow without end.
    pub(super) fn announce(&mut self, stream: Stream, bytes: &[u8]) {
        let outlet = match stream {
            Stream::Stderr if !self.same => &mut self.err,
            _ => &mut self.out,
        };
        if outlet.accepts() {
            outlet.queue().extend_from_slice(bytes);
            outlet.flush();
        }
    }

    /// Reads once from each of the chosen streams whose outlet accepts more, and forgets those that have ended.
    fn read(&mut self, chosen: impl Fn(usize, &Source) -> bool) -> usize {
        let mut progress = 0;
        self.formatter.set_time(&(self.clock)());
        let mut ended = Vec::new();
        for index in 0..self.sources.len() {
            let Some(source) = self.sources.get_mut(index) else { continue };
            let apart = source.stream == Stream::Stderr && self.stderr == StderrTarget::Apart && !self.same;
            let outlet = if apart { &mut self.err } else { &mut self.out };
            if !outlet.accepts() || !chosen(index, source) {
                continue;
            }
            match source.read(&mut self.chunk) {
                Ok(Some(0)) => {
                    source.finish(&self.formatter, outlet.queue());
                    ended.push(index);
                }
                Ok(Some(count)) => {
                    progress += count;
                    let chunk = self.chunk.get(..count).unwrap_or_default();
                    source.feed(chunk, &self.formatter, outlet.queue());
                }
                Ok(None) => {}
                // A pipe that cannot be read has nothing more to say.
                Err(_) => ended.push(index),
            }
        }
        for index in ended.into_iter().rev() {
            self.sources.swap_remove(index);
        }
        progress
    }

    /// Takes what a process has already said, as far as the queue goes: its last lines come before the news of its
    /// end. What a full pipe holds and no more, since others may write to it without end.
    pub(super) fn drain(&mut self, process: usize) {
        for _ in 0..=(PIPE / CHUNK) {
            let count = self.read(|_, source| source.process == process);
            self.flush();
            if count == 0 {
                break;
            }
        }
    }

    /// Gives up the streams that are still open, with the unfinished lines they hold.
    pub(super) fn close_sources(&mut self) {
        self.formatter.set_time(&(self.clock)());
        for source in std::mem::take(&mut self.sources) {
            let apart = source.stream == Stream::Stderr && self.stderr == StderrTarget::Apart && !self.same;
            let outlet = if apart { &mut self.err } else { &mut self.out };
            source.finish(&self.formatter, outlet.queue());
        }
    }

    /// Writes all that is queued, as long as readers take something at least every `patience`.
    pub(super) fn finish(&mut self, patience: Duration) {
        for outlet in [&mut self.out, &mut self.err] {
            outlet.flush();
            while !outlet.is_empty() && outlet.last_progress().elapsed() < patience {
                let wait = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
                let ready = {
                    let mut interest = [outlet.interest()];
                    let _ = poll(&mut interest, Some(&wait));
                    interest[0].revents()
                };
                outlet.notice(ready);
                outlet.flush();
            }
        }
    }

    /// Writes what can be written without waiting.
    pub(super) fn flush(&mut self) {
        self.out.flush();
        self.err.flush();
    }

    fn outlet(&self, stream: Stream) -> &Outlet {
        let apart = stream == Stream::Stderr && self.stderr == StderrTarget::Apart && !self.same;
        if apart { &self.err } else { &self.out }
    }
}
