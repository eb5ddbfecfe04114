//! The form of a line: with its process before it, as JSON, or as it came.

use super::LARGEST_LINE;
use crate::report::{Size, Stream};
use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use serde::Serialize;

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// `web.1 | ` before each line.
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

/// The colours of prefixes, in turn. No red: it means that something is wrong.
const COLOURS: [AnsiColor; 6] =
    [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Blue, AnsiColor::BrightCyan];

/// Writes lines in their form.
pub(super) struct Formatter {
    format: LogFormat,
    names: Vec<String>,
    prefixes: Vec<Vec<u8>>,
}

/// Whose line it is, and when it came.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) process: usize,
    pub(super) stream: Stream,
    pub(super) time: Timestamp,
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
    pub(super) fn new(format: LogFormat, colour: Colour, names: Vec<String>) -> Self {
        let width = names.iter().map(String::len).max().unwrap_or_default();
        let prefix = |(name, colour_of): (&String, AnsiColor)| match colour {
            Colour::Off => format!("{name:<width$} | ").into_bytes(),
            Colour::On => {
                let style: Style = colour_of.on_default();
                format!("{style}{name:<width$} |{style:#} ").into_bytes()
            }
        };
        let prefixes = names.iter().zip(COLOURS.into_iter().cycle()).map(prefix).collect();
        Self { format, names, prefixes }
    }

    /// Writes a whole line; `line` has no newline at its end.
    pub(super) fn line(&self, mark: Mark, line: &[u8], out: &mut Vec<u8>) {
        match self.format {
            LogFormat::Json => self.json(mark, line, false, out),
            LogFormat::Text | LogFormat::Raw => {
                out.extend_from_slice(self.prefix(mark));
                out.extend_from_slice(line);
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
                out.extend_from_slice(part);
                let split = format!(" [cargo-twelve: line split after {}]\n", Size(LARGEST_LINE as u64));
                out.extend_from_slice(split.as_bytes());
            }
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
        let time = mark.time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        let text = String::from_utf8_lossy(line);
        let line = JsonLine { event: "line", time, process, stream: mark.stream, text: &text, split };
        // Strings always serialise, and writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &line);
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Formatter, LogFormat, Mark};
    use crate::report::Stream;
    use jiff::Timestamp;

    fn written(format: LogFormat, colour: Colour, line: &[u8]) -> String {
        let formatter = Formatter::new(format, colour, vec!["web.1".to_owned(), "worker.10".to_owned()]);
        let mut out = Vec::new();
        let time = Timestamp::from_millisecond(1_700_000_000_123).expect("a time");
        formatter.line(Mark { process: 0, stream: Stream::Stderr, time }, line, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn a_line_has_one_form() {
        assert_eq!(written(LogFormat::Text, Colour::Off, b"hello"), "web.1     | hello\n");
        assert_eq!(written(LogFormat::Text, Colour::On, b"hello"), "\u{1b}[36mweb.1     |\u{1b}[0m hello\n");
        assert_eq!(written(LogFormat::Raw, Colour::On, b"hello"), "hello\n");
        assert_eq!(
            written(LogFormat::Json, Colour::Off, b"a \"b\" \xff"),
            "{\"event\":\"line\",\"time\":\"2023-11-14T22:13:20.123Z\",\"process\":\"web.1\",\
             \"stream\":\"stderr\",\"text\":\"a \\\"b\\\" \u{fffd}\"}\n"
        );
    }
}
