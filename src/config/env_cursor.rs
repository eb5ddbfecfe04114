//! A place in a text that knows its line and column.

/// A place in the text, and the line that it is on.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    /// The place, in bytes.
    pub(super) at: usize,
    /// The line, from 1.
    pub(super) line: usize,
    line_start: usize,
    /// The last place whose column was asked for, and that column: a line's characters are counted once.
    counted: (usize, usize),
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// With a line feed, or with the text.
    Plain,
    /// With a carriage return and a line feed.
    CrLf,
}

impl<'t> Cursor<'t> {
    /// The beginning of a text.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, line_start: 0, counted: (0, 1) }
    }

    /// Whether the text is read to its end.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The byte at the place.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The byte behind it.
    pub(super) fn peek_next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at + 1).copied()
    }

    /// The text from the place on.
    pub(super) fn rest(&self) -> &'t str {
        self.from(self.at)
    }

    /// The text from another place on.
    pub(super) fn from(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// The text from another place up to this one.
    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The current line from its beginning.
    pub(super) fn whole_line(&self) -> &'t str {
        first_line(self.from(self.line_start))
    }

    /// The current line from the place on.
    pub(super) fn rest_of_line(&self) -> &'t str {
        first_line(self.rest())
    }

    /// How the line ends, where it ends at the place.
    pub(super) fn line_end(&self) -> Option<LineEnd> {
        match self.rest().as_bytes() {
            [] | [b'\n', ..] => Some(LineEnd::Plain),
            [b'\r', b'\n', ..] => Some(LineEnd::CrLf),
            _ => None,
        }
    }

    /// Steps over spaces and tabs.
    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Steps over a line feed into the next line.
    pub(super) fn next_line(&mut self) {
        if self.peek() == Some(b'\n') {
            self.at += 1;
            self.line += 1;
            (self.line_start, self.counted) = (self.at, (self.at, 1));
        }
    }

    /// The column of a place on the current line, in characters from 1.
    pub(super) fn column(&mut self, at: usize) -> usize {
        if at < self.counted.0 {
            self.counted = (self.line_start, 1);
        }
        let (from, column) = self.counted;
        let column = column + self.text.get(from..at).map_or(0, |passed| passed.chars().count());
        self.counted = (at, column);
        column
    }
}

fn first_line(text: &str) -> &str {
    memchr::memchr(b'\n', text.as_bytes()).and_then(|end| text.get(..end)).unwrap_or(text)
}
