//! An env file: names and values, with one meaning in every reader. The grammar is `env_grammar.rs`; here it meets
//! the bytes of a file.
//!
//! A file with errors is a value too, so that all errors of all files can be told at once; [`super::Config::resolve`]
//! refuses it.

use super::Error;
use super::contract::Contract;
use super::env_code::Code;
use super::env_finding::{Finding, rewrite};
use super::env_grammar::{Scanned, scan};
use super::on_disk::read_whole;
use super::secret::Secret;
use std::borrow::Cow;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use zeroize::Zeroizing;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name: a letter or `_`, then letters, digits and `_`.
    pub name: String,
    /// The value, without quotes and escapes.
    pub value: Secret,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The column at which it begins, in characters from 1.
    pub column: usize,
    /// Where it stands in the text, in bytes, from its line's first one to the end of its value.
    pub(super) span: Range<usize>,
}

/// A file that was read, with everything that was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile {
    name: String,
    entries: Vec<Entry>,
    findings: Vec<Finding>,
    access: Access,
}

/// Who can get at a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Its owner, and at most its group.
    Known,
    /// Everybody on the machine can read or change it.
    Everybody,
}

impl EnvFile {
    /// Reads a file. `name` is what messages call it.
    ///
    /// # Errors
    /// Where it cannot be read. A file that breaks the grammar is no error here: see [`EnvFile::is_malformed`].
    pub fn read(path: &Path, name: &str) -> Result<Self, Error> {
        let (bytes, metadata) = read_whole(path, name)?;
        let access = if metadata.permissions().mode() & 0o006 == 0 { Access::Known } else { Access::Everybody };
        Ok(Self { access, ..Self::parse(name, &bytes) })
    }

    /// Reads the bytes of a file. Every error and every warning of it is found at once, in the order of the file.
    #[must_use]
    pub fn parse(name: &str, bytes: &[u8]) -> Self {
        let (marked, rest) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (Some(file_wide(Code::ByteOrderMark, 1, 1)), rest),
            None => (None, bytes),
        };
        let Scanned { entries, mut findings } = scanned(rest);
        findings.extend(marked);
        findings.sort_by_key(|finding| (finding.line, finding.column, finding.code));
        Self { name: name.to_owned(), entries, findings, access: Access::Known }
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The entries in their order, without those that have errors.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Errors and warnings in the order of the file.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether everybody on the machine can read or change a value that is or may be secret. What the contract does
    /// not declare may be.
    #[must_use]
    pub fn is_exposed(&self, contract: Option<&Contract>) -> bool {
        let known = |name: &str| contract.and_then(|contract| contract.variable(name));
        self.access == Access::Everybody
            && self.entries.iter().any(|entry| known(&entry.name).is_none_or(|variable| variable.secret))
    }

    /// The findings that make it unusable.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_error())
    }

    /// The findings that another reader would take otherwise.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.is_error())
    }

    /// Whether it has an error, and so no single meaning.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.errors().next().is_some()
    }
}

fn scanned(bytes: &[u8]) -> Scanned {
    // UTF-16 is wrong in every line: to say it once is enough.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Scanned { entries: Vec::new(), findings: vec![file_wide(Code::NotUtf8, 1, 1)] };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return scan(text);
    }
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    let mut found = scan(&text);
    found.findings.extend(not_utf8(bytes));
    found
}

/// The first place of every line that is not UTF-8. Each wrong sequence counts as one character, as editors show it.
fn not_utf8(bytes: &[u8]) -> Vec<Finding> {
    let (mut found, mut line, mut column) = (Vec::<Finding>::new(), 1, 1);
    for chunk in bytes.utf8_chunks() {
        line += chunk.valid().matches('\n').count();
        column = match chunk.valid().rsplit_once('\n') {
            Some((_, last)) => 1 + last.chars().count(),
            None => column + chunk.valid().chars().count(),
        };
        if !chunk.invalid().is_empty() {
            if found.last().is_none_or(|last| last.line < line) {
                found.push(file_wide(Code::NotUtf8, line, column));
            }
            column += 1;
        }
    }
    found
}

/// A finding of which nothing of the line can be shown.
fn file_wide(code: Code, line: usize, column: usize) -> Finding {
    let rule = Cow::Borrowed(code.rule());
    Finding { line, column, code, rule, rewrite: rewrite(code, None, ""), head: String::new() }
}

#[cfg(test)]
mod tests {
    use super::EnvFile;
    use proptest::prelude::{any, prop, proptest};

    fn found(bytes: &[u8]) -> Vec<String> {
        let file = EnvFile::parse("prod.env", bytes);
        file.findings().iter().map(|one| format!("{}:{} {}", one.line, one.column, one.code.name())).collect()
    }

    fn values(bytes: &[u8]) -> Vec<(String, String)> {
        let file = EnvFile::parse("prod.env", bytes);
        assert!(!file.is_malformed(), "{:?}", file.findings());
        let text = |value: &super::Secret| value.expose_text().expect("text").to_owned();
        file.entries().iter().map(|entry| (entry.name.clone(), text(&entry.value))).collect()
    }

    #[test]
    fn a_byte_order_mark_is_refused_and_the_rest_is_read() {
        assert_eq!(found(b"\xef\xbb\xbfA=1\nB=a b\n"), ["1:1 bom", "2:4 unquoted-space"]);
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_with_its_first_line() {
        let file = EnvFile::parse("prod.env", b"A=1\nB=2\nexport A=1\n");
        let error = file.errors().next().expect("an error");
        assert_eq!((error.line, error.column, error.code.name()), (3, 1, "duplicate-key"));
        assert!(error.rule.ends_with("(first on line 1)"), "{}", error.rule);
    }

    #[test]
    fn carriage_returns_at_line_ends_are_told_once_and_kept_out_of_values() {
        assert_eq!(
            values(b"# x\r\nA=1\r\nB='one\r\ntwo'\r\n"),
            [("A".into(), "1".into()), ("B".into(), "one\ntwo".into())]
        );
        assert_eq!(found(b"A=1\r\nB=2\r\n"), ["1:4 crlf"]);
        assert_eq!(found(b"# a\rb\nA=1\r"), ["1:4 bare-cr", "2:4 bare-cr"]);
    }

    #[test]
    fn blank_lines_and_comments_say_nothing() {
        assert_eq!(found(b"\n\n# it's $x `y` = \"\n#\n"), Vec::<String>::new());
        assert_eq!(found(b"\n \t\nA=1\n  # B=2"), ["2:1 stray-space", "4:1 stray-space", "4:3 unended-comment"]);
        assert_eq!(found(b""), Vec::<String>::new());
        assert_eq!(found(b"# C:\\\nA=1"), ["1:5 comment-backslash"]);
        assert_eq!(found(b"# a\0b\n"), ["1:4 nul"]);
    }

    #[test]
    fn space_stands_nowhere_but_in_quotes() {
        assert_eq!(
            found(b" A=1\nB =1\nC= 1\nD=\t\nexport  E=1\nF='x' \n"),
            [
                "1:1 leading-space",
                "2:2 space-before-eq",
                "3:3 space-after-eq",
                "4:3 space-after-eq",
                "5:1 export-then-one-space",
                "5:1 export",
                "6:6 trailing-space"
            ]
        );
    }

    #[test]
    fn a_backslash_closes_no_single_quote() {
        assert_eq!(
            found(b"A='it\\'s'\nB='C:\\'\nC='x'\n"),
            ["1:6 backslash-before-quote", "2:6 backslash-before-quote"]
        );
    }

    #[test]
    fn escapes_are_the_four_that_every_shell_reads() {
        assert_eq!(values(br#"A="\"\\\$\`""#), [("A".to_owned(), "\"\\$`".to_owned())]);
        assert_eq!(
            found(b"A=\"a`b\"\nB=\"a$b\"\nC=\"\\n\"\n"),
            ["1:5 backtick", "2:5 dollar-in-double", "3:4 unknown-escape"]
        );
    }

    #[test]
    fn readers_that_differ_inside_single_quotes_are_named() {
        assert_eq!(found(b"A='${B}'\nB='a\\\\b'\n"), ["1:4 braces-in-single", "2:5 backslashes-in-single"]);
        let file = EnvFile::parse("prod.env", b"A='${B}'\n");
        assert!(file.findings()[0].code.differs().expect("a reader").contains("python-dotenv"));
    }

    #[test]
    fn what_a_shell_would_not_read_is_warned_of_once_a_value() {
        assert_eq!(
            found(b"A=a|b;c\nB=~/x\nC=x:~y\nD=x~y\nUID=5\n"),
            ["1:4 shell-meta", "2:3 shell-meta", "3:5 shell-meta", "5:1 shell-name"]
        );
    }

    #[test]
    fn an_entry_is_as_long_as_the_kernel_takes_and_no_longer() {
        let entry = |length: usize| format!("AB={}\n", "x".repeat(length)).into_bytes();
        assert_eq!(found(&entry(131_072 - "AB=\0".len())), Vec::<String>::new());
        assert_eq!(found(&entry(131_072 - "AB=\0".len() + 1)), ["1:4 too-long"]);
    }

    #[test]
    fn after_an_unclosed_quote_no_line_is_shown() {
        let file = EnvFile::parse("prod.env", b"KEY='-----BEGIN\nSECRET=$x\n");
        let shown: Vec<_> = file.findings().iter().map(|one| one.draw("prod.env")).collect();
        assert_eq!(shown.len(), 2);
        assert!(shown[0].contains("KEY="), "{}", shown[0]);
        assert!(!shown[1].contains("SECRET"), "{}", shown[1]);
    }

    #[test]
    fn a_place_counts_characters_also_behind_wrong_bytes() {
        assert_eq!(found("Ä=1\nB=ü$\n".as_bytes()), ["1:1 bad-key", "2:4 unquoted-dollar"]);
        assert_eq!(
            found(b"A=\xe9x\xe9\n# \xe9\nC=\xe9$\n"),
            ["1:3 not-utf8", "2:3 not-utf8", "3:3 not-utf8", "3:4 unquoted-dollar"]
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let file = EnvFile::parse("prod.env", &bytes);
            for finding in file.findings() {
                assert!(finding.draw(file.name()).contains(finding.code.name()));
            }
        }
    }
}
