//! The three ways to write a value: bare, in single quotes, in double quotes. Each is read to the end of its line.

use super::env_code::Code;
use super::env_finding::Finding;
use super::env_grammar::Scanner;
use super::secret::Secret;

/// The quotes that word processors put in place of `'` and `"`.
const TYPOGRAPHIC_QUOTES: [char; 8] = ['‘', '’', '‚', '‛', '“', '”', '„', '‟'];

/// A value in quotes, while it is read.
struct Quoted {
    value: Vec<u8>,
    /// Where its closing quote stands.
    close: usize,
    /// Line and column of its opening quote.
    opened: (usize, usize),
    /// The first thing that is wrong in it: the rest is read only to find where it ends.
    wrong: Option<Finding>,
    /// The warnings that were given: one of a kind is enough.
    told: Vec<Code>,
}

impl Scanner<'_> {
    /// The value that stands at the current place. Afterwards the cursor stands at the line's end.
    pub(super) fn value(&mut self) -> Result<Secret, Finding> {
        match self.cursor.peek() {
            Some(b'\'') => self.single_quoted(),
            Some(b'"') => self.double_quoted(),
            Some(b' ' | b'\t') => Err(self.finding(Code::SpaceAfterEq, self.cursor.at)),
            _ => self.bare(),
        }
    }

    fn bare(&mut self) -> Result<Secret, Finding> {
        let (start, rest) = (self.cursor.at, self.cursor.rest());
        let (mut before, mut meta_told) = (':', false);
        for one in rest.chars() {
            match bare_character(one, before) {
                Bare::Plain => {}
                Bare::Odd(Code::ShellMeta) if meta_told => {}
                Bare::Odd(code) => {
                    meta_told |= code == Code::ShellMeta;
                    self.warn(code, self.cursor.at);
                }
                Bare::Forbidden(code) => return Err(self.finding(code, self.cursor.at)),
                Bare::End => break,
            }
            before = one;
            self.cursor.at += one.len_utf8();
        }
        let value = Secret::new(self.cursor.since(start));
        let end = self.cursor.at;
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            _ if self.cursor.line_end().is_some() => {
                if self.cursor.at > end {
                    self.warn(Code::TrailingSpace, end);
                }
                Ok(value)
            }
            Some(b'#') => Err(self.finding(Code::CommentAfterValue, end)),
            Some(0 | b'\r') => Err(self.unreadable(self.cursor.at)),
            _ => Err(self.finding(Code::UnquotedSpace, end)),
        }
    }

    fn single_quoted(&mut self) -> Result<Secret, Finding> {
        let inside = self.cursor.from(self.cursor.at + 1);
        let mut quoted = self.opened(memchr::memchr(b'\'', inside.as_bytes()))?;
        while self.cursor.at < quoted.close {
            let at = self.cursor.at;
            match (self.cursor.peek(), self.cursor.peek_next()) {
                (Some(b'\\'), _) if at + 1 == quoted.close => self.wrong(&mut quoted, Code::BackslashBeforeQuote),
                (Some(b'\\'), Some(b'\\')) => self.odd(&mut quoted, Code::BackslashesInSingle),
                (Some(b'$'), Some(b'{')) => self.odd(&mut quoted, Code::BracesInSingle),
                _ => {}
            }
            self.literal(&mut quoted);
        }
        self.closed(quoted)
    }

    fn double_quoted(&mut self) -> Result<Secret, Finding> {
        let inside = self.cursor.from(self.cursor.at + 1);
        let mut quoted = self.opened(closing_double_quote(inside.as_bytes()))?;
        while self.cursor.at < quoted.close {
            match (self.cursor.peek(), self.cursor.peek_next()) {
                (Some(b'\\'), Some(b'"' | b'\\' | b'$' | b'`')) => {
                    self.odd(&mut quoted, Code::Escape);
                    self.cursor.at += 1;
                }
                (Some(b'\\'), _) => self.wrong(&mut quoted, Code::UnknownEscape),
                (Some(b'$'), _) => self.wrong(&mut quoted, Code::DollarInDouble),
                (Some(b'`'), _) => self.wrong(&mut quoted, Code::Backtick),
                _ => {}
            }
            self.literal(&mut quoted);
        }
        self.closed(quoted)
    }

    /// Steps over the opening quote, where the quote closes so many bytes behind it.
    fn opened(&mut self, length: Option<usize>) -> Result<Quoted, Finding> {
        let Some(length) = length else {
            return Err(self.unclosed());
        };
        let opened = (self.cursor.line, self.cursor.column(self.cursor.at));
        self.cursor.at += 1;
        // With room for the longest value that can come: one that grew would leave copies of itself behind.
        let value = Vec::with_capacity(length);
        Ok(Quoted { value, close: self.cursor.at + length, opened, wrong: None, told: Vec::new() })
    }

    /// Takes one byte, or a line's end, as it stands.
    fn literal(&mut self, quoted: &mut Quoted) {
        match self.cursor.peek() {
            Some(b'\n' | b'\r') if self.cursor.line_end().is_some() => {
                self.end_line();
                quoted.value.push(b'\n');
                return;
            }
            Some(0) => self.wrong(quoted, Code::Nul),
            Some(b'\r') => self.wrong(quoted, Code::BareCr),
            _ => {}
        }
        quoted.value.extend(self.cursor.peek());
        self.cursor.at += 1;
    }

    fn wrong(&mut self, quoted: &mut Quoted, code: Code) {
        if quoted.wrong.is_none() {
            quoted.wrong = Some(self.finding(code, self.cursor.at));
        }
    }

    fn odd(&mut self, quoted: &mut Quoted, code: Code) {
        if !quoted.told.contains(&code) {
            quoted.told.push(code);
            self.warn(code, self.cursor.at);
        }
    }

    /// Steps over the closing quote; nothing but the line's end may follow.
    fn closed(&mut self, quoted: Quoted) -> Result<Secret, Finding> {
        let value = Secret::new(quoted.value);
        self.cursor.at += 1;
        if let Some(wrong) = quoted.wrong {
            return Err(wrong);
        }
        if self.cursor.line > quoted.opened.0 {
            self.warn_of_entry(Code::MultiLine, quoted.opened);
        }
        let end = self.cursor.at;
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            _ if self.cursor.line_end().is_some() => {
                if self.cursor.at > end {
                    self.warn(Code::TrailingSpace, end);
                }
                Ok(value)
            }
            Some(b'#') => Err(self.finding(Code::CommentAfterValue, self.cursor.at)),
            Some(0 | b'\r') => Err(self.unreadable(self.cursor.at)),
            _ => Err(self.finding(Code::TextAfterQuote, self.cursor.at)),
        }
    }
}

/// Where the first double quote stands that no backslash escapes.
fn closing_double_quote(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', inside.get(at..)?)?;
        if inside.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// What a character is in a bare value.
pub(super) enum Bare {
    /// Itself, to every reader.
    Plain,
    /// Itself, and worth a warning.
    Odd(Code),
    /// The value's end.
    End,
    /// Nothing that can stand here.
    Forbidden(Code),
}

/// What a character is in a bare value behind another; before the first, a colon counts.
pub(super) fn bare_character(one: char, before: char) -> Bare {
    match one {
        '\n' | '\r' | ' ' | '\t' => Bare::End,
        '\0' => Bare::Forbidden(Code::Nul),
        '\'' | '"' => Bare::Forbidden(Code::UnquotedQuote),
        '\\' => Bare::Forbidden(Code::UnquotedBackslash),
        '$' => Bare::Forbidden(Code::UnquotedDollar),
        '`' => Bare::Forbidden(Code::Backtick),
        '#' => Bare::Forbidden(Code::UnquotedHash),
        '|' | '&' | ';' | '<' | '>' | '(' | ')' => Bare::Odd(Code::ShellMeta),
        // Shells put a home folder in its place, at the front and behind a colon (POSIX.1-2017, 2.6.1).
        '~' if before == ':' => Bare::Odd(Code::ShellMeta),
        _ if one.is_ascii_graphic() => Bare::Plain,
        _ if TYPOGRAPHIC_QUOTES.contains(&one) => Bare::Odd(Code::TypographicQuote),
        // Nobody sees these two, and JavaScript's `trim` takes the second for white space.
        '\u{200b}' | '\u{feff}' => Bare::Forbidden(Code::UnicodeSpace),
        _ if one.is_control() => Bare::Forbidden(Code::ControlChar),
        _ if one.is_whitespace() => Bare::Forbidden(Code::UnicodeSpace),
        _ => Bare::Plain,
    }
}
