//! The grammar of env files: the text from front to back, one entry or one error a line. It decides what stands
//! where; what a value is, is `env_value.rs`.
//!
//! After an error the next line is read as if nothing had happened, so that all errors of a file come at once. Only
//! an unclosed quote leaves doubt about what follows: it is read, and no name of it is shown any more, since it may
//! be part of a value.

use super::env_code::{Code, Severity};
use super::env_cursor::{Cursor, LineEnd};
use super::env_file::Entry;
use super::env_finding::{Finding, rewrite};
use std::borrow::Cow;
use std::collections::HashMap;

/// The kernel's limit for one string of an environment, its closing NUL included (MAX_ARG_STRLEN, execve(2)).
pub(super) const LONGEST_STRING: usize = 131_072;

/// Names that bash or dash keeps for itself: read-only, computed, or checked. All of bash's own also begin with
/// `BASH` (bash(1), "Shell Variables").
pub(super) const SHELL_NAMES: [&str; 19] = [
    "COMP_WORDBREAKS",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "IFS",
    "LINENO",
    "OPTIND",
    "PIPESTATUS",
    "PPID",
    "RANDOM",
    "SECONDS",
    "SHELLOPTS",
    "SRANDOM",
    "UID",
    "_",
];

/// What a text holds.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// The entries that are in order.
    pub(super) entries: Vec<Entry>,
    /// What was found, in no order.
    pub(super) findings: Vec<Finding>,
}

/// Reads a text. An error ends its entry; the rest of its line is skipped.
pub(super) struct Scanner<'t> {
    pub(super) cursor: Cursor<'t>,
    /// The line on which the entry begins, its `NAME=`, and its name: what may be shown.
    entry_line: usize,
    head: &'t str,
    name: Option<&'t str>,
    /// Whether names may be parts of a value.
    doubtful: bool,
    crlf_told: bool,
    first_lines: HashMap<&'t str, usize>,
    found: Scanned,
}

/// The entries and findings of a text without byte order mark.
pub(super) fn scan(text: &str) -> Scanned {
    let mut scanner = Scanner {
        cursor: Cursor::new(text),
        entry_line: 1,
        head: "",
        name: None,
        doubtful: false,
        crlf_told: false,
        first_lines: HashMap::new(),
        found: Scanned::default(),
    };
    while !scanner.cursor.is_done() {
        (scanner.entry_line, scanner.head, scanner.name) = (scanner.cursor.line, "", None);
        if let Err(error) = scanner.one_line() {
            scanner.found.findings.push(error);
            scanner.cursor.at += scanner.cursor.rest_of_line().len();
            scanner.cursor.next_line();
        }
    }
    scanner.found
}

impl<'t> Scanner<'t> {
    /// Blank, comment, or entry.
    fn one_line(&mut self) -> Result<(), Finding> {
        let start = self.cursor.at;
        self.cursor.skip_blanks();
        let indented = self.cursor.at > start;
        match self.cursor.peek() {
            _ if self.cursor.line_end().is_some() => {
                if indented {
                    self.warn(Code::StraySpace, start);
                }
                self.end_line();
                Ok(())
            }
            Some(b'#') => {
                if indented {
                    self.warn(Code::StraySpace, start);
                }
                self.comment()
            }
            _ if indented => Err(self.finding(Code::LeadingSpace, start)),
            _ => self.entry(),
        }
    }

    fn comment(&mut self) -> Result<(), Finding> {
        let (start, line) = (self.cursor.at, self.cursor.rest_of_line());
        self.cursor.at += line.len();
        let text = match line.strip_suffix('\r') {
            Some(text) if !self.cursor.is_done() => text,
            _ => line,
        };
        self.cursor.at = start + text.len();
        if let Some(bad) = memchr::memchr2(0, b'\r', text.as_bytes()) {
            return Err(self.unreadable(start + bad));
        }
        if text.ends_with('\\') {
            self.warn(Code::CommentBackslash, start + text.len() - 1);
        }
        if let Some(bad) = text.find(['\u{2028}', '\u{2029}']) {
            self.warn(Code::LineSeparator, start + bad);
        }
        if self.cursor.is_done() && text.contains('=') {
            self.warn(Code::UnendedComment, start);
        }
        self.end_line();
        Ok(())
    }

    fn entry(&mut self) -> Result<(), Finding> {
        let start = self.cursor.at;
        let exported = self.export()?;
        let name = self.name();
        if let Ok(name) = name.as_ref() {
            (self.head, self.name) = (self.cursor.since(start), Some(*name));
        }
        if exported {
            self.warn(Code::Export, start);
        }
        let name = name?;
        let place = (self.cursor.line, self.cursor.column(start));
        let value_place = (self.cursor.line, self.cursor.column(self.cursor.at));
        let value = self.value()?;
        if name.len() + "=".len() + value.len() + "\0".len() > LONGEST_STRING {
            return Err(self.finding_of_entry(Code::TooLong, value_place));
        }
        if let Some(first) = self.first_lines.get(name) {
            let rule = format!("{} (first on line {first})", Code::DuplicateKey.rule());
            let finding = self.finding_of_entry(Code::DuplicateKey, place);
            return Err(Finding { rule: Cow::Owned(rule), ..finding });
        }
        if SHELL_NAMES.contains(&name) || name.starts_with("BASH") {
            let finding = self.finding_of_entry(Code::ShellName, place);
            self.found.findings.push(finding);
        }
        self.first_lines.insert(name, place.0);
        let span = start..self.cursor.at;
        self.found.entries.push(Entry { name: name.to_owned(), value, line: place.0, column: place.1, span });
        self.end_line();
        Ok(())
    }

    /// `export` and one space, where it is not itself the name. Whether it stands there.
    fn export(&mut self) -> Result<bool, Finding> {
        let start = self.cursor.at;
        match self.cursor.rest().strip_prefix("export").map(str::as_bytes) {
            Some([b' ', next, ..]) if !matches!(next, b' ' | b'\t') => {
                self.cursor.at += "export ".len();
                Ok(true)
            }
            Some([b' ' | b'\t', ..]) => {
                self.warn(Code::Export, start);
                Err(self.finding(Code::ExportThenOneSpace, start))
            }
            _ => Ok(false),
        }
    }

    /// `NAME=`.
    fn name(&mut self) -> Result<&'t str, Finding> {
        let start = self.cursor.at;
        let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        if self.cursor.peek().is_some_and(letter) {
            let rest = self.cursor.rest().bytes();
            self.cursor.at += rest.take_while(|byte| letter(*byte) || byte.is_ascii_digit()).count();
        }
        let (name, end) = (self.cursor.since(start), self.cursor.at);
        match self.cursor.peek() {
            Some(b'=') if !name.is_empty() => {
                self.cursor.at += 1;
                Ok(name)
            }
            Some(b' ' | b'\t') if !name.is_empty() => {
                self.cursor.skip_blanks();
                let code = if self.cursor.peek() == Some(b'=') { Code::SpaceBeforeEq } else { Code::ExpectedEq };
                Err(self.finding(code, end))
            }
            _ if self.cursor.line_end().is_some() => Err(self.finding(Code::ExpectedEq, end)),
            Some(0 | b'\r') => Err(self.unreadable(end)),
            _ => Err(self.finding(Code::BadKey, end)),
        }
    }

    /// A NUL, or a carriage return that stands alone.
    pub(super) fn unreadable(&mut self, at: usize) -> Finding {
        let code = if self.cursor.from(at).starts_with('\0') { Code::Nul } else { Code::BareCr };
        self.finding(code, at)
    }

    /// A finding on the current line.
    pub(super) fn finding(&mut self, code: Code, at: usize) -> Finding {
        let (line, column) = (self.cursor.line, self.cursor.column(at));
        let finding = self.finding_of_entry(code, (line, column));
        // Further lines of an entry are all value.
        let head = if line == self.entry_line { finding.head } else { String::new() };
        Finding { head, ..finding }
    }

    /// A finding on the entry's first line.
    pub(super) fn finding_of_entry(&self, code: Code, (line, column): (usize, usize)) -> Finding {
        let (head, name) = if self.doubtful { ("", None) } else { (self.head, self.name) };
        // A line has one error and any number of warnings: only the first is worth looking at the whole line.
        let written = match code.severity() {
            Severity::Error => self.cursor.whole_line().get(self.head.len()..).unwrap_or_default(),
            Severity::Warning => "",
        };
        let rule = Cow::Borrowed(code.rule());
        Finding { line, column, code, rule, rewrite: rewrite(code, name, written), head: head.to_owned() }
    }

    /// A finding that does not end the entry.
    pub(super) fn warn(&mut self, code: Code, at: usize) {
        let finding = self.finding(code, at);
        self.found.findings.push(finding);
    }

    /// A finding at an earlier place of the entry's first line that does not end it.
    pub(super) fn warn_of_entry(&mut self, code: Code, place: (usize, usize)) {
        self.found.findings.push(self.finding_of_entry(code, place));
    }

    /// Steps over the line's end that stands at the current place.
    pub(super) fn end_line(&mut self) {
        if self.cursor.line_end() == Some(LineEnd::CrLf) {
            if !self.crlf_told {
                self.crlf_told = true;
                self.warn(Code::CrLf, self.cursor.at);
            }
            self.cursor.at += 1;
        }
        self.cursor.next_line();
    }

    /// A quote that does not close. Where its value would have ended is unknown from here on.
    pub(super) fn unclosed(&mut self) -> Finding {
        let finding = self.finding(Code::UnterminatedQuote, self.cursor.at);
        self.doubtful = true;
        finding
    }
}
