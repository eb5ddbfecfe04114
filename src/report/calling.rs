//! How the program is called: `cargo twelve run` where cargo is, `cargo-twelve run` by the program for servers, which has
//! neither cargo nor the commands that need the code.

use std::borrow::Cow;

/// The name before a command.
pub const PROGRAM: &str = if cfg!(feature = "codebase") { "cargo twelve" } else { "cargo-twelve" };

const BUILDS: bool = cfg!(feature = "build");
const CHECKS: bool = cfg!(feature = "check");
const SCAFFOLDS: bool = cfg!(feature = "scaffold");

/// The commands that a program may lack, and whether this one has them.
pub const OPTIONAL: [(&str, bool); 12] = [
    ("build", BUILDS),
    ("check", CHECKS),
    ("dev", BUILDS),
    ("export", cfg!(feature = "export")),
    ("init", SCAFFOLDS && CHECKS),
    ("new", SCAFFOLDS),
    ("prune", BUILDS),
    ("release", BUILDS),
    ("reproduce", BUILDS),
    ("template", SCAFFOLDS),
    ("tour", SCAFFOLDS && BUILDS),
    ("update", SCAFFOLDS),
];

/// Whether a command is one of the whole program that this one lacks.
#[must_use]
pub fn is_elsewhere(command: &str) -> bool {
    OPTIONAL.contains(&(command, false))
}

/// A text whose command lines can be typed where it is read. A line of a command that is elsewhere stays as it is typed
/// there.
#[must_use]
pub fn as_called(text: &str) -> Cow<'_, str> {
    if cfg!(feature = "codebase") { Cow::Borrowed(text) } else { Cow::Owned(on_a_server(text)) }
}

fn on_a_server(text: &str) -> String {
    let mut parts = text.split("cargo twelve");
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        let word = rest.trim_start().split(|letter: char| !letter.is_ascii_lowercase()).next().unwrap_or_default();
        spelled.push_str(if is_elsewhere(word) { "cargo twelve" } else { "cargo-twelve" });
        spelled.push_str(rest);
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::{as_called, on_a_server};

    #[test]
    fn a_line_is_spelled_as_it_is_typed_on_a_server() {
        let told = "`cargo twelve deploys shop` lists them; `cargo twelve --help` is all";
        assert_eq!(on_a_server(told), "`cargo-twelve deploys shop` lists them; `cargo-twelve --help` is all");
        assert_eq!(on_a_server("nothing to type"), "nothing to type");
    }

    #[test]
    #[cfg(feature = "codebase")]
    fn where_cargo_is_nothing_changes() {
        assert_eq!(as_called("`cargo twelve deploys`"), "`cargo twelve deploys`");
    }
}
