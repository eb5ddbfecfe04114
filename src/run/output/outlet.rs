//! Our stdout or stderr, written to without ever waiting for its reader, behind a bounded queue.
//!
//! The flag that makes a descriptor non-blocking belongs to what is open, which we share with whoever started us: a
//! shell whose terminal stops blocking is broken. So each kind of file has its own way.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};
use rustix::io::Errno;
use rustix::net::{SendFlags, send};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

/// From this many queued bytes on nothing more is accepted.
const FULL: usize = 1 << 20;

/// What a pipe that poll(2) calls writable takes without blocking (PIPE_BUF, pipe(7)).
const PIPE_BUF: usize = 4096;

/// How a descriptor is written to without waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Opened anew through /proc, with a flag of our own: pipes, terminals.
    Reopened,
    /// A socket takes the flag with each call.
    Socket,
    /// A file never keeps a writer waiting for a reader.
    File,
    /// What could not be opened anew (another user's pipe): asked first, and little at a time.
    Asked,
}

/// Our stdout or stderr.
pub(in crate::run) struct Outlet {
    descriptor: OwnedFd,
    way: Way,
    queue: Vec<u8>,
    written: usize,
    gone: Option<io::Error>,
    progress: Instant,
}

impl Outlet {
    pub(super) fn stdout() -> io::Result<Self> {
        Self::over(io::stdout().as_fd())
    }

    pub(super) fn stderr() -> io::Result<Self> {
        Self::over(io::stderr().as_fd())
    }

    pub(super) fn over(descriptor: BorrowedFd<'_>) -> io::Result<Self> {
        let kind = FileType::from_raw_mode(fstat(descriptor)?.st_mode);
        let owned = descriptor.try_clone_to_owned()?;
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&owned));
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let (descriptor, way) = match kind {
            FileType::Socket => (owned, Way::Socket),
            // Opened anew, a file would be written from its beginning.
            FileType::RegularFile => (owned, Way::File),
            _ => match openat(CWD, path, flags, Mode::empty()) {
                Ok(reopened) => (reopened, Way::Reopened),
                Err(_) => (owned, Way::Asked),
            },
        };
        Ok(Self { descriptor, way, queue: Vec::new(), written: 0, gone: None, progress: Instant::now() })
    }

    /// Whether there is room for another chunk.
    pub(super) fn accepts(&self) -> bool {
        self.queued() < FULL
    }

    pub(in crate::run) fn is_empty(&self) -> bool {
        self.queued() == 0
    }

    fn queued(&self) -> usize {
        self.queue.len() - self.written
    }

    /// The queue, to add to.
    pub(in crate::run) fn queue(&mut self) -> &mut Vec<u8> {
        if self.is_empty() {
            // The time without progress counts from the first byte that waits.
            self.progress = Instant::now();
        }
        &mut self.queue
    }

    /// Why nobody reads any more.
    pub(in crate::run) fn gone(&self) -> Option<&io::Error> {
        self.gone.as_ref()
    }

    /// When the last byte left, or the first began to wait.
    pub(in crate::run) fn last_progress(&self) -> Instant {
        self.progress
    }

    /// Throws away what is queued.
    fn discard(&mut self) {
        self.queue.clear();
        self.written = 0;
    }

    /// What to wait for: room where something is queued, and in any case the end of the reader.
    pub(super) fn interest(&self) -> PollFd<'_> {
        let wanted = if self.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        PollFd::from_borrowed_fd(self.descriptor.as_fd(), wanted)
    }

    /// Takes note of what poll(2) said: a pipe without a reader is an error, a terminal or socket without one hangs up.
    pub(super) fn notice(&mut self, ready: PollFlags) {
        if ready.intersects(PollFlags::ERR | PollFlags::HUP) && self.way != Way::File && self.gone.is_none() {
            self.gone = Some(Errno::PIPE.into());
        }
    }

    /// Gives the reader up: what is queued and what comes is thrown away.
    pub(in crate::run) fn abandon(&mut self) {
        self.gone.get_or_insert_with(|| io::ErrorKind::TimedOut.into());
        self.discard();
    }

    /// Whether two outlets write to one file.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        match (fstat(&self.descriptor), fstat(&other.descriptor)) {
            (Ok(one), Ok(other)) => (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino),
            _ => false,
        }
    }

    /// Writes as much as can be written without waiting.
    pub(in crate::run) fn flush(&mut self) {
        while self.gone.is_none() && !self.is_empty() {
            match self.write_once() {
                Ok(count) => {
                    self.written += count;
                    self.progress = Instant::now();
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(cause) => self.gone = Some(cause.into()),
            }
        }
        if self.gone.is_some() || self.is_empty() {
            self.discard();
            // A queue that held one very long line gives its memory back.
            self.queue.shrink_to(2 * FULL);
        } else if self.written > FULL {
            self.queue.drain(..self.written);
            self.written = 0;
        }
    }

    fn write_once(&self) -> Result<usize, Errno> {
        let bytes = self.queue.get(self.written..).unwrap_or_default();
        match self.way {
            Way::Reopened | Way::File => rustix::io::write(&self.descriptor, bytes),
            Way::Socket => send(&self.descriptor, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL),
            Way::Asked => {
                let mut asked = [PollFd::new(&self.descriptor, PollFlags::OUT)];
                let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
                if poll(&mut asked, Some(&at_once))? == 0 {
                    return Err(Errno::AGAIN);
                }
                let part = bytes.get(..PIPE_BUF).unwrap_or(bytes);
                rustix::io::write(&self.descriptor, part)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FULL, Outlet, Way};
    use std::io::{Read, pipe};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_reader_that_does_not_read_keeps_nobody_waiting() {
        let (mut reader, writer) = pipe().expect("a pipe");
        let mut outlet = Outlet::over(writer.as_fd()).expect("an outlet");
        assert_eq!(outlet.way, Way::Reopened);
        outlet.queue().extend(std::iter::repeat_n(b'x', 2 * FULL));
        outlet.flush();
        assert!(!outlet.accepts());
        let mut bytes = vec![0; FULL];
        let mut left = 2 * FULL;
        while left > 0 {
            left -= reader.read(&mut bytes).expect("bytes");
            outlet.flush();
        }
        assert!(outlet.is_empty() && outlet.accepts());
        drop(reader);
        outlet.queue().push(b'x');
        outlet.flush();
        assert!(outlet.gone().is_some());
    }

    #[test]
    fn every_kind_of_file_has_its_way() {
        let (socket, _other) = UnixStream::pair().expect("sockets");
        assert_eq!(Outlet::over(socket.as_fd()).expect("an outlet").way, Way::Socket);
        let file = tempfile::tempfile().expect("a file");
        assert_eq!(Outlet::over(file.as_fd()).expect("an outlet").way, Way::File);
        let (_reader, writer) = pipe().expect("a pipe");
        let mut asked = Outlet::over(writer.as_fd()).expect("an outlet");
        asked.way = Way::Asked;
        asked.queue().extend(std::iter::repeat_n(b'x', FULL));
        asked.flush();
        assert!(!asked.is_empty(), "it stopped where the pipe was full");
    }
}
