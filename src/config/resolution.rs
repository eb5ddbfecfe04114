//! The config that a process gets: the contract held against everything that was given, in one pure step. Either all
//! of it stands, or everything that is wrong is told at once; nothing starts with half a config.
//!
//! Not part of it: the base set (PATH, HOME, ...) and what the run stage says itself (PORT, RELEASE_ID, ...). They do
//! not differ between deploys by anybody's choice.

use super::contract::{Contract, Variable};
use super::env_file::EnvFile;
use super::env_grammar::LONGEST_STRING;
use super::from_file::{self, ReadFile};
use super::notice::{Notice, undeclared};
use super::secret::Secret;
use super::source::{Empty, Given, Givers, Source};
use super::typed::Typed;
use super::violation::{Fault, Violation};
use super::{Error, Malformed};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

/// Everything that the config is made from, as plain values.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The environment of this program.
    pub environment: &'a BTreeMap<OsString, OsString>,
    /// What was typed on the command line: it wins over everything.
    pub typed: &'a Typed,
    /// The env files in the order of the command line: a later one wins over an earlier one.
    pub files: &'a [EnvFile],
    /// What the app declares. Without a contract every name of the env files passes.
    pub contract: Option<&'a Contract>,
    /// Names that the run stage sets itself: they are never missing and never undeclared.
    pub exempt: &'a [&'a str],
}

/// Why a name is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The contract declares it.
    Declared,
    /// A `passthrough` pattern matches it.
    Passthrough,
    /// It was typed on the command line.
    Typed,
    /// There is no contract, and an env file has it.
    NoContract,
}

/// One variable of a process's config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Secret,
    /// Where the value came from.
    pub source: Source,
    /// Why it is passed on.
    pub standing: Standing,
}

/// The config of a process. It meets the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    settings: Vec<Setting>,
    notices: Vec<Notice>,
}

impl Config {
    /// Holds the contract against everything that was given. Declared variables come first, in the order of the
    /// contract, then those that pass through or were typed, by name; without a contract, those of the env files by name.
    ///
    /// `read` reads the files of `from-file` variables; nothing else is read.
    ///
    /// # Errors
    /// [`Error::Malformed`] where an env file has no single meaning; otherwise [`Error::Violated`] where the contract
    /// is not met. Each holds everything that is wrong.
    pub fn resolve(inputs: &Inputs<'_>, read: ReadFile<'_>) -> Result<Self, Error> {
        let malformed: Vec<Malformed> = inputs.files.iter().filter_map(Malformed::of).collect();
        if !malformed.is_empty() {
            return Err(Error::Malformed { files: malformed });
        }
        let givers = Givers::new(inputs.typed, inputs.environment, inputs.files);
        let Some(contract) = inputs.contract else {
            let names: BTreeSet<&str> = givers.names_in_files().chain(inputs.typed.names()).collect();
            let settings = names.into_iter().filter_map(|name| passed(&givers, name, Standing::NoContract)).collect();
            return Ok(Self { settings, notices: Vec::new() });
        };
        let notices: Vec<Notice> =
            inputs.files.iter().flat_map(|file| undeclared(contract, file, inputs.exempt)).collect();
        let mut settings = match contract.check(&givers, inputs.exempt, read) {
            Ok(settings) => settings,
            Err(violations) => return Err(Error::Violated { violations, notices }),
        };
        let names = givers.names_in_files().chain(givers.names_in_environment());
        let through = names.filter(|name| contract.passes(name)).map(|name| (name, Standing::Passthrough));
        let typed = inputs.typed.names().map(|name| (name, Standing::Typed));
        let of_file = |name: &str| contract.variables.iter().any(|variable| variable.is_named_file(name));
        let unchecked: BTreeMap<&str, Standing> =
            through.chain(typed).filter(|(name, _)| contract.variable(name).is_none() && !of_file(name)).collect();
        settings.extend(unchecked.into_iter().filter_map(|(name, standing)| passed(&givers, name, standing)));
        Ok(Self { settings, notices })
    }

    /// The variables, in order.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// The variable of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// That part of it which is asked for.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Setting) -> bool) -> Self {
        let settings = self.settings.iter().filter(|one| wanted(one)).cloned().collect();
        Self { settings, notices: self.notices.clone() }
    }

    /// What its user should know.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

/// A name that passes unchecked, also with an empty value.
fn passed(givers: &Givers<'_>, name: &str, standing: Standing) -> Option<Setting> {
    let Given { value, source } = givers.find(name, Empty::Counts)?;
    Some(Setting { name: name.to_owned(), value, source, standing })
}

impl Contract {
    /// Holds every declared variable against what was given.
    fn check(&self, givers: &Givers<'_>, exempt: &[&str], read: ReadFile<'_>) -> Result<Vec<Setting>, Vec<Violation>> {
        let (mut settings, mut violations) = (Vec::new(), Vec::new());
        for variable in &self.variables {
            match variable.setting(givers, read) {
                Ok(Some(setting)) => settings.push(setting),
                Ok(None) if !variable.required || exempt.contains(&variable.name.as_str()) => {}
                Ok(None) => violations.push(variable.missing(givers)),
                Err(violation) => violations.push(*violation),
            }
        }
        if violations.is_empty() { Ok(settings) } else { Err(violations) }
    }
}

impl Variable {
    /// The value that stands, or none where nobody gave one.
    fn setting(&self, givers: &Givers<'_>, read: ReadFile<'_>) -> Result<Option<Setting>, Box<Violation>> {
        let empty = if self.allow_empty { Empty::Counts } else { Empty::IsMissing };
        let mut given = givers.find(&self.name, empty);
        if self.from_file {
            given = from_file::read(self, given, givers, read)?;
        }
        let given = given.filter(|given| self.allow_empty || !given.value.is_empty()).or_else(|| {
            let value = Secret::new(self.default.as_deref()?);
            Some(Given { value, source: Source::Default })
        });
        given.map(|given| self.checked(given)).transpose()
    }

    fn checked(&self, Given { value, source }: Given) -> Result<Setting, Box<Violation>> {
        let text = value.expose_text().filter(|text| !text.contains('\0'));
        match text {
            None => Err(Violation::new(self, Fault::NotText, Some(source)).into()),
            Some(_) if self.name.len() + "=".len() + value.len() + "\0".len() > LONGEST_STRING => {
                Err(Violation::new(self, Fault::TooLong, Some(source)).into())
            }
            Some(text) if !self.admits(text) => Err(Violation::not_admitted(self, text, source).into()),
            Some(_) => Ok(Setting { name: self.name.clone(), value, source, standing: Standing::Declared }),
        }
    }

    /// Nobody gave it, or somebody gave nothing.
    fn missing(&self, givers: &Givers<'_>) -> Violation {
        let given = givers.first(&self.name).or_else(|| from_file::named(self, givers));
        match given {
            Some(source) => Violation::new(self, Fault::Empty, Some(source)),
            None => Violation::new(self, Fault::Missing, None),
        }
    }
}
