//! Several env files side by side: what one deploy has and another has not, what is not valid where, and what should not
//! be alike. Values are compared as hashes under a key that lives as long as the comparison, and only what the contract
//! lets everybody see is ever shown.

use super::backing_service::BackingService;
use super::contract::{Contract, Variable, VariableType};
use super::env_code::Severity;
use super::env_file::{Entry, EnvFile};
use super::{Error, Malformed};
use crate::report::nearest;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What a file has of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Cell {
    /// Nothing, and nothing is needed.
    Absent,
    /// Nothing, where a value is required.
    Missing,
    /// The contract's default.
    Default {
        /// The default.
        value: String,
    },
    /// A value that everybody may see.
    Shown {
        /// The value, or the scheme and place of a backing service.
        value: String,
    },
    /// A value that nobody may see. The same number in a row means the same value.
    Hidden {
        /// Which of the row's values.
        group: usize,
    },
    /// A file that holds the value is named.
    File,
    /// A value that the contract does not admit.
    Invalid,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discrepancy {
    /// Whether it is one that must not be.
    pub severity: Severity,
    /// The variable, or the file where it is about a whole file.
    pub about: String,
    /// What is wrong, as a fragment.
    pub text: String,
}

/// Env files side by side.
#[derive(Debug, Serialize)]
pub struct Parity {
    /// The files, in the order of the command line.
    pub files: Vec<String>,
    /// Each variable with what every file has of it: the declared ones in their order, then others by name.
    pub rows: Vec<(String, Vec<Cell>)>,
    /// What is not as it should be.
    pub discrepancies: Vec<Discrepancy>,
}

impl Parity {
    /// Puts files side by side. `key` is fresh randomness; `told` are the names that the run stage sets itself.
    ///
    /// # Errors
    /// Where a file has no single meaning: what looks like a name in it may be a piece of a value.
    pub fn of(files: &[EnvFile], contract: &Contract, told: &[&str], key: [u8; 32]) -> Result<Self, Error> {
        let malformed: Vec<Malformed> = files.iter().filter_map(Malformed::of).collect();
        if !malformed.is_empty() {
            return Err(Error::Malformed { files: malformed });
        }
        let names: Vec<String> = files.iter().map(|file| file.name().to_owned()).collect();
        let mut parity = Self { files: names, rows: Vec::new(), discrepancies: Vec::new() };
        parity.whole_files(files, contract);
        let entries: Vec<BTreeMap<&str, &Entry>> = files
            .iter()
            .map(|file| file.entries().iter().map(|entry| (entry.name.as_str(), entry)).collect())
            .collect();
        let hash =
            |entry: &Entry| Sha256::new().chain_update(key).chain_update(entry.value.expose().as_encoded_bytes());
        let hash = |entry: &Entry| <[u8; 32]>::from(hash(entry).finalize());
        for variable in &contract.variables {
            let held: Vec<_> = entries.iter().map(|file| file.get(variable.name.as_str()).copied()).collect();
            let of_file = |file: &BTreeMap<&str, &Entry>| file.keys().any(|name| variable.is_named_file(name));
            let by_file: Vec<bool> = entries.iter().map(of_file).collect();
            let exempt = told.contains(&variable.name.as_str());
            parity.declared(variable, &held, &by_file, exempt, &hash);
        }
        let asked = |name: &str| {
            told.contains(&name)
                || contract.variable(name).is_some()
                || contract.variables.iter().any(|variable| variable.is_named_file(name))
        };
        let others: BTreeSet<&str> =
            entries.iter().flat_map(|file| file.keys().copied()).filter(|name| !asked(name)).collect();
        for name in others {
            let held: Vec<_> = entries.iter().map(|file| file.get(name).copied()).collect();
            let cells = grouped(&held, &hash)
                .into_iter()
                .map(|group| group.map_or(Cell::Absent, |group| Cell::Hidden { group }));
            parity.rows.push((name.to_owned(), cells.collect()));
            if !contract.passes(name) {
                let declared = contract.variables.iter().map(|variable| variable.name.as_str());
                let near = nearest(name, declared).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                parity.find(Severity::Warning, name, format!("is not declared{near}"));
            }
        }
        Ok(parity)
    }

    /// Whether something is as it must not be.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.discrepancies.iter().any(|one| one.severity == Severity::Error)
    }

    fn find(&mut self, severity: Severity, about: &str, text: String) {
        self.discrepancies.push(Discrepancy { severity, about: about.to_owned(), text });
    }

    fn whole_files(&mut self, files: &[EnvFile], contract: &Contract) {
        for file in files {
            if file.is_exposed(Some(contract)) {
                let text = "can be read or changed by everybody on this machine".to_owned();
                self.find(Severity::Warning, file.name(), text);
            }
        }
    }

    /// One declared variable over all files.
    fn declared(
        &mut self,
        variable: &Variable,
        held: &[Option<&Entry>],
        by_file: &[bool],
        exempt: bool,
        hash: &dyn Fn(&Entry) -> [u8; 32],
    ) {
        let given: Vec<Option<&Entry>> =
            held.iter().map(|entry| entry.filter(|entry| variable.allow_empty || !entry.value.is_empty())).collect();
        let groups = grouped(&given, hash);
        let cells = given.iter().zip(by_file).zip(&groups).map(|((entry, by_file), group)| {
            let Some(text) = entry.map(|entry| entry.value.expose_text().unwrap_or_default()) else {
                return match &variable.default {
                    _ if *by_file => Cell::File,
                    Some(value) => Cell::Default { value: value.clone() },
                    None if variable.required && !exempt => Cell::Missing,
                    None => Cell::Absent,
                };
            };
            match group {
                _ if !variable.admits(text) => Cell::Invalid,
                Some(group) if !variable.may_show(text) => Cell::Hidden { group: *group },
                _ => Cell::Shown { value: text.chars().take(40).collect() },
            }
        });
        let cells: Vec<Cell> = cells.collect();
        for (file, cell) in self.files.clone().iter().zip(&cells) {
            match cell {
                Cell::Missing => self.find(Severity::Error, &variable.name, format!("is missing in `{file}`")),
                Cell::Invalid => {
                    let text = format!("is not {} in `{file}`", variable.expectation());
                    self.find(Severity::Error, &variable.name, text);
                }
                _ => {}
            }
        }
        if variable.kind == VariableType::ServiceUrl {
            self.services(&variable.name, &given);
        }
        if variable.secret && variable.kind != VariableType::ServiceUrl {
            self.shared(&variable.name, &groups);
        }
        self.rows.push((variable.name.clone(), cells));
    }

    /// Deploys use the same kind of backing service, and nobody but a developer has it on the same machine.
    fn services(&mut self, name: &str, given: &[Option<&Entry>]) {
        let mut schemes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (file, entry) in self.files.clone().into_iter().zip(given) {
            let text = entry.and_then(|entry| entry.value.expose_text());
            let Some(service) = text.and_then(|text| BackingService::named(name, text)) else { continue };
            let local = |host: &str| matches!(host, "localhost" | "::1") || host.starts_with("127.");
            if !is_development(&file) && service.endpoints.iter().any(|endpoint| local(&endpoint.host)) {
                let text = format!("is on the machine itself in `{file}`, which is not one of development");
                self.find(Severity::Warning, name, text);
            }
            // `postgres` and `postgresql` are one service.
            let kind = match service.kind {
                super::ServiceKind::Other | super::ServiceKind::Tls => service.scheme.clone(),
                kind => format!("{kind:?}"),
            };
            schemes.entry(kind).or_default().push(format!("{} in `{file}`", service.scheme));
        }
        if schemes.len() > 1 {
            let kinds: Vec<String> = schemes.into_values().flatten().collect();
            self.find(Severity::Error, name, format!("is another kind of service: {}", kinds.join(", ")));
        }
    }

    /// A secret that two deploys share lets whoever has one into the other.
    fn shared(&mut self, name: &str, groups: &[Option<usize>]) {
        let mut by_group: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (file, group) in self.files.iter().zip(groups) {
            if let Some(group) = group {
                by_group.entry(*group).or_default().push(format!("`{file}`"));
            }
        }
        for files in by_group.into_values().filter(|files| files.len() > 1) {
            self.find(Severity::Warning, name, format!("is the same secret in {}", files.join(" and ")));
        }
    }
}

/// A number for each value: the same for the same value, from 1 in the order of the files.
fn grouped(held: &[Option<&Entry>], hash: &dyn Fn(&Entry) -> [u8; 32]) -> Vec<Option<usize>> {
    let mut known: Vec<[u8; 32]> = Vec::new();
    held.iter()
        .map(|entry| {
            let hashed = hash((*entry)?);
            let at = known.iter().position(|one| *one == hashed).unwrap_or_else(|| {
                known.push(hashed);
                known.len() - 1
            });
            Some(at + 1)
        })
        .collect()
}

/// Whether a file's name says that it is for a developer's own machine.
fn is_development(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    name == ".env" || name.split(['.', '-', '_']).any(|part| matches!(part, "dev" | "development" | "local" | "test"))
}
