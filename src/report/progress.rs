//! How far a piece of work is: a bar for people at a terminal, from half a second on, and nothing for anybody else. It
//! is wiped when the work ends, whichever way; what is told meanwhile stands above it.
//!
//! The cursor is never hidden, so that there is nothing to restore when a signal ends the program.

use super::Work;
use super::bar;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use std::io::{self, Read, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Work that takes less is not worth a bar.
const WORTH: Duration = Duration::from_millis(500);

/// How often a bar moves although nothing does, so that somebody sees that the program lives.
const PULSE: Duration = Duration::from_millis(100);

/// The place of all bars.
#[derive(Debug, Clone)]
pub(super) struct Bars(MultiProgress);

impl Bars {
    /// On the terminal that stderr is.
    pub(super) fn on_stderr() -> Self {
        Self(MultiProgress::with_draw_target(ProgressDrawTarget::stderr()))
    }

    /// Runs what writes to the terminal while no bar stands in its way.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    /// A bar for this work.
    pub(super) fn progress(&self, work: &Work) -> Progress {
        let bar = ProgressBar::with_draw_target(work.size(), ProgressDrawTarget::hidden());
        bar.set_style(bar::bar(work));
        bar.set_prefix(bar::bar_verb(work));
        let (done, wait) = channel::<()>();
        let (bars, shown) = (self.0.clone(), bar.clone());
        let keeper = std::thread::spawn(move || {
            if wait.recv_timeout(WORTH) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            bars.add(shown.clone());
            shown.tick();
            while wait.recv_timeout(PULSE) == Err(RecvTimeoutError::Timeout) {
                shown.tick();
            }
            shown.finish_and_clear();
            bars.remove(&shown);
        });
        Progress(Some(Shown { bar, done: Some(done), keeper: Some(keeper) }))
    }
}

/// How far a piece of work is. Dropping it ends the work; it may be told of from several threads.
#[derive(Debug)]
#[must_use = "the work ends when this is dropped"]
pub struct Progress(Option<Shown>);

#[derive(Debug)]
struct Shown {
    bar: ProgressBar,
    // Closing it ends the keeper.
    done: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl Progress {
    /// The progress of work that nobody watches.
    pub fn unseen() -> Self {
        Self(None)
    }

    /// So much more is done, in the unit of the work.
    pub fn advance(&self, amount: u64) {
        if let Some(shown) = &self.0 {
            shown.bar.inc(amount);
        }
    }

    /// A reader or writer whose bytes are the work.
    pub fn through<T>(&self, inner: T) -> Measured<'_, T> {
        Measured { inner, progress: self }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.done.take();
        // What a bar could not do is no fault of the work.
        self.keeper.take().map(JoinHandle::join);
    }
}

/// A reader or writer whose bytes are the work.
#[derive(Debug)]
pub struct Measured<'a, T> {
    inner: T,
    progress: &'a Progress,
}

impl<T> Measured<'_, T> {
    fn count(&self, count: usize) {
        self.progress.advance(count as u64);
    }
}

impl<T: Read> Read for Measured<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect(|count| self.count(*count))
    }
}

impl<T: Write> Write for Measured<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).inspect(|count| self.count(*count))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bars, Progress};
    use crate::report::Work;
    use indicatif::{MultiProgress, ProgressDrawTarget};
    use std::io::{Read, Write};

    #[test]
    fn bytes_that_pass_are_the_work() {
        let bars = Bars(MultiProgress::with_draw_target(ProgressDrawTarget::hidden()));
        let progress = bars.progress(&Work::Packing { bytes: 100 });
        let mut read = Vec::new();
        progress.through(&b"twelve bytes"[..]).read_to_end(&mut read).expect("memory");
        progress.through(Vec::new()).write_all(&[0; 30]).expect("memory");
        progress.advance(8);
        let Progress(Some(shown)) = &progress else { panic!("{progress:?}") };
        assert_eq!((shown.bar.position(), shown.bar.length()), (50, Some(100)));
        assert_eq!(read, b"twelve bytes");
    }
}
