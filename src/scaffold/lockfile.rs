//! The order of packages in Cargo.lock. It is by name, so the place of a project's own packages depends on what they
//! are called. cargo takes a lock in any order, and its next plain call writes it anew in its own: a fresh codebase
//! would be dirty after the first `cargo build`.

use semver::Version;

const HEADING: &str = "[[package]]\n";

/// One `[[package]]` block, as it stands.
struct Block<'a> {
    text: &'a str,
    name: &'a str,
    version: Option<Version>,
    source: Option<&'a str>,
}

/// The lock with its packages in cargo's order.
///
/// # Errors
/// Where one of the project's own packages has the name of a package that it depends on: that name.
pub(super) fn in_order(lock: &str) -> Result<String, String> {
    let Some(start) = lock.find(HEADING) else { return Ok(lock.to_owned()) };
    let (head, packages) = lock.split_at(start);
    let mut blocks: Vec<Block<'_>> = packages.split(HEADING).skip(1).map(Block::read).collect();
    for own in blocks.iter().filter(|block| block.source.is_none()) {
        if blocks.iter().any(|other| other.source.is_some() && same_crate(own.name, other.name)) {
            return Err(own.name.to_owned());
        }
    }
    blocks.sort_by(|one, other| (one.name, &one.version, one.source).cmp(&(other.name, &other.version, other.source)));
    let texts: Vec<&str> = blocks.iter().map(|block| block.text.trim_end()).collect();
    Ok(format!("{head}{HEADING}{}\n", texts.join(&format!("\n\n{HEADING}"))))
}

impl<'a> Block<'a> {
    fn read(text: &'a str) -> Self {
        let field = |name: &str| {
            let lines = text.lines().filter_map(|line| line.strip_prefix(name));
            lines.filter_map(|rest| rest.strip_prefix(" = \"")?.strip_suffix('"')).next()
        };
        Self {
            text,
            name: field("name").unwrap_or_default(),
            version: field("version").and_then(|version| version.parse().ok()),
            source: field("source"),
        }
    }
}

/// Whether Rust source would call both the same.
fn same_crate(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.chars().zip(other.chars()).all(|(a, b)| a == b || (a == '-' && b == '_'))
}

#[cfg(test)]
mod tests {
    use super::in_order;

    const HEAD: &str = "# @generated\nversion = 4\n\n";

    fn package(name: &str, version: &str, own: bool) -> String {
        let source = if own { "" } else { "source = \"registry\"\n" };
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{source}")
    }

    fn lock(packages: &[(&str, &str, bool)]) -> String {
        let packages: Vec<_> = packages.iter().map(|(name, version, own)| package(name, version, *own)).collect();
        format!("{HEAD}{}", packages.join("\n"))
    }

    #[test]
    fn packages_stand_by_name_and_then_by_version() {
        let mixed =
            [("shop", "0.1.0", true), ("syn", "10.0.0", false), ("axum", "0.8.9", false), ("syn", "2.0.1", false)];
        let sorted = [mixed[2], mixed[0], mixed[3], mixed[1]];
        assert_eq!(in_order(&lock(&mixed)), Ok(lock(&sorted)));
        assert_eq!(in_order(&lock(&sorted)), Ok(lock(&sorted)));
        assert_eq!(in_order(HEAD), Ok(HEAD.to_owned()));
    }

    #[test]
    fn a_service_is_not_called_like_one_of_its_dependencies() {
        for name in ["serde_json", "serde-json"] {
            let twice = [(name, "0.1.0", true), ("serde_json", "1.0.0", false)];
            assert_eq!(in_order(&lock(&twice)), Err(name.to_owned()));
        }
    }
}
