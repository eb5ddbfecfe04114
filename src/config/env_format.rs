//! An env file in its best form: what has one safe reading is rewritten so that every reader shares it, what has not is
//! left as it is and named. A value that the file had before, it has afterwards: `env_format/tests` holds that.
//!
//! Safe is what no reader takes for another value: a byte order mark, line ends, white space before a name or `=`, a
//! needless `export`, a value with spaces that nobody splits. A `#`, a `$`, a backslash or a second quote is never
//! touched: there readers differ, and only its author knows what was meant.

use super::env_code::Code;
use super::env_file::{BYTE_ORDER_MARK, EnvFile};
use super::env_finding::Finding;
use super::quote::quote;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// A line has at most this many things that are mended one after the other.
const ROUNDS: usize = 8;

/// A file and its best form.
#[derive(Debug)]
pub struct Formatted {
    /// The bytes of the best form; the file's own where nothing could be done.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What was mended: the line of the original, and the code.
    pub mended: BTreeSet<(usize, Code)>,
    /// What is left, as it stands in the best form.
    pub left: Vec<Finding>,
}

impl Formatted {
    /// The best form of a file's bytes. `name` is what messages call it.
    #[must_use]
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        let before = EnvFile::parse(name, bytes);
        let unreadable = |finding: &Finding| matches!(finding.code, Code::NotUtf8 | Code::Nul | Code::BareCr);
        if before.findings().iter().any(unreadable) {
            let (bytes, left) = (Zeroizing::new(bytes.to_vec()), before.findings().to_vec());
            return Self { bytes, mended: BTreeSet::new(), left };
        }
        let mut text = unmarked(bytes);
        for _ in 0..ROUNDS {
            match mended_lines(name, &text).or_else(|| mended_entries(name, &text)) {
                // What was an odd letter behind white space is a mark at the front now.
                Some(better) => text = unmarked(better.as_bytes()),
                None => break,
            }
        }
        let left = EnvFile::parse(name, text.as_bytes()).findings().to_vec();
        // No line is added or removed, so a finding keeps its line.
        let stays: BTreeSet<_> = left.iter().map(|finding| (finding.line, finding.code)).collect();
        let mended = before.findings().iter().map(|finding| (finding.line, finding.code));
        let mended = mended.filter(|finding| !stays.contains(finding)).collect();
        Self { bytes: Zeroizing::new(std::mem::take(&mut *text).into_bytes()), mended, left }
    }
}

/// The text without byte order mark and with line feeds alone. It is UTF-8 and has no bare carriage return.
fn unmarked(bytes: &[u8]) -> Zeroizing<String> {
    let marks = bytes.chunks(BYTE_ORDER_MARK.len()).take_while(|chunk| *chunk == BYTE_ORDER_MARK).count();
    let bytes = bytes.get(marks * BYTE_ORDER_MARK.len()..).unwrap_or_default();
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    Zeroizing::new(text.replace("\r\n", "\n"))
}

/// The text with one thing mended in each line that has an error or a comment that can be mended; none where there is
/// no such line.
fn mended_lines(name: &str, text: &str) -> Option<Zeroizing<String>> {
    let file = EnvFile::parse(name, text.as_bytes());
    let unclosed = unclosed(&file);
    let junk =
        |line: usize| file.errors().any(|one| one.line == line && matches!(one.code, Code::BadKey | Code::ExpectedEq));
    let mut lines: Vec<Zeroizing<String>> = text.split('\n').map(|line| Zeroizing::new(line.to_owned())).collect();
    let mut changed = false;
    for finding in file.findings() {
        // Behind a quote that does not close every line may be value; a line before one that means nothing may be the
        // first of a value that was pasted without quotes.
        if finding.line >= unclosed || junk(finding.line + 1) {
            continue;
        }
        let Some(line) = lines.get_mut(finding.line - 1) else { continue };
        if let Some(better) = mended_line(finding.code, line) {
            changed |= better != **line;
            *line = Zeroizing::new(better);
        }
    }
    let ends = file.findings().iter().any(|one| one.code == Code::UnendedComment);
    if ends {
        (changed, _) = (true, lines.push(Zeroizing::default()));
    }
    changed.then(|| Zeroizing::new(lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n")))
}

/// The first line of a quote that does not close.
fn unclosed(file: &EnvFile) -> usize {
    let first = file.findings().iter().find(|one| one.code == Code::UnterminatedQuote);
    first.map_or(usize::MAX, |one| one.line)
}

fn mended_line(code: Code, line: &str) -> Option<String> {
    match code {
        Code::LeadingSpace | Code::StraySpace => Some(line.trim_start_matches([' ', '\t']).to_owned()),
        Code::ExportThenOneSpace => Some(line.strip_prefix("export")?.trim_start_matches([' ', '\t']).to_owned()),
        Code::SpaceBeforeEq => {
            let (name, value) = line.split_once('=')?;
            Some(format!("{}={value}", name.trim_end_matches([' ', '\t'])))
        }
        Code::UnquotedSpace => {
            let (name, value) = line.split_once('=')?;
            let plain = value.chars().all(|one| one == ' ' || one.is_ascii_graphic() && !"'\"\\$`#".contains(one));
            plain.then(|| format!("{name}='{}'", value.trim_end()))
        }
        _ => None,
    }
}

/// The text with every entry written anew that has a warning which its best form has not.
fn mended_entries(name: &str, text: &str) -> Option<Zeroizing<String>> {
    let file = EnvFile::parse(name, text.as_bytes());
    let odd = |line: usize| {
        let codes = [Code::Export, Code::TrailingSpace, Code::ShellMeta, Code::Escape, Code::TypographicQuote];
        file.findings().iter().any(|one| one.line == line && codes.contains(&one.code))
    };
    let mut better = Zeroizing::new(String::with_capacity(text.len() + 64));
    let mut at = 0;
    for entry in file.entries() {
        let lines = entry.line..=entry.line + text.get(entry.span.clone())?.matches('\n').count();
        if !lines.into_iter().any(odd) || entry.line >= unclosed(&file) {
            continue;
        }
        let written = Zeroizing::new(quote(entry.value.expose_text()?)?);
        better.push_str(text.get(at..entry.span.start)?);
        better.push_str(&entry.name);
        better.push('=');
        better.push_str(&written);
        // White space behind a value belongs to nobody.
        let rest = text.get(entry.span.end..)?;
        at = entry.span.end + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
    }
    better.push_str(text.get(at..)?);
    (*better != *text).then_some(better)
}

#[cfg(test)]
mod tests {
    use super::Formatted;
    use crate::config::EnvFile;
    use proptest::prelude::{prop, proptest};

    fn formatted(text: &str) -> (String, Vec<String>) {
        let formatted = Formatted::of("prod.env", text.as_bytes());
        let left =
            formatted.left.iter().map(|one| format!("{}:{} {}", one.line, one.column, one.code.name())).collect();
        (String::from_utf8(formatted.bytes.to_vec()).expect("text"), left)
    }

    #[test]
    fn what_has_one_safe_reading_is_rewritten() {
        for (before, after) in [
            ("\u{feff}A=1\r\nB=2\r\n", "A=1\nB=2\n"),
            ("  A=1\n\tB=2\n", "A=1\nB=2\n"),
            ("export A=1\nexport  B=2\nexport\tC=3\n", "A=1\nB=2\nC=3\n"),
            ("A =1\n", "A=1\n"),
            ("A=hello world  \n", "A='hello world'\n"),
            ("A=a|b\nB=~/x\n", "A='a|b'\nB='~/x'\n"),
            ("A=\"C:\\\\dir\"  \nB='x' \n", "A='C:\\dir'\nB=x\n"),
            ("A=“x”\n", "A='“x”'\n"),
            (" \t\n  # note\n# A=1", "\n# note\n# A=1\n"),
            ("  export  A = 1\n", "A= 1\n"),
            ("export A=\"\\\"x\ny\"\nB=1\n", "A='\"x\ny'\nB=1\n"),
        ] {
            assert_eq!(formatted(before).0, after, "{before:?}");
        }
    }

    #[test]
    fn what_readers_take_for_two_things_is_left_and_named() {
        for (text, left) in [
            ("A=abc#def\n", "1:6 unquoted-hash"),
            ("A=1 # note\n", "1:4 comment-after-value"),
            ("A=pa$$word\n", "1:5 unquoted-dollar"),
            ("A=a b $c\n", "1:4 unquoted-space"),
            ("A= 1\n", "1:3 space-after-eq"),
            ("A=1\nA=2\n", "2:1 duplicate-key"),
            ("A=\"a\\nb\"\n", "1:5 unknown-escape"),
            ("A=\"it's \\$5\"\n", "1:9 escape"),
        ] {
            assert_eq!(formatted(text), (text.to_owned(), vec![left.to_owned()]), "{text:?}");
        }
        // A key that was pasted without quotes is not cut off after its first line.
        let pasted = "KEY=-----BEGIN KEY-----\nMIIB+a/b==\n-----END KEY-----\n  B=1\n";
        assert_eq!(formatted(pasted).0, pasted.replace("  B", "B"));
        let unclosed = "A='x\n  B=1\nexport C=2\n";
        assert_eq!(formatted(unclosed).0, unclosed);
    }

    proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 10_000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_value_that_stood_stands_and_a_second_time_changes_nothing(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "A", "B=", "C=x", "=", "export ", "\n", "\n", "\r\n", " ", "\t", "'", "\"", "\\", "\\\\", "$", "#", "# ", "|",
                "~", "“", "é", "\u{feff}",
            ]), 0..20)
        ) {
            let bytes = pieces.concat().into_bytes();
            let before = EnvFile::parse("prod.env", &bytes);
            let formatted = Formatted::of("prod.env", &bytes);
            let after = EnvFile::parse("prod.env", &formatted.bytes);
            for entry in before.entries() {
                let same = after.entries().iter().any(|one| one.name == entry.name && one.value == entry.value);
                assert!(same || after.is_malformed(), "{pieces:?}");
                if !before.is_malformed() {
                    assert!(same, "{pieces:?}");
                }
            }
            let again = Formatted::of("prod.env", &formatted.bytes);
            assert_eq!(*again.bytes, *formatted.bytes, "{pieces:?}");
        }
    }
}
