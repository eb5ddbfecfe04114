//! Credentials that are written where everybody who has a clone reads them. None of them is ever repeated: the line is
//! shown up to where its value begins.

use super::is_env_file;
use crate::check::{Facts, Found, Judgement, Place, Verdict};
use crate::config::EnvFile;
use std::collections::BTreeSet;
use url::Url;

/// Parts of names that say secret.
const SECRET_NAMES: [&str; 11] = [
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "CREDENTIAL",
    "SIGNING_KEY",
    "HMAC_KEY",
];

/// Values that stand for one.
const PLACEHOLDERS: [&str; 16] = [
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "your",
    "xxx",
    "todo",
    "example",
    "placeholder",
    "<",
    "dummy",
    "insert",
    "...",
    "fake",
    "${",
    "secret-here",
];

pub(super) fn env_files(facts: &Facts) -> Judgement {
    let mut found = Vec::new();
    for path in facts.tree.files().filter(|path| is_env_file(path)) {
        let Some(text) = facts.tree.text(path) else { continue };
        for entry in EnvFile::parse(path, text.as_bytes()).entries() {
            let Some(value) = entry.value.expose_text() else { continue };
            let upper = entry.name.to_uppercase();
            let named = SECRET_NAMES.iter().any(|part| upper.contains(part)) && !upper.ends_with("_FILE");
            let secret = named && value.len() > 3 && !is_placeholder(value);
            if secret || password(value).is_some() {
                let line = text.lines().nth(entry.line - 1).unwrap_or_default();
                let shown = line.find('=').map_or(0, |at| line[..at].chars().count() + 1);
                let place = Place::words(path, entry.line, line, &entry.name, "a secret, for all who have a clone");
                let message = format!("`{}` stands in `{path}` with its value, and git tracks that file", entry.name);
                found.push(Found::new(Verdict::Fail, message).at(place.redacted(shown)));
            }
        }
    }
    Judgement::of(found)
}

pub(super) fn literals(facts: &Facts) -> Judgement {
    let scanners = scanners(facts);
    let mut found = Vec::new();
    for (source, text) in facts.strings() {
        if scanners.contains(source.path.as_str()) || is_of_tests(&source.path) {
            continue;
        }
        if let Some(kind) = credential(&text.value) {
            let place = source.place(text.span, kind).redacted(text.span.column);
            found.push(Found::new(Verdict::Fail, format!("{kind} is written in the source")).at(place));
        }
    }
    Judgement::of(found)
}

/// Files that look for credentials hold their patterns, and examples of what matches.
fn scanners(facts: &Facts) -> BTreeSet<&str> {
    let looks = |text: &str| {
        (text.contains("[A-Z") || text.contains("[a-z") || text.contains("[0-9") || text.contains("\\w"))
            && ["AKIA", "A3T", "gh[", "ghp_", "xox", "sk_live", "PRIVATE KEY", "AIza", "glpat"]
                .iter()
                .any(|sign| text.contains(sign))
    };
    facts.strings().filter(|(_, text)| looks(&text.value)).map(|(source, _)| source.path.as_str()).collect()
}

fn is_of_tests(path: &str) -> bool {
    path.split('/').any(|part| {
        let stem = part.strip_suffix(".rs").unwrap_or(part);
        stem == "test"
            || stem == "tests"
            || stem.starts_with("test_")
            || stem.ends_with("_test")
            || stem.ends_with("_tests")
    })
}

/// What kind of credential a string is.
fn credential(text: &str) -> Option<&'static str> {
    if text.contains("PRIVATE KEY-----") && text.contains("-----BEGIN") && text.len() > 200 {
        return Some("a private key");
    }
    if let Some((host, password)) = password(text) {
        // A host of one word is a neighbour in a container's network.
        let local = ["127.", "0.0.0.0", "[::1]"].iter().any(|local| host.starts_with(local));
        let elsewhere = host.contains('.') && !local && !host.contains("example");
        return (elsewhere && !is_placeholder(&password)).then_some("an address with its password");
    }
    let of = |prefix: &str, length: usize, allowed: fn(char) -> bool| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.len() >= length && rest.chars().all(allowed))
    };
    let word = |one: char| one.is_ascii_alphanumeric();
    let upper = |one: char| one.is_ascii_uppercase() || one.is_ascii_digit();
    let dashed = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    let known = text.len() == 20 && of("AKIA", 16, upper)
        || ["ghp_", "gho_", "ghs_"].iter().any(|prefix| of(prefix, 36, word))
        || ["xoxb-", "xoxp-", "glpat-"].iter().any(|prefix| of(prefix, 20, dashed))
        || of("sk_live_", 20, word)
        || of("AIza", 35, dashed);
    (known && !text.contains("EXAMPLE")).then_some("a token")
}

/// The host and the password of an address.
fn password(text: &str) -> Option<(String, String)> {
    if !text.contains("://") || !text.contains('@') || text.contains(['{', '}', '<', '$']) {
        return None;
    }
    let url = Url::parse(text.trim()).ok()?;
    let password = url.password().filter(|password| !password.is_empty())?;
    Some((url.host_str().unwrap_or_default().to_owned(), password.to_owned()))
}

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    PLACEHOLDERS.iter().any(|one| lower.contains(one))
        || value.chars().all(|one| one == '*' || one == 'x')
        || ["password", "pass", "user", "true", "false", "none"].contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::{credential, password};

    #[test]
    fn placeholders_examples_and_local_hosts_are_no_credentials() {
        for no in [
            "postgres://user:password@db.acme.io/x",
            "postgres://app:s3cr3t-91@localhost/x",
            "postgres://{user}:{pass}@db.acme.io/x",
            "AKIAIOSFODNN7EXAMPLE",
            "https://db.acme.io/x@y",
            "-----BEGIN PRIVATE KEY-----",
        ] {
            assert_eq!(credential(no), None, "{no}");
        }
        assert_eq!(credential("postgres://app:s3cr3t-91@db.acme.io/x"), Some("an address with its password"));
        assert_eq!(credential("AKIAIOSFODNN7ABCDEFG"), Some("a token"));
        assert!(password("postgres://postgres:password@localhost:5432/newsletter").is_some());
    }
}
