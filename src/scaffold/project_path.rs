//! Where a file of a project goes. A template may come from anywhere and an answer from anybody; neither may write
//! outside the new folder or into its repository.

use crate::report::Printable;
use std::fmt;
use std::path::Path;

/// A path below the project's folder, with `/` between its parts: none is empty, `.`, `..` or `.git`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProjectPath(String);

impl ProjectPath {
    /// Checks a path.
    pub(super) fn checked(text: String) -> Result<Self, &'static str> {
        if text.len() > 1000 {
            return Err("the path is too long");
        }
        for part in text.split('/') {
            if part.is_empty() {
                return Err("the path has an empty part");
            }
            if part == "." || part == ".." {
                return Err("the path leads outside the project");
            }
            // A file system that ignores case would take `.GIT` for the repository.
            if part.eq_ignore_ascii_case(".git") {
                return Err("the path leads into the repository");
            }
            if part.len() > 255 {
                return Err("the path is too long");
            }
            // Escaped, it is another text: something in it would not be shown as it is.
            if Printable(part).to_string() != part || part.chars().any(is_unseen) {
                return Err("the path has a character that cannot be seen");
            }
            if part.ends_with(['.', ' ']) || is_git_elsewhere(part) || is_device(part) {
                return Err("the path has a part that means something else on another system");
            }
            if part.contains(['\\', '\0', ':', '*', '?', '"', '<', '>', '|']) {
                return Err("the path has a character that means something else on another system");
            }
        }
        let first = text.split('/').next().unwrap_or_default();
        if first.eq_ignore_ascii_case(".twelve") {
            return Err("`.twelve` holds what `cargo twelve` itself writes");
        }
        Ok(Self(text))
    }

    /// A path that this program itself names.
    pub(super) fn own(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as a path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// The last part.
    pub(super) fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// `git~1` is what Windows calls `.git` in short.
fn is_git_elsewhere(part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    part.strip_prefix("git~").is_some_and(|rest| rest.bytes().all(|one| one.is_ascii_digit()))
}

/// Windows opens a device, whatever the extension.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |name: &str| {
        stem.strip_prefix(name)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|one| (b'1'..=b'9').contains(&one)))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// Characters that some file systems drop from names, so that `.g\u{200c}it` would be `.git`.
fn is_unseen(one: char) -> bool {
    matches!(one, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printable(&self.0).fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::ProjectPath;

    fn checked(text: &str) -> Result<ProjectPath, &'static str> {
        ProjectPath::checked(text.to_owned())
    }

    #[test]
    fn a_path_stays_in_the_project_and_out_of_its_repository() {
        for good in ["Cargo.toml", "src/main.rs", ".gitignore", ".github/workflows/ci.yml", "..a", "a b"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", ".git/config", "a/.GIT/x", "c:x", "a\\b"]
        {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
