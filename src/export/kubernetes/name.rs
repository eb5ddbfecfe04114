//! Names of objects: labels of DNS (RFC 1123), which are narrower than the names that an app may declare.

use super::Error;
use crate::artifact::Digest;
use std::fmt;
use std::str::FromStr;

/// The longest label of DNS, in bytes.
pub(super) const LONGEST: usize = 63;

/// The longest name of a CronJob: Kubernetes appends eleven characters to it.
pub(super) const LONGEST_CRON_JOB: usize = 52;

/// The name of an object, or of a namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName(String);

impl ObjectName {
    /// The name that an object gets from words of the declaration. Where they do not fit as they are, they are bent
    /// until they do, and a digest of what they were keeps apart what would now be one.
    #[must_use]
    pub fn of(words: &[&str]) -> Self {
        Self::at_most(words, LONGEST)
    }

    /// The same where less room is left.
    pub(super) fn at_most(words: &[&str], longest: usize) -> Self {
        let whole = words.join("-");
        let bent: String =
            whole.chars().map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '-' }).collect();
        if bent == whole && whole.len() <= longest && !whole.ends_with('-') {
            return Self(whole);
        }
        let digest = Digest::of(whole.as_bytes()).to_string();
        let room = bent.len().min(longest - 9);
        Self(format!("{}-{}", bent[..room].trim_end_matches('-'), &digest[..8]))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let inner = text.bytes().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == b'-');
        if inner && !text.is_empty() && text.len() <= LONGEST && !text.starts_with('-') && !text.ends_with('-') {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::NoObjectName { text: text.to_owned() })
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, ObjectName};

    #[test]
    fn every_name_is_a_label_of_dns_and_stays_its_own() {
        let of = |words: &[&str], longest| ObjectName::at_most(words, longest).to_string();
        assert_eq!(of(&["shop", "web"], LONGEST), "shop-web");
        let long = "a".repeat(40);
        let names = [
            of(&["shop", "web_1"], LONGEST),
            of(&["shop", "web-1"], LONGEST),
            of(&["shop", "Web-1"], LONGEST),
            of(&["shop-", "web-1"], LONGEST),
            of(&["shop", "web-"], LONGEST),
            of(&[&long, &long], LONGEST),
            of(&[&long, &long], 52),
            of(&[&long, &long.replace('a', "b")], LONGEST),
        ];
        for (index, name) in names.iter().enumerate() {
            assert!(name.parse::<ObjectName>().is_ok(), "{name}");
            assert!(!names[..index].contains(name), "{name}");
        }
        assert!(names[6].len() <= 52);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", "-a", "a-", "A", "a.b", "a b", &"a".repeat(64)] {
            assert!(bad.parse::<ObjectName>().is_err(), "{bad}");
        }
    }
}
