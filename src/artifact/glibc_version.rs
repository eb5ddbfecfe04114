//! A version of the GNU C library, as its symbols carry it: `GLIBC_2.34`. Versions are compared number by number.

use std::fmt;

/// A version of the GNU C library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion(Vec<u32>);

impl GlibcVersion {
    /// Reads `2.34`; none where it is something else (`PRIVATE`, `ABI_DT_RELR`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.split('.').map(|number| number.parse().ok()).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::GlibcVersion;

    #[test]
    fn versions_are_compared_number_by_number() {
        let version = |text: &str| GlibcVersion::parse(text).expect("a version");
        assert!(version("2.34") > version("2.9"));
        assert!(version("2.2.5") > version("2.2"));
        assert_eq!(version("2.36").to_string(), "2.36");
        assert_eq!(GlibcVersion::parse("PRIVATE"), None);
    }
}
