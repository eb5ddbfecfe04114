//! Values that a file holds: `NAME_FILE` names one, or systemd puts one at `$CREDENTIALS_DIRECTORY/NAME`. A process
//! gets the value under its name and never learns where it stood.

use super::contract::Variable;
use super::secret::Secret;
use super::source::{Empty, Given, Givers, Source};
use super::violation::{Fault, Violation};
use std::io;
use std::path::{Path, PathBuf};

/// Reads a whole file.
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// The value of a `from-file` variable: as it was given by name, else from the file that `NAME_FILE` names, else from
/// systemd's credential of its name.
///
/// # Errors
/// Where both are given, since nobody could tell which one was meant, and where a file that is named cannot be read.
pub(super) fn read(
    variable: &Variable,
    given: Option<Given>,
    givers: &Givers<'_>,
    read: ReadFile<'_>,
) -> Result<Option<Given>, Box<Violation>> {
    let file_variable = format!("{}_FILE", variable.name);
    let named = givers.find(&file_variable, Empty::IsMissing);
    match (given, named) {
        (Some(given), Some(named)) => {
            Err(Violation::new(variable, Fault::GivenTwice(named.source), Some(given.source)).into())
        }
        (Some(given), None) => Ok(Some(given)),
        (None, Some(named)) => {
            let source = Source::NamedFile { variable: file_variable, given: Box::new(named.source.clone()) };
            let path = PathBuf::from(named.value.expose());
            if !path.is_absolute() {
                return Err(Violation::new(variable, Fault::RelativePath, Some(named.source)).into());
            }
            match read(&path) {
                Ok(bytes) => Ok(Some(Given { value: content(bytes), source })),
                // The kind only: an error's own words may repeat the path, and the path may be a misplaced secret.
                Err(cause) => Err(Violation::new(variable, Fault::Unreadable(cause.kind()), Some(source)).into()),
            }
        }
        (None, None) => credential(variable, givers, read),
    }
}

impl Variable {
    /// Whether a name is the one that names this variable's file.
    #[must_use]
    pub fn is_named_file(&self, name: &str) -> bool {
        self.from_file && name.strip_suffix("_FILE") == Some(self.name.as_str())
    }
}

/// Who named a file for a `from-file` variable.
pub(super) fn named(variable: &Variable, givers: &Givers<'_>) -> Option<Source> {
    let file_variable = format!("{}_FILE", variable.name);
    let given = Box::new(givers.first(&file_variable).filter(|_| variable.from_file)?);
    Some(Source::NamedFile { variable: file_variable, given })
}

fn credential(variable: &Variable, givers: &Givers<'_>, read: ReadFile<'_>) -> Result<Option<Given>, Box<Violation>> {
    let Some(folder) = givers.environment("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty()) else {
        return Ok(None);
    };
    match read(&Path::new(folder).join(&variable.name)) {
        Ok(bytes) => Ok(Some(Given { value: content(bytes), source: Source::Credential })),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Violation::new(variable, Fault::Unreadable(cause.kind()), Some(Source::Credential)).into()),
    }
}

/// A file's content without the one line end that editors and `echo` put behind it.
fn content(bytes: Vec<u8>) -> Secret {
    let whole = Secret::new(bytes);
    let bytes = whole.expose().as_encoded_bytes();
    match bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")) {
        Some(shorter) => Secret::new(shorter),
        None => whole,
    }
}
