//! The env files of the command line: read in their order, with what their users should know of them.

#[cfg(target_os = "linux")]
use super::failure::UsageError;
use super::surroundings::Surroundings;
use crate::config::EnvFile;
#[cfg(target_os = "linux")]
use crate::config::{Contract, Error, Typed};
#[cfg(target_os = "linux")]
use crate::report::Event;
use std::path::PathBuf;

/// Reads env files. Their errors are told with those of the contract.
pub(crate) fn read_files(paths: &[PathBuf], surroundings: &Surroundings) -> anyhow::Result<Vec<EnvFile>> {
    let read = |path: &PathBuf| EnvFile::read(&surroundings.resolve(path), &path.to_string_lossy());
    Ok(paths.iter().map(read).collect::<Result<_, _>>()?)
}

/// Reads env files, and says what another reader would take otherwise.
#[cfg(target_os = "linux")]
pub(crate) fn read_env_files(paths: &[PathBuf], surroundings: &Surroundings) -> anyhow::Result<Vec<EnvFile>> {
    let files = read_files(paths, surroundings)?;
    files.iter().flat_map(misread).for_each(|event| surroundings.reporter.tell(&event));
    Ok(files)
}

/// What another reader of an env file would take otherwise.
#[cfg(target_os = "linux")]
pub(crate) fn misread(file: &EnvFile) -> impl Iterator<Item = Event> {
    file.warnings().map(|finding| {
        let place = format!("{}:{}:{}", file.name(), finding.line, finding.column);
        Event::warning(format!("{place}: {}", finding.rule))
    })
}

/// What happens where others can read an env file.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// It is said.
    Warn,
    /// It is refused.
    Refuse,
}

/// Minds who else can read the env files that hold what is or may be secret: the warnings.
#[cfg(target_os = "linux")]
pub(crate) fn mind_readers(
    files: &[EnvFile],
    contract: Option<&Contract>,
    strictness: Strictness,
) -> Result<Vec<Event>, Error> {
    let open: Vec<String> =
        files.iter().filter(|file| file.is_exposed(contract)).map(|file| file.name().to_owned()).collect();
    if strictness == Strictness::Refuse && !open.is_empty() {
        return Err(Error::Exposed { files: open });
    }
    let warning = |name: &String| {
        Event::warning_with_hint(
            format!("`{name}` holds what may be secret, and everybody on this machine can read or change it"),
            format!("`chmod 600 {name}`"),
        )
    };
    Ok(open.iter().map(warning).collect())
}

#[cfg(target_os = "linux")]
/// What was typed with `-e`.
pub(crate) fn typed(words: &[String], surroundings: &Surroundings) -> anyhow::Result<Typed> {
    let mut all = Vec::new();
    for word in words {
        match Typed::parse(word, &surroundings.environment) {
            Ok(Some(given)) => all.push(given),
            // As env(1) and docker(1) have it: a name that is not set is not given.
            Ok(None) => {
                surroundings.reporter.tell(&Event::warning(format!("`-e {word}`: the environment has no `{word}`")))
            }
            // The word itself may be a secret that was meant as the value.
            Err(rule) => {
                let hint = "-e NAME=value, or `-e NAME` to take it from the environment".to_owned();
                return Err(UsageError { message: format!("a word behind `-e` {rule}"), hint }.into());
            }
        }
    }
    Ok(all.into_iter().collect())
}
