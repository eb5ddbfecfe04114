//! A config value. Every value is treated as one that nobody may see: it prints as `[secret]`, it is taken out by
//! name, and it is wiped when it is dropped. What may be shown is decided where the contract is known.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use zeroize::Zeroizing;

/// The value of a config variable, as the bytes that the kernel hands to a process.
///
/// A copy is wiped like its original. What [`Secret::expose`] lends is the caller's to keep out of messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes a value over, without a copy.
    #[must_use]
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value itself, for an environment.
    #[must_use]
    pub fn expose(&self) -> &OsStr {
        OsStr::from_bytes(&self.0)
    }

    /// The value itself, where it is UTF-8.
    #[must_use]
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Whether it is the empty string.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl From<&OsStr> for Secret {
    fn from(value: &OsStr) -> Self {
        Self::new(value.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_prints_nothing_of_itself() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "[secret] [secret] [secret]");
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(secret.expose_text(), Some("hunter2"));
    }

    #[test]
    fn bytes_that_are_no_text_are_kept_as_they_are() {
        let secret = Secret::new(*b"\xff\xfe");
        assert_eq!(secret.expose_text(), None);
        assert_eq!(secret.len(), 2);
    }
}
