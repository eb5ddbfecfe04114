//! A moment, in whole seconds of UTC.

use super::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A moment in whole seconds, written as RFC 3339 with `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UtcTime(jiff::Timestamp);

impl UtcTime {
    /// The second that a moment lies in.
    #[must_use]
    pub fn from_timestamp(moment: jiff::Timestamp) -> Self {
        Self(jiff::Timestamp::from_second(moment.as_second()).unwrap_or(moment))
    }

    /// A moment by its seconds since 1970.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl FromStr for UtcTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse =
            || Error::damaged(format!("time `{}`", text.escape_debug()), "a time is written `2026-11-22T17:00:00Z`");
        let time = Self(text.parse().map_err(|_| refuse())?);
        if time.to_string() == text { Ok(time) } else { Err(refuse()) }
    }
}

impl TryFrom<String> for UtcTime {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<UtcTime> for String {
    fn from(time: UtcTime) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::UtcTime;

    #[test]
    fn a_time_has_whole_seconds_and_one_spelling() {
        let text = "2026-11-22T17:00:05Z";
        assert_eq!(text.parse::<UtcTime>().expect("a time").to_string(), text);
        for bad in ["2026-11-22T17:00:05.5Z", "2026-11-22T17:00:05+00:00", "2026-11-22 17:00:05Z", "now"] {
            assert!(bad.parse::<UtcTime>().is_err(), "{bad}");
        }
    }
}
