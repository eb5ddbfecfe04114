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
            if part.contains(['\\', '\0', ':']) {
                return Err("the path has a character that means something else on another system");
            }
        }
        Ok(Self(text))
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
