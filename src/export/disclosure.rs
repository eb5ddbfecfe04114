//! What of a config all may see, and what is or may be secret. Only declared variables are known not to be secret, so
//! what passes through, and every name of an app without a contract, may be one.

use super::Exported;
use crate::config::{Config, Setting};

/// What is done with the values of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretValues {
    /// They are in no file.
    LeftOut,
    /// A file of its own holds them, for its owner alone.
    Written,
}

/// A config, split in two.
#[derive(Debug)]
pub(super) struct Disclosure<'a> {
    /// What all may see: names and values.
    pub(super) plain: Vec<(&'a str, &'a str)>,
    /// The names of secrets.
    pub(super) secrets: Vec<SecretName<'a>>,
}

/// A variable whose value is in no file.
#[derive(Debug, Clone, Copy)]
pub(super) struct SecretName<'a> {
    pub(super) name: &'a str,
    /// Whether processes start without it.
    pub(super) optional: bool,
}

impl<'a> Disclosure<'a> {
    /// The config of a release. A declared secret counts also where nobody has given it: the engine may hold it.
    pub(super) fn of(config: &'a Config, exported: &'a Exported) -> Self {
        let declaration = exported.declaration();
        let (contract, told) = (declaration.contract.as_ref(), declaration.names_told());
        let given = config.settings().iter().filter(|one| !told.contains(&one.name.as_str()));
        let open = |one: &&Setting| contract.is_some_and(|contract| contract.is_open(one));
        let text = |one: &'a Setting| Some((one.name.as_str(), one.value.expose_text()?));
        let plain = given.clone().filter(open).filter_map(text).collect();
        let secret = given.filter(|one| !open(one)).map(|one| SecretName { name: &one.name, optional: false });
        let declared = contract.into_iter().flat_map(|contract| &contract.variables);
        let absent = declared.filter(|one| one.secret && config.get(&one.name).is_none());
        let absent = absent.map(|one| SecretName { name: &one.name, optional: !one.required });
        Self { plain, secrets: secret.chain(absent.filter(|one| !told.contains(&one.name))).collect() }
    }

    /// The value of a variable, where all may see it.
    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.plain.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Whether a variable is a secret.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        self.secrets.iter().any(|secret| secret.name == name)
    }

    /// Whether processes surely get a variable.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some() || self.secrets.iter().any(|secret| secret.name == name && !secret.optional)
    }

    /// That part of the config which is secret.
    pub(super) fn secret_part(&self, config: &Config) -> Config {
        config.only(|one| self.is_secret(&one.name))
    }
}
