//! The number of a release: `v1`, `v2`, ... without gaps.

use super::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// The id of a release, displayed as `v42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReleaseId(NonZeroU64);

impl ReleaseId {
    /// `v1`.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The id with this number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0.get()
    }

    /// The id after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The id before this one; `v1` has none.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        Self::from_number(self.number() - 1)
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("v{}", self.0))
    }
}

impl FromStr for ReleaseId {
    type Err = Error;

    /// Reads `v42`, and `42` as people type it.
    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.strip_prefix('v').unwrap_or(text);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        digits.parse().ok().filter(|_| plain).and_then(Self::from_number).ok_or_else(|| Error::NoRelease {
            text: text.escape_debug().to_string(),
            rule: "a release id is `v1`, `v2`, ...".to_owned(),
        })
    }
}

impl TryFrom<String> for ReleaseId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<ReleaseId> for String {
    fn from(id: ReleaseId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::ReleaseId;

    #[test]
    fn a_release_id_counts_from_one() {
        assert_eq!("v42".parse::<ReleaseId>().expect("an id"), "42".parse().expect("an id"));
        assert_eq!(ReleaseId::FIRST.to_string(), "v1");
        assert_eq!(ReleaseId::FIRST.previous(), None);
        assert_eq!(ReleaseId::FIRST.next().to_string(), "v2");
        for bad in ["", "v", "v0", "0", "v01", "+1", "v-1", "V1", "v1.0", "v99999999999999999999"] {
            assert!(bad.parse::<ReleaseId>().is_err(), "{bad}");
        }
    }
}
