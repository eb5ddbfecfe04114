//! What the source reads of the environment, each reading with its place, and how that compares with the contract.
//!
//! It knows what is written: names in calls and macros, constants, options of a command-line parser. Where a library
//! reads all names, or a name is made at run time, that is said too, since then the absence of a name means nothing.

mod declaring;
mod found;
mod own_readers;

use crate::app::Declaration;
use crate::config::{Contract, Variable};
use declaring::lines;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How a place reads the environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum How {
    /// One variable, while the program runs.
    Named {
        /// Its name.
        name: String,
    },
    /// One variable, when the program is compiled: its value is the same in every deploy.
    BakedIn {
        /// Its name.
        name: String,
    },
    /// A variable that only the compilation needs: sqlx asks a database while it expands its macros.
    BuildOnly {
        /// Its name.
        name: String,
    },
    /// Every variable, or every one with a prefix.
    OpenSet {
        /// What the names begin with; empty for all.
        prefix: String,
    },
    /// A variable whose name is made at run time.
    Dynamic {
        /// The function that reads it.
        function: String,
    },
}

/// A place that reads the environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reading {
    /// The file, from the codebase's root.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How it reads.
    #[serde(flatten)]
    pub how: How,
}

/// A variable that is read and not declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undeclared {
    /// Its name.
    pub name: String,
    /// Where it is read, `src/main.rs:3:5`.
    pub places: Vec<String>,
    /// What declares it in twelve.toml.
    pub lines: String,
}

/// What the source reads, held against the contract.
#[derive(Debug, Default, Serialize)]
pub struct Readings {
    /// Every reading, by place.
    pub all: Vec<Reading>,
    /// Names that are read and not declared.
    pub undeclared: Vec<Undeclared>,
    /// Names that are declared and read nowhere.
    pub unread: Vec<String>,
    /// Names that are declared and that no place names, where some place may read any name.
    pub maybe_unread: Vec<String>,
}

/// Names of the machine, the terminal and the process manager, which are no config of an app.
const OF_THE_MACHINE: [&str; 21] = [
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "USER",
    "TMPDIR",
    "TERM",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "LISTEN_FDS",
    "LISTEN_PID",
    "LISTEN_FDNAMES",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "CREDENTIALS_DIRECTORY",
    "PWD",
];

impl Readings {
    /// Holds readings against a declaration. `uses` says whether the service is compiled with one of these crates.
    fn of(all: Vec<Reading>, declaration: &Declaration, uses: impl Fn(&[&str]) -> bool) -> Self {
        let empty = Contract::default();
        let contract = declaration.contract.as_ref().unwrap_or(&empty);
        let told = declaration.names_told();
        let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for reading in &all {
            if let How::Named { name } = &reading.how {
                by_name.entry(name).or_default().push(reading.place());
            }
        }
        let known = |name: &str| {
            told.contains(&name)
                || OF_THE_MACHINE.contains(&name)
                // `ProgramFiles(x86)` of another system: nobody here can declare it, or give it.
                || !Variable::is_name(name)
                || contract.variable(name).is_some()
                || contract.passes(name)
                || contract.variables.iter().any(|variable| variable.is_named_file(name))
        };
        let undeclared = by_name.iter().filter(|(name, _)| !known(name)).map(|(name, places)| Undeclared {
            name: (*name).to_owned(),
            places: places.clone(),
            lines: lines(name, &uses),
        });
        let undeclared = undeclared.collect();
        let in_commands = commands_name(declaration);
        let covered = |name: &str| {
            all.iter().any(|one| matches!(&one.how, How::OpenSet { prefix } if !prefix.is_empty() && name.starts_with(prefix.as_str())))
        };
        let named = |variable: &&Variable| {
            let name = variable.name.as_str();
            by_name.contains_key(name) || in_commands.contains(name) || told.contains(&name) || covered(name)
        };
        let unread =
            contract.variables.iter().filter(|variable| !named(variable)).map(|one| one.name.clone()).collect();
        let anything = |one: &Reading| match &one.how {
            How::OpenSet { prefix } => prefix.is_empty(),
            how => matches!(how, How::Dynamic { .. }),
        };
        let (unread, maybe_unread) = if all.iter().any(anything) { (Vec::new(), unread) } else { (unread, Vec::new()) };
        Self { all, undeclared, unread, maybe_unread }
    }

    /// Whether something is found that is not as it should be.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        let baked_in = self.all.iter().any(|one| matches!(one.how, How::BakedIn { .. }));
        baked_in || !self.undeclared.is_empty() || !self.unread.is_empty()
    }
}

impl Reading {
    /// `src/main.rs:3:5`
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for How {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { name } => write!(formatter, "reads `{name}`"),
            Self::BakedIn { name } => {
                write!(formatter, "bakes `{name}` in: its value is that of the build, the same in every deploy")
            }
            Self::BuildOnly { name } => write!(formatter, "needs `{name}` to be compiled"),
            Self::OpenSet { prefix } if prefix.is_empty() => formatter.write_str("may read every variable"),
            Self::OpenSet { prefix } => write!(formatter, "may read every variable that begins with `{prefix}`"),
            Self::Dynamic { function } => {
                write!(formatter, "calls `{function}` with a name that is made at run time")
            }
        }
    }
}

/// The variables that the commands of processes name.
fn commands_name(declaration: &Declaration) -> BTreeSet<String> {
    let processes = declaration.processes.iter().map(|one| &one.command);
    let admin = declaration.admin.iter().map(|one| &one.command);
    let missing = processes.chain(admin).filter_map(|command| command.expand(|_| None).err());
    missing.flatten().collect()
}
