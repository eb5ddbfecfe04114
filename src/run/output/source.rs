//! One stream of one process: a pipe and the unfinished line that came through it.

use super::LARGEST_LINE;
use super::format::{Formatter, Mark};
use crate::report::Stream;
use memchr::{memchr, memchr_iter, memrchr};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The size that a pipe should have, in bytes: what pipe-max-size allows a plain user. Where the user's share of pipe
/// memory is used up (pipe-user-pages-soft), the pipe stays as small as it is.
pub(super) const PIPE: usize = 1 << 20;

/// Memory of an unfinished line that is kept for the next one, in bytes.
const KEPT: usize = 64 << 10;

/// One stream of one process.
pub(in crate::run) struct Source {
    pipe: OwnedFd,
    pub(in crate::run) process: usize,
    pub(in crate::run) stream: Stream,
    partial: Vec<u8>,
}

/// A pipe for one stream: our end, which never blocks, and the process's end, which does.
pub(in crate::run) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
    fcntl_setfl(&ours, OFlags::NONBLOCK)?;
    let _ = fcntl_setpipe_size(&ours, PIPE);
    Ok((ours, theirs))
}

impl Source {
    /// The stream of a process, by its place in the list of names.
    pub(in crate::run) fn new(pipe: OwnedFd, process: usize, stream: Stream) -> Self {
        Self { pipe, process, stream, partial: Vec::new() }
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }

    /// Reads what is there: none where nothing is, 0 at the end.
    pub(super) fn read(&self, chunk: &mut [u8]) -> io::Result<Option<usize>> {
        match rustix::io::read(&self.pipe, chunk) {
            Ok(count) => Ok(Some(count)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Writes the lines that a chunk completes, and keeps the rest.
    pub(super) fn feed(&mut self, chunk: &[u8], formatter: &Formatter, out: &mut Vec<u8>) {
        let mark = self.mark();
        let mut rest = chunk;
        if !self.partial.is_empty() {
            let Some(end) = memchr(b'\n', rest) else { return self.keep(rest, formatter, mark, out) };
            let (tail, after) = rest.split_at(end);
            self.keep(tail, formatter, mark, out);
            formatter.line(mark, &self.partial, out);
            self.partial.clear();
            self.partial.shrink_to(KEPT);
            rest = after.get(1..).unwrap_or_default();
        }
        let Some(last) = memrchr(b'\n', rest) else { return self.keep(rest, formatter, mark, out) };
        let (whole, after) = rest.split_at(last + 1);
        let mut start = 0;
        for end in memchr_iter(b'\n', whole) {
            formatter.line(mark, whole.get(start..end).unwrap_or_default(), out);
            start = end + 1;
        }
        self.keep(after, formatter, mark, out);
    }

    /// Writes the last line where it has no newline.
    pub(super) fn finish(&self, formatter: &Formatter, out: &mut Vec<u8>) {
        if !self.partial.is_empty() {
            formatter.line(self.mark(), &self.partial, out);
        }
    }

    /// Keeps a part of a line; what is longer than the largest line leaves as a marked part.
    fn keep(&mut self, part: &[u8], formatter: &Formatter, mark: Mark, out: &mut Vec<u8>) {
        self.partial.extend_from_slice(part);
        while self.partial.len() > LARGEST_LINE {
            let rest = self.partial.split_off(LARGEST_LINE);
            formatter.part(mark, &self.partial, out);
            self.partial = rest;
        }
    }

    fn mark(&self) -> Mark {
        Mark { process: self.process, stream: self.stream }
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, pipe};
    use crate::report::Stream;
    use crate::run::output::format::{Colour, Formatter, LogFormat};
    use crate::run::output::{LARGEST_LINE, Manner, Reader, StderrTarget};
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::{ProptestConfig, any, prop, proptest};

    fn written(chunks: &[&[u8]]) -> Vec<u8> {
        let manner = Manner {
            format: LogFormat::Text,
            stderr: StderrTarget::Joined,
            colour: Colour::Off,
            reader: Reader::Elsewhere,
        };
        let mut formatter = Formatter::new(manner, vec!["w.1".to_owned()]);
        formatter.set_time(&Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC));
        let mut source = Source::new(pipe().expect("a pipe").0, 0, Stream::Stdout);
        let mut out = Vec::new();
        for chunk in chunks {
            source.feed(chunk, &formatter, &mut out);
        }
        source.finish(&formatter, &mut out);
        out
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        assert_eq!(
            written(&[b"a\nb", b"", b"c\n\nd"]),
            b"00:00:00 w.1 | a\n00:00:00 w.1 | bc\n00:00:00 w.1 | \n00:00:00 w.1 | d\n"
        );
        assert_eq!(written(&[b"\xff\0\r\n"]), b"00:00:00 w.1 | \xff\0\r\n");
        assert_eq!(written(&[]), b"");
    }

    #[test]
    fn the_largest_line_stays_whole_and_a_longer_one_is_visibly_split() {
        let line = vec![b'x'; LARGEST_LINE];
        let whole = written(&[&line, b"\n"]);
        assert_eq!(whole.len(), LARGEST_LINE + "00:00:00 w.1 | \n".len());
        let split = String::from_utf8(written(&[&line, b"yz\nnext\n"])).expect("text");
        let lines: Vec<&str> = split.lines().collect();
        assert!(lines[0].ends_with("x [cargo-twelve: line split after 16.0 MiB]"));
        assert_eq!(lines[1..], ["00:00:00 w.1 | yz", "00:00:00 w.1 | next"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn nothing_is_lost_split_or_merged(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20)) {
            let all = chunks.concat();
            let mut expected = Vec::new();
            for line in all.split_inclusive(|byte| *byte == b'\n') {
                expected.extend_from_slice(b"00:00:00 w.1 | ");
                expected.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
                expected.push(b'\n');
            }
            let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
            assert_eq!(written(&chunks), expected);
        }
    }
}
