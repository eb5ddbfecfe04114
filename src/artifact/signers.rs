//! Who may sign: OpenSSH's allowed_signers format (ssh-keygen(1), ALLOWED SIGNERS), one key a line.
//!
//! Strict where ssh-keygen skips: a line that cannot be read is an error, since a server that quietly lost a key, or a
//! limit of one, would trust another set of people than its owner wrote down.

use super::{Error, Namespace};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ssh_key::PublicKey;

/// The keys that may sign, and for how long and what.
#[derive(Debug, Clone)]
pub struct Signers {
    file: String,
    signers: Vec<Signer>,
}

/// One line of the file.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    /// Its place, `FILE:3`.
    pub(super) place: String,
    /// Who that is, as the file says it.
    pub(super) principals: String,
    /// The key.
    pub(super) key: PublicKey,
    namespaces: Option<String>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
}

/// Why a listed key may not sign this now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Barred {
    /// Its namespaces are others.
    Namespace,
    /// Its time has not come.
    NotYet(Timestamp),
    /// Its time is over.
    Expired(Timestamp),
}

impl Signers {
    /// Reads a file of signers. A time without `Z` is one of `zone`, as ssh-keygen has it.
    ///
    /// # Errors
    /// Where a line cannot be read, with its place.
    pub fn parse(file: &str, bytes: &[u8], zone: &TimeZone) -> Result<Self, Error> {
        let refuse = |line: usize, rule: String| Error::BadSigners { place: format!("{file}:{line}"), rule };
        let text = std::str::from_utf8(bytes).map_err(|_| refuse(1, "the file is not UTF-8".to_owned()))?;
        let mut signers = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                let place = format!("{file}:{}", index + 1);
                signers.push(Signer::parse(place, line, zone).map_err(|rule| refuse(index + 1, rule))?);
            }
        }
        if signers.is_empty() {
            return Err(refuse(1, "the file lists no key".to_owned()));
        }
        Ok(Self { file: file.to_owned(), signers })
    }

    /// What messages call the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn all(&self) -> &[Signer] {
        &self.signers
    }
}

impl Signer {
    fn parse(place: String, line: &str, zone: &TimeZone) -> Result<Self, String> {
        let form = "a line is `PRINCIPALS [OPTIONS] KEYTYPE KEY [COMMENT]`";
        let (principals, rest) = word(line).ok_or(form)?;
        let (mut namespaces, mut valid_after, mut valid_before) = (None, None, None);
        let mut key = rest;
        // The options are there where the next word is no key type.
        if let Some((options, behind)) = word(rest).filter(|(next, _)| !is_key_type(next)) {
            for option in split_outside_quotes(options, ',') {
                let (name, value) = option.split_once('=').unwrap_or((option, ""));
                let value = unquoted(value);
                match name.to_ascii_lowercase().as_str() {
                    "namespaces" => namespaces = Some(value.to_owned()),
                    "valid-after" => valid_after = Some(time(value, zone)?),
                    "valid-before" => valid_before = Some(time(value, zone)?),
                    "cert-authority" => return Err("`cert-authority` is not understood here: list the keys".to_owned()),
                    other => return Err(format!("there is no option `{}`", other.escape_debug())),
                }
            }
            key = behind;
        }
        if key.is_empty() {
            return Err(form.to_owned());
        }
        let key = PublicKey::from_openssh(key).map_err(|cause| format!("the key cannot be read ({cause})"))?;
        if valid_after.zip(valid_before).is_some_and(|(after, before)| before <= after) {
            return Err("`valid-before` is not later than `valid-after`".to_owned());
        }
        Ok(Self { place, principals: unquoted(principals).to_owned(), key, namespaces, valid_after, valid_before })
    }

    /// Why this line does not let its key sign in a namespace at a moment.
    pub(super) fn bars(&self, namespace: Namespace, now: Timestamp) -> Option<Barred> {
        if self.namespaces.as_deref().is_some_and(|patterns| !matches_list(patterns, namespace.as_str())) {
            return Some(Barred::Namespace);
        }
        // The bounds of ssh-keygen: it is valid from the first second to the one before the last.
        if let Some(after) = self.valid_after.filter(|after| now < *after) {
            return Some(Barred::NotYet(after));
        }
        self.valid_before.filter(|before| now >= *before).map(Barred::Expired)
    }
}

/// The first word of a line, where quotes hold white space, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = text.find(|one: char| {
        quoted ^= one == '"';
        !quoted && one.is_ascii_whitespace()
    });
    let (first, rest) = text.split_at(end.unwrap_or(text.len()));
    (!first.is_empty()).then(|| (first, rest.trim_start()))
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |one: char| {
        quoted ^= one == '"';
        !quoted && one == separator
    })
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|prefix| word.starts_with(prefix))
}

/// `YYYYMMDD[HHMM[SS]][Z]`.
fn time(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let refuse = || format!("`{}` is no time: write `20261231` or `202612312359Z`", text.escape_debug());
    let (digits, zone) = text.strip_suffix('Z').map_or_else(|| (text, zone.clone()), |digits| (digits, TimeZone::UTC));
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return Err(refuse());
    }
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Ok(0), str::parse::<i8>).map_err(|_| refuse());
    let year: i16 = digits.get(..4).unwrap_or_default().parse().map_err(|_| refuse())?;
    let moment = DateTime::new(year, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?, 0);
    moment.and_then(|moment| zone.to_timestamp(moment)).map_err(|_| refuse())
}

/// A pattern list as OpenSSH reads it (ssh_config(5), PATTERNS): a pattern that begins with `!` and matches wins.
fn matches_list(patterns: &str, text: &str) -> bool {
    let mut found = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(pattern) if matches(pattern.as_bytes(), text.as_bytes()) => return false,
            Some(_) => {}
            None => found |= matches(pattern.as_bytes(), text.as_bytes()),
        }
    }
    found
}

/// `*` is any text, `?` one byte.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[read] => (at, read) = (at + 1, read + 1),
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    (at, read) = (star_at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::{Barred, Signers, matches_list};
    use crate::artifact::Namespace;
    use jiff::tz::{Offset, TimeZone};

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn signers(text: &str) -> Result<Signers, String> {
        let zone = TimeZone::fixed(Offset::constant(2));
        Signers::parse("signers", text.as_bytes(), &zone).map_err(|error| error.to_string())
    }

    #[test]
    fn a_line_says_who_what_for_and_how_long() {
        let text = format!(
            "# our CI\n\n\"ci@example.org,build host\" namespaces=\"release@*,!file\",VALID-AFTER=\"20260101\",\
             valid-before=202701010000Z {KEY} a comment\n* {KEY}\n"
        );
        let signers = signers(&text).expect("signers");
        let [limited, open] = signers.all() else { panic!("two lines") };
        assert_eq!((limited.place.as_str(), limited.principals.as_str()), ("signers:3", "ci@example.org,build host"));
        let at = |text: &str| text.parse().expect("a time");
        assert_eq!(limited.bars(Namespace::Deploy, at("2026-06-01T00:00:00Z")), Some(Barred::Namespace));
        // Two hours east of Greenwich the year begins two hours earlier.
        assert_eq!(limited.bars(Namespace::Release, at("2025-12-31T22:00:00Z")), None);
        assert!(matches!(limited.bars(Namespace::Release, at("2025-12-31T21:59:59Z")), Some(Barred::NotYet(_))));
        assert_eq!(limited.bars(Namespace::Release, at("2026-12-31T23:59:59Z")), None);
        assert!(matches!(limited.bars(Namespace::Release, at("2027-01-01T00:00:00Z")), Some(Barred::Expired(_))));
        assert_eq!(open.bars(Namespace::Deploy, at("2040-01-01T00:00:00Z")), None);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_refused_with_its_place() {
        for (line, rule) in [
            ("ci", "a line is `PRINCIPALS [OPTIONS] KEYTYPE KEY [COMMENT]`"),
            (&format!("ci cert-authority {KEY}"), "`cert-authority` is not understood here: list the keys"),
            (&format!("ci no-touch {KEY}"), "there is no option `no-touch`"),
            (&format!("ci valid-before=\"2026\" {KEY}"), "`2026` is no time"),
            (&format!("ci valid-before=\"20261341\" {KEY}"), "`20261341` is no time"),
            (&format!("ci valid-after=20270101,valid-before=20260101 {KEY}"), "`valid-before` is not later"),
            ("ci ssh-ed25519 AAAA", "the key cannot be read"),
        ] {
            let error = signers(&format!("# one\n{line}\n")).expect_err(line);
            assert!(error.starts_with("signers:2: ") && error.contains(rule), "{error}");
        }
        assert_eq!(signers("# none\n").expect_err("empty"), "signers:1: the file lists no key");
    }

    #[test]
    fn patterns_are_those_of_openssh() {
        for (patterns, fits) in [
            ("release@cargo-twelve", true),
            ("file,release@*", true),
            ("*", true),
            ("rele?se@*-*", true),
            ("*@*twelve", true),
            ("", false),
            ("release", false),
            ("*,!release@*", false),
            ("release@cargo-twelv?e", false),
        ] {
            assert_eq!(matches_list(patterns, "release@cargo-twelve"), fits, "{patterns}");
        }
    }
}
