//! The name of a new service. It becomes a package, a program and an app, so it has to satisfy the rules of all three.

use crate::app::AppName;
use std::fmt;
use std::str::FromStr;

/// A name that cargo takes for a package with a program, and cargo twelve for an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceName(AppName);

/// Keywords, reserved words and weak ones, of every edition: <https://doc.rust-lang.org/reference/keywords.html>.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The crates that every Rust program links, which a name in its source would then mean.
const STANDARD_CRATES: &[&str] = &["alloc", "core", "proc-macro", "std", "test"];

/// Folders of cargo's target directory, where a program of that name would be put.
const CARGO_FOLDERS: &[&str] = &["build", "deps", "examples", "incremental"];

/// Names that Windows keeps for devices, so that nobody there could check the codebase out.
const WINDOWS_DEVICES: &[&str] = &[
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1", "lpt2", "lpt3",
    "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

impl ServiceName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// A name near to the text that would do, if there is one.
    pub(super) fn nearest(text: &str) -> Option<String> {
        let dashed = heck::AsKebabCase(text).to_string();
        let letters: String = dashed
            .chars()
            .filter(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || *one == '-')
            .skip_while(|one| !one.is_ascii_lowercase())
            .collect();
        let trimmed = letters.trim_end_matches('-');
        [trimmed.to_owned(), format!("{trimmed}-service")].into_iter().find(|name| name.parse::<Self>().is_ok())
    }
}

impl FromStr for ServiceName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let app: AppName = text
            .parse()
            .map_err(|_| "a name has a to z first, then a to z, 0 to 9 and -, at most 40 in all".to_owned())?;
        for (taken, whose) in [
            (KEYWORDS, "it is a word of the Rust language"),
            (STANDARD_CRATES, "it is a crate of Rust's own"),
            (CARGO_FOLDERS, "it is a folder of cargo's target directory"),
            (WINDOWS_DEVICES, "it is a device on Windows"),
        ] {
            if taken.contains(&text) {
                return Err(whose.to_owned());
            }
        }
        Ok(Self(app))
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::ServiceName;

    #[test]
    fn names_that_cargo_would_trip_over_are_refused() {
        for good in ["a", "shop", "my-very-long-service-name-here", "shop2"] {
            assert!(good.parse::<ServiceName>().is_ok(), "{good}");
        }
        for bad in ["", "Shop", "2shop", "my_shop", "a/b", "..", "fn", "test", "std", "build", "con", "ä"] {
            assert!(bad.parse::<ServiceName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_name_is_answered_with_a_good_one() {
        for (bad, good) in [("My Shop", "my-shop"), ("my_shop", "my-shop"), ("2shop", "shop"), ("test", "test-service")]
        {
            assert_eq!(ServiceName::nearest(bad).as_deref(), Some(good), "{bad}");
        }
        assert_eq!(ServiceName::nearest("___"), None);
    }
}
