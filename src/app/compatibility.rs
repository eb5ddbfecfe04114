//! Whether an app can start with a config: the question that is asked before a process, a deploy or a rollback, and
//! that is answered from plain values, before anything is touched.

use super::{Command, Declaration};
use crate::config::{self, Config, EnvFile, Inputs, ReadFile, Typed};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// What every process is told, whatever the contract says of it.
const TOLD: [&str; 6] = ["PORT", "PROCESS", "RELEASE_ID", "RELEASE_VERSION", "RELEASE_COMMIT", "TMPDIR"];

/// What every process gets of the machine where that has it.
const BASE: [&str; 5] = ["PATH", "HOME", "LANG", "TZ", "USER"];

/// What is given to an app, before it is held against what the app declares.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The environment that the app would start from.
    pub environment: &'a BTreeMap<OsString, OsString>,
    /// What was typed with `-e`.
    pub typed: &'a Typed,
    /// The env files in the order of the command line.
    pub files: &'a [EnvFile],
}

/// Why an app cannot start with a config. No value that is or may be secret is in it.
#[derive(Debug, thiserror::Error)]
pub enum CannotStart {
    /// There is no config.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// Commands name variables that their processes would not have.
    #[error("{}", self.reasons().join("; "))]
    CommandsLack {
        /// Each process with the variables that its command lacks.
        processes: Vec<(String, Vec<String>)>,
    },
}

impl CannotStart {
    /// Every reason, each as one sentence without terminal styles.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Self::Config(error) => error.reasons(),
            Self::CommandsLack { processes } => processes
                .iter()
                .map(|(process, missing)| {
                    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
                    format!("the command of `{process}` names {}, which nobody sets", names.join(", "))
                })
                .collect(),
        }
    }
}

impl Declaration {
    /// The names that the run stage sets itself: never missing, never undeclared.
    #[must_use]
    pub fn names_told(&self) -> Vec<&str> {
        let ports = self.processes.iter().filter_map(|one| one.port.as_deref());
        TOLD.into_iter().chain(ports).collect()
    }

    /// Holds the contract against what is given.
    ///
    /// # Errors
    /// As [`Config::resolve`]: everything that is wrong at once.
    pub fn config(&self, offer: &Offer<'_>, read: ReadFile<'_>) -> Result<Config, config::Error> {
        let Offer { environment, typed, files } = *offer;
        let exempt = self.names_told();
        Config::resolve(&Inputs { environment, typed, files, contract: self.contract.as_ref(), exempt: &exempt }, read)
    }

    /// Whether the app can start with what is given: its contract is met, and every variable that the command of a
    /// process with a count, or of an admin process that runs before a deploy, names will be there.
    ///
    /// # Errors
    /// Every reason why it cannot.
    pub fn can_start(&self, offer: &Offer<'_>, read: ReadFile<'_>) -> Result<Config, CannotStart> {
        let config = self.config(offer, read)?;
        let running = self.processes.iter().filter(|one| one.count > 0);
        let running = running.map(|one| (one.name.clone(), &one.command, one.port.as_deref()));
        let before = self.admin.iter().filter(|one| one.before_deploy);
        let before = before.map(|one| (format!("admin.{}", one.name), &one.command, None));
        let lacks = |(process, command, port): (String, &Command, Option<&str>)| {
            let set = |name: &str| {
                let told = TOLD.contains(&name) && (name != "PORT" || port.is_some() || !process.starts_with("admin."));
                let has = told || port == Some(name) || BASE.contains(&name) || config.get(name).is_some();
                has.then(String::new)
            };
            command.expand(set).err().map(|mut missing| {
                missing.dedup();
                (process.clone(), missing)
            })
        };
        let processes: Vec<_> = running.chain(before).filter_map(lacks).collect();
        if processes.is_empty() { Ok(config) } else { Err(CannotStart::CommandsLack { processes }) }
    }
}

#[cfg(test)]
mod tests {
    use super::Offer;
    use crate::app::{Declaration, Sources};
    use crate::config::{EnvFile, Typed};
    use std::collections::BTreeMap;

    fn declaration(text: &str) -> Declaration {
        Sources { twelve_toml: Some(text.to_owned()), procfile: None }.declaration("shop").expect("a declaration")
    }

    fn reasons(declaration: &Declaration, env_file: &str) -> Vec<String> {
        let (environment, typed) = (BTreeMap::new(), Typed::default());
        let files = [EnvFile::parse("prod.env", env_file.as_bytes())];
        let offer = Offer { environment: &environment, typed: &typed, files: &files };
        let answer = declaration.can_start(&offer, &|path| std::fs::read(path));
        answer.err().map(|why| why.reasons()).unwrap_or_default()
    }

    const WEB: &str = "[processes.web]\ncommand = 'shop $PORT $RELEASE_ID $HOME $NAME'\nport = true\n\
                       [processes.off]\ncommand = 'shop $NOBODY'\ncount = 0\n\
                       [admin.migrate]\ncommand = 'shop $WHERE $PORT'\nbefore-deploy = true\n";

    #[test]
    fn a_contract_that_is_not_met_and_a_file_without_meaning_are_reasons() {
        let app =
            declaration("[config.vars.WORKERS]\ntype = 'int'\n[config.vars.KEY]\ntype = 'string'\nsecret = true\n");
        assert_eq!(
            reasons(&app, "WORKERS=many\n"),
            [
                "`WORKERS` is `many` (prod.env:1): expected a whole number, such as `10`",
                "`KEY` is missing: expected text"
            ]
        );
        assert_eq!(
            reasons(&app, "WORKERS=1\nKEY=a$b\n"),
            ["prod.env:2:6: a value with `$` stands in single quotes: shells expand it (unquoted-dollar)"]
        );
        assert_eq!(reasons(&app, "WORKERS=1\nKEY=x\nNEWER=1\n"), Vec::<String>::new());
    }

    #[test]
    fn a_command_whose_variable_nobody_sets_is_a_reason() {
        let app = declaration(WEB);
        assert_eq!(
            reasons(&app, "NAME=x\n"),
            ["the command of `admin.migrate` names `WHERE`, `PORT`, which nobody sets"]
        );
        let app = declaration(&WEB.replace(" $PORT'\nbefore", "'\nbefore"));
        assert_eq!(reasons(&app, "NAME=x\nWHERE=y\n"), Vec::<String>::new());
        assert_eq!(reasons(&app, "WHERE=y\n"), ["the command of `web` names `NAME`, which nobody sets"]);
    }
}
