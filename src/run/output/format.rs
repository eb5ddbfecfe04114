//! The form of a line: with its process before it, as JSON, or as it came.

use super::shown::{Reader, show};
use super::{LARGEST_LINE, Manner};
use crate::report::{Size, Stream};
use anstyle::{AnsiColor, Style};
use jiff::{Timestamp, Zoned};
use serde::Serialize;

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// `HH:MM:SS web.1 | ` before each line.
    Text,
    /// One JSON object a line.
    Json,
    /// As it came.
    Raw,
}

/// Whether prefixes are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// A colour a process.
    On,
    /// None.
    Off,
}

/// The colours of prefixes, in turn. No red: it means that something is wrong. No bright one: it vanishes on a light background.
const COLOURS: [AnsiColor; 5] =
    [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Blue];

/// Writes lines in their form.
pub(super) struct Formatter {
    format: LogFormat,
    colour: Colour,
    reader: Reader,
    names: Vec<String>,
    /// What stands before the lines of this second.
    prefixes: Vec<Vec<u8>>,
    time: Timestamp,
}

/// Whose line it is.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) process: usize,
    pub(super) stream: Stream,
}

#[derive(Serialize)]
struct JsonLine<'a> {
    event: &'static str,
    time: String,
    process: &'a str,
    stream: Stream,
    text: &'a str,
    /// Absent where the line is whole.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    split: bool,
}

impl Formatter {
    pub(super) fn new(manner: Manner, names: Vec<String>) -> Self {
        let Manner { format, colour, reader, .. } = manner;
        Self { format, colour, reader, names, prefixes: Vec::new(), time: Timestamp::UNIX_EPOCH }
    }

    /// Lines come at this moment until another one is named. Prefixes hold the second, so that they are made once a
    /// second and not once a line.
    pub(super) fn set_time(&mut self, now: &Zoned) {
        let before = std::mem::replace(&mut self.time, now.timestamp());
        if self.format == LogFormat::Text && (self.prefixes.is_empty() || before.as_second() != self.time.as_second()) {
            let clock = now.strftime("%H:%M:%S").to_string();
            let width = self.names.iter().map(String::len).max().unwrap_or_default();
            let coloured = self.names.iter().zip(COLOURS.into_iter().cycle());
            let prefix = |(name, colour): (&String, AnsiColor)| match self.colour {
                Colour::Off => format!("{clock} {name:<width$} | ").into_bytes(),
                Colour::On => {
                    let style: Style = colour.on_default();
                    format!("{style}{clock} {name:<width$} |{style:#} ").into_bytes()
                }
            };
            self.prefixes = coloured.map(prefix).collect();
        }
    }

    /// Writes a whole line; `line` has no newline at its end.
    pub(super) fn line(&self, mark: Mark, line: &[u8], out: &mut Vec<u8>) {
        match self.format {
            LogFormat::Json => self.json(mark, line, false, out),
            LogFormat::Text | LogFormat::Raw => {
                out.extend_from_slice(self.prefix(mark));
                self.text(line, out);
                out.push(b'\n');
            }
        }
    }

    /// Writes a part of a line that is longer than the largest one, marked as such.
    pub(super) fn part(&self, mark: Mark, part: &[u8], out: &mut Vec<u8>) {
        match self.format {
            LogFormat::Json => self.json(mark, part, true, out),
            LogFormat::Text | LogFormat::Raw => {
                out.extend_from_slice(self.prefix(mark));
                self.text(part, out);
                let split = format!(" [cargo-twelve: line split after {}]\n", Size(LARGEST_LINE as u64));
                out.extend_from_slice(split.as_bytes());
            }
        }
    }

    /// What a process has said, as its reader may have it. Who asks for lines as they came gets them so.
    fn text(&self, said: &[u8], out: &mut Vec<u8>) {
        match (self.format, self.reader) {
            (LogFormat::Text, Reader::Terminal) => show(said, out),
            _ => out.extend_from_slice(said),
        }
    }

    fn prefix(&self, mark: Mark) -> &[u8] {
        match self.format {
            LogFormat::Text => self.prefixes.get(mark.process).map(Vec::as_slice).unwrap_or_default(),
            LogFormat::Json | LogFormat::Raw => &[],
        }
    }

    fn json(&self, mark: Mark, line: &[u8], split: bool, out: &mut Vec<u8>) {
        let process = self.names.get(mark.process).map(String::as_str).unwrap_or_default();
        let time = self.time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        let text = String::from_utf8_lossy(line);
        let line = JsonLine { event: "line", time, process, stream: mark.stream, text: &text, split };
        // Strings always serialise, and writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &line);
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Formatter, LogFormat, Manner, Mark, Reader};
    use crate::report::Stream;
    use crate::run::output::StderrTarget;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    const MARK: Mark = Mark { process: 0, stream: Stream::Stderr };

    fn formatter(format: LogFormat, colour: Colour) -> Formatter {
        let manner = Manner { format, colour, stderr: StderrTarget::Joined, reader: Reader::Elsewhere };
        Formatter::new(manner, vec!["web.1".to_owned(), "worker.10".to_owned()])
    }

    fn written(formatter: &mut Formatter, milliseconds: i64, line: &[u8]) -> String {
        let time = Timestamp::from_millisecond(milliseconds).expect("a time");
        formatter.set_time(&time.to_zoned(TimeZone::UTC));
        let mut out = Vec::new();
        formatter.line(MARK, line, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn a_line_has_one_form() {
        let written = |format, colour, line| written(&mut formatter(format, colour), 1_700_000_000_123, line);
        assert_eq!(written(LogFormat::Text, Colour::Off, b"hello"), "22:13:20 web.1     | hello\n");
        assert_eq!(written(LogFormat::Text, Colour::On, b"hello"), "\u{1b}[36m22:13:20 web.1     |\u{1b}[0m hello\n");
        assert_eq!(written(LogFormat::Raw, Colour::On, b"hello"), "hello\n");
        assert_eq!(
            written(LogFormat::Json, Colour::Off, b"a \"b\" \xff"),
            "{\"event\":\"line\",\"time\":\"2023-11-14T22:13:20.123Z\",\"process\":\"web.1\",\
             \"stream\":\"stderr\",\"text\":\"a \\\"b\\\" \u{fffd}\"}\n"
        );
    }

    #[test]
    fn every_second_has_its_own_prefix() {
        let mut formatter = formatter(LogFormat::Text, Colour::Off);
        assert_eq!(written(&mut formatter, 999, b"a"), "00:00:00 web.1     | a\n");
        assert_eq!(written(&mut formatter, 1000, b"b"), "00:00:01 web.1     | b\n");
        assert_eq!(written(&mut formatter, 86_399_999, b"c"), "23:59:59 web.1     | c\n");
    }
}
