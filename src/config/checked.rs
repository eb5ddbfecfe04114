//! Env files held against a contract for the sake of knowing: everything that `run` would refuse, and what it would
//! only mention, at once.

use super::contract::Contract;
use super::env_file::EnvFile;
use super::notice::Notice;
use super::resolution::Config;
use super::violation::Violation;
use super::{Error, Malformed};
use serde::Serialize;

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Checked {
    /// Every file with its errors and warnings.
    pub files: Vec<Malformed>,
    /// Variables that do not meet the contract.
    pub violations: Vec<Violation>,
    /// Variables whose value lies in a file that this machine does not have.
    pub not_here: Vec<Violation>,
    /// Names that nobody declares.
    pub undeclared: Vec<Notice>,
    /// Files that everybody on this machine can read or change.
    pub exposed: Vec<String>,
    /// How many variables a process would get.
    pub variables: usize,
}

impl Checked {
    /// What is found in files, and in the config that came of them. `config` is what [`Config::resolve`] answered for
    /// these files.
    ///
    /// # Errors
    /// Where a file cannot be read at all.
    pub fn of(files: &[EnvFile], contract: Option<&Contract>, config: Result<Config, Error>) -> Result<Self, Error> {
        let of_file = |file: &EnvFile| Malformed { file: file.name().to_owned(), findings: file.findings().to_vec() };
        let exposed = files.iter().filter(|file| file.is_exposed(contract)).map(|file| file.name().to_owned());
        let checked =
            Self { files: files.iter().map(of_file).collect(), exposed: exposed.collect(), ..Self::default() };
        Ok(match config {
            Ok(config) => Self { undeclared: config.notices().to_vec(), variables: config.settings().len(), ..checked },
            Err(Error::Violated { violations, notices }) => {
                let (not_here, violations) = violations.into_iter().partition(Violation::depends_on_machine);
                Self { violations, not_here, undeclared: notices, ..checked }
            }
            Err(Error::Malformed { .. }) => checked,
            Err(error) => return Err(error),
        })
    }

    /// Whether a file has no single meaning.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.files.iter().flat_map(|file| &file.findings).any(|finding| finding.is_error())
    }

    /// How many findings there are that another reader would take otherwise.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.files.iter().flat_map(|file| &file.findings).filter(|finding| !finding.is_error()).count()
    }
}
