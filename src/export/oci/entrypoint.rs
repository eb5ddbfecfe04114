//! The words that a container starts with. There is no shell in it and no `cargo twelve`, so what `run` does at each
//! start is done here once: the program is found in the release's `bin`, and variables that the image itself sets are
//! put in. One that only the config sets cannot be, since whoever starts the image gives the config.

use super::Error;
use super::base::Base;
use super::config::Making;
use crate::artifact::ArchivePath;
use crate::export::Program;
use crate::export::container::ROOT;
use std::collections::BTreeMap;

impl Making<'_> {
    /// The program by its path in the image, and its arguments.
    pub(super) fn words(&self, base: &Base, environment: &BTreeMap<String, String>) -> Result<Vec<String>, Error> {
        let command = self.started.command();
        let (told, ports) = (self.exported.told(), self.started.port());
        let set = |name: &str| {
            told.iter().any(|(one, _)| *one == name) || ports.is_some_and(|(_, names)| names.contains(&name))
        };
        let known = |name: &str| environment.get(name).filter(|_| set(name)).cloned();
        let mut words = command.expand(known).map_err(|variables| Error::Variables {
            process: self.started.name(),
            command: command.to_string(),
            variables,
        })?;
        if let Some(first) = words.first_mut() {
            *first = match self.exported.program(command) {
                Program::OfRelease(path) => format!("{ROOT}/{path}"),
                Program::OfSystem(word) => self.of_base(&word, base, environment)?,
            };
        }
        Ok(words)
    }

    /// The path of a program that the release does not have.
    fn of_base(&self, word: &str, base: &Base, environment: &BTreeMap<String, String>) -> Result<String, Error> {
        let path = environment.get("PATH").map_or("", String::as_str);
        let candidates: Vec<String> = match word {
            word if word.starts_with('/') => vec![word.to_owned()],
            word if word.contains('/') => Vec::new(),
            word => path.split(':').map(|folder| format!("{folder}/{word}")).collect(),
        };
        let found = candidates.into_iter().find(|path| base.files.is_program(path));
        found.ok_or_else(|| Error::NoProgram {
            process: self.started.name(),
            word: word.to_owned(),
            base: base.to_string(),
            programs: self.programs(),
        })
    }

    fn programs(&self) -> Vec<String> {
        let names = self.manifest.files.iter().map(|file| &file.path).map(ArchivePath::as_str);
        names.filter_map(|path| path.strip_prefix("app/bin/")).map(str::to_owned).collect()
    }
}
