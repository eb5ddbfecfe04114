//! The env files of the command line: read in their order, with what their users should know of them.

use super::surroundings::Surroundings;
use crate::config::{Contract, EnvFile};
use crate::report::Event;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// Reads env files, and says what another reader would take otherwise. Their errors are told with those of the
/// contract.
pub(crate) fn read_env_files(paths: &[PathBuf], surroundings: &Surroundings) -> anyhow::Result<Vec<EnvFile>> {
    let mut files = Vec::new();
    for path in paths {
        let file = EnvFile::read(&surroundings.resolve(path), &path.to_string_lossy())?;
        for finding in file.warnings() {
            let place = format!("{}:{}:{}", file.name(), finding.line, finding.column);
            surroundings.reporter.tell(&Event::warning(format!("{place}: {}", finding.rule)));
        }
        files.push(file);
    }
    Ok(files)
}

/// Says which env files hold secrets and can be read by everybody on the machine.
pub(crate) fn warn_of_readers(files: &[EnvFile], paths: &[PathBuf], contract: &Contract, surroundings: &Surroundings) {
    for (file, path) in files.iter().zip(paths) {
        let secret = file.entries().iter().any(|entry| contract.variable(&entry.name).is_some_and(|one| one.secret));
        let mode = std::fs::metadata(surroundings.resolve(path)).map_or(0, |found| found.permissions().mode());
        if secret && mode & 0o004 != 0 {
            surroundings.reporter.tell(&Event::warning_with_hint(
                format!("`{}` holds secrets and everybody on this machine can read it", file.name()),
                format!("`chmod 600 {}`", file.name()),
            ));
        }
    }
}
