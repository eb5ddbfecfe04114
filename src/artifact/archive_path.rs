//! The path of an entry of a build, and its mode.

use super::Error;
use super::ustar;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The folder that every entry of a build lies under, so that a build can be a container layer without touching the
/// base's own folders.
pub const ROOT: &str = "app";

/// The path of a file in a build: below `app/`, no empty, `.` or `..` component, no control character, and of a
/// length that a ustar header holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArchivePath(String);

/// The two modes that an entry can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// A file that is read: 0644.
    #[serde(rename = "0644")]
    Plain,
    /// A file that is executed: 0755.
    #[serde(rename = "0755")]
    Executable,
}

impl Mode {
    /// The mode's bits in an archive.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Self::Plain => 0o644,
            Self::Executable => 0o755,
        }
    }

    /// The mode's bits in an unpacked tree, which nobody writes to.
    #[must_use]
    pub fn read_only_bits(self) -> u32 {
        self.bits() & !0o222
    }
}

impl ArchivePath {
    /// The path as it stands in the archive, `app/bin/shop`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders above it, outermost first: `app`, `app/bin`.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }
}

impl FromStr for ArchivePath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse =
            |rule: &str| Err(Error::Unpackable { path: text.escape_debug().to_string(), rule: rule.to_owned() });
        if !text.strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/')) {
            return refuse("it does not lie below `app/`");
        }
        if text.split('/').any(|component| matches!(component, "" | "." | "..")) {
            return refuse("a component is empty, `.` or `..`");
        }
        if text.chars().any(char::is_control) {
            return refuse("it holds a control character");
        }
        if !ustar::holds(text) {
            return refuse("a ustar header holds 155 bytes of folders and 100 bytes of name");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ArchivePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for ArchivePath {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<ArchivePath> for String {
    fn from(path: ArchivePath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::ArchivePath;

    #[test]
    fn a_path_stays_below_the_root() {
        assert!("app/bin/shop".parse::<ArchivePath>().is_ok());
        let long = format!("app/{}", "a".repeat(101));
        for bad in ["", "app", "app/", "/app/x", "bin/x", "apple/x", "app//x", "app/./x", "app/../x", "app/x\n", &long]
        {
            assert!(bad.parse::<ArchivePath>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_folders_come_outermost_first() {
        let path: ArchivePath = "app/a/b/c".parse().expect("a path");
        assert_eq!(path.folders().collect::<Vec<_>>(), ["app", "app/a", "app/a/b"]);
    }
}
