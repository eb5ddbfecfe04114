//! The platform that an image is for, as a target triple means it. The words are those of Go (GOOS, GOARCH, GOARM),
//! which the image specification took over.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Architectures by the first word of a triple; the longest that fits is meant.
const ARCHITECTURES: [(&str, &str, Option<&str>); 13] = [
    ("x86_64", "amd64", None),
    ("aarch64", "arm64", None),
    ("armv7", "arm", Some("v7")),
    ("thumbv7", "arm", Some("v7")),
    ("armv5", "arm", Some("v5")),
    ("arm", "arm", Some("v6")),
    ("i686", "386", None),
    ("i586", "386", None),
    ("riscv64", "riscv64", None),
    ("powerpc64le", "ppc64le", None),
    ("s390x", "s390x", None),
    ("loongarch64", "loong64", None),
    ("mips64el", "mips64le", None),
];

/// A platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// The processor, `amd64`.
    pub architecture: String,
    /// The system, `linux`.
    pub os: String,
    /// The kind of processor, `v7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// The platform of a target triple; none where no image can be for it.
    pub(super) fn of(target: &str) -> Option<Self> {
        let (machine, rest) = target.split_once('-')?;
        if !rest.split('-').any(|part| part == "linux") {
            return None;
        }
        let (_, architecture, variant) = ARCHITECTURES.iter().find(|(prefix, ..)| machine.starts_with(prefix))?;
        let variant = variant.map(str::to_owned);
        Some(Self { architecture: (*architecture).to_owned(), os: "linux".to_owned(), variant })
    }

    /// Whether an image for the other platform runs here; one that names no variant is for all of them.
    pub(super) fn takes(&self, other: &Self) -> bool {
        // `v8` is what arm64 has always been.
        let variant = |one: &Self| one.variant.clone().filter(|variant| variant != "v8");
        (&self.architecture, &self.os) == (&other.architecture, &other.os)
            && (variant(other).is_none() || variant(other) == variant(self))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(formatter, "/{variant}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Platform;

    #[test]
    fn a_target_has_the_platform_that_the_image_specification_calls_it() {
        let named = |target: &str| Platform::of(target).map(|platform| platform.to_string());
        for (target, platform) in [
            ("x86_64-unknown-linux-gnu", "linux/amd64"),
            ("x86_64-unknown-linux-musl", "linux/amd64"),
            ("aarch64-unknown-linux-musl", "linux/arm64"),
            ("armv7-unknown-linux-gnueabihf", "linux/arm/v7"),
            ("arm-unknown-linux-gnueabi", "linux/arm/v6"),
            ("riscv64gc-unknown-linux-gnu", "linux/riscv64"),
        ] {
            assert_eq!(named(target).as_deref(), Some(platform));
        }
        assert_eq!(named("x86_64-apple-darwin"), None);
        assert_eq!(named("x86_64-unknown-freebsd"), None);
        assert_eq!(named("sparc64-unknown-linux-gnu"), None);
    }

    #[test]
    fn a_base_without_a_variant_is_for_all_of_them() {
        let platform = |variant: Option<&str>| Platform {
            architecture: "arm64".to_owned(),
            os: "linux".to_owned(),
            variant: variant.map(str::to_owned),
        };
        assert!(platform(None).takes(&platform(Some("v8"))) && platform(Some("v9")).takes(&platform(None)));
        assert!(!platform(None).takes(&platform(Some("v9"))));
    }
}
