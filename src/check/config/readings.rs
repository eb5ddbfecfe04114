//! What the source reads of the environment, each reading with its place, and how that compares with the contract.
//!
//! It knows what is written: names in calls and macros, constants, options of a command-line parser. Where a library
//! reads all names, or a name is made at run time, that is said too, since then the absence of a name means nothing.

use super::readers::{is_variable, reads_log_level, reads_many, reads_one};
use crate::app::Declaration;
use crate::check::Facts;
use crate::check::source::{Source, Span, Value, Within, ends_in};
use crate::config::{Contract, Variable};
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

/// Macros of sqlx that ask a database when they are compiled.
const SQLX: [&str; 7] =
    ["query", "query_as", "query_scalar", "query_file", "query_file_as", "query_file_scalar", "query_as_unchecked"];

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

impl Facts {
    /// What the service's own source reads of the environment, held against its contract. It is found out once.
    #[must_use]
    pub fn readings(&self) -> &Readings {
        self.readings.get_or_init(|| {
            let helpers = self.helpers();
            let mut all: Vec<Reading> =
                self.sources.iter().flat_map(|source| self.readings_of(source, &helpers)).collect();
            all.sort();
            all.dedup();
            Readings::of(all, &self.declaration)
        })
    }

    fn readings_of(&self, source: &Source, helpers: &Helpers) -> Vec<Reading> {
        let mut found = Vec::new();
        let mut add = |span: Span, how: How| {
            let place = source.place(span, "");
            found.push(Reading { file: place.path, line: place.line, column: place.column, how });
        };
        for call in &source.calls {
            if reads_log_level(&call.path) {
                add(call.span, How::Named { name: "RUST_LOG".to_owned() });
            } else if reads_many(&call.path) {
                let prefix = call.arguments.first().and_then(|value| self.text(source, value)).unwrap_or_default();
                add(call.span, How::OpenSet { prefix: as_variables_begin(prefix, &call.path) });
            } else if reads_one(&call.path) {
                match call.arguments.first().and_then(|value| self.text(source, value)) {
                    Some(name) => add(call.span, How::Named { name }),
                    None if helpers.are_asked_by(source, call.within) => {}
                    None => add(call.span, How::Dynamic { function: call.path.clone() }),
                }
            } else if helpers.names.contains(last(&call.path)) {
                // A helper's own name is often that of something else too: only a name as variables have it counts.
                match call.arguments.iter().find_map(|value| self.text(source, value).filter(|text| is_variable(text)))
                {
                    Some(name) => add(call.span, How::Named { name }),
                    None if !call.arguments.is_empty() => {
                        add(call.span, How::Dynamic { function: call.path.clone() });
                    }
                    None => {}
                }
            }
        }
        // `["A", "B"].map(env::var)`: what it is called with stands elsewhere.
        for name in source.names.iter().filter(|name| reads_one(&name.path)) {
            add(name.span, How::Dynamic { function: name.path.clone() });
        }
        // clap's builder takes one word; `Command::env` of the standard library takes two, and sets.
        for call in source.methods.iter().filter(|call| call.name == "env" && call.arguments.len() == 1) {
            if let Some(name) = call.arguments.first().and_then(|value| self.text(source, value)) {
                add(call.span, How::Named { name });
            }
        }
        // A library of settings is told here that the environment is a source, and what its names begin with.
        for call in source.methods.iter().filter(|call| call.name.starts_with("add_env")) {
            let first = call.arguments.first().and_then(|value| self.text(source, value));
            if let Some(prefix) = first.filter(|text| is_variable(text)) {
                add(call.span, How::OpenSet { prefix: format!("{}_", prefix.trim_end_matches('_')) });
            }
        }
        for field in &source.fields {
            if let Some(name) = &field.variable {
                let constant = self.text(source, &Value::Name(name.clone()));
                add(field.span, How::Named { name: constant.unwrap_or_else(|| name.clone()) });
            }
        }
        for one in &source.macros {
            let name = last(&one.path);
            let baked = matches!(name, "env" | "option_env");
            let text =
                || source.strings.iter().find(|text| is_within(text.span, one.span)).map(|text| text.value.clone());
            match baked.then(text).flatten() {
                Some(name) if !self.is_of_the_build(&name) => {
                    add(one.span, How::BakedIn { name });
                }
                _ if SQLX.contains(&name) && (one.path.starts_with("sqlx::") || one.path.contains("sqlx")) => {
                    add(one.span, How::BuildOnly { name: "DATABASE_URL".to_owned() });
                }
                _ => {}
            }
        }
        found
    }

    /// The text of a value: as it is written, or that of the constant that it names.
    fn text(&self, source: &Source, value: &Value) -> Option<String> {
        match value {
            Value::Text(text) => Some(text.clone()),
            // A constant's name; looking for any other through all files would take long and find nothing.
            Value::Name(name) if last(name).chars().any(char::is_uppercase) => {
                let name = last(name);
                // In the same file, else wherever there is only one of the name.
                let all: Vec<(&Source, &str)> = self
                    .bindings_of(name)
                    .filter(|(_, binding)| binding.within.is_none())
                    .filter_map(|(source, binding)| Some((source, binding.value.text()?)))
                    .collect();
                let own = all.iter().filter(|(one, _)| one.path == source.path).map(|(_, text)| *text).min();
                own.or_else(|| all.iter().map(|(_, text)| *text).min()).map(str::to_owned)
            }
            // `NAME.to_string()`, `"NAME".into()`
            Value::Method(receiver, name, _)
                if matches!(name.as_str(), "to_string" | "to_owned" | "into" | "as_str") =>
            {
                self.text(source, receiver)
            }
            _ => None,
        }
    }

    /// The functions of the service that read the variable that they are given.
    fn helpers(&self) -> Helpers<'_> {
        let of_source = |source: &'_ Source| {
            let reads = source.calls.iter().filter(|call| reads_one(&call.path));
            let unnamed =
                reads.filter(|call| call.arguments.first().is_some_and(|value| self.text(source, value).is_none()));
            unnamed.filter_map(|call| call.within).collect::<Vec<_>>()
        };
        let functions = self.sources.iter().flat_map(|source| {
            of_source(source)
                .into_iter()
                .filter_map(|within| source.function(Some(within)))
                .map(|one| one.name.as_str())
        });
        let names: BTreeSet<&str> =
            functions.filter(|name| *name != "main" && *name != "new" && *name != "from_env").collect();
        let calls = self.calls().map(|(_, call)| last(&call.path));
        let called = calls.filter(|name| names.contains(name)).collect();
        Helpers { names, called }
    }

    /// Whether cargo or the service's build script gives a name to the compiler: that is no config.
    fn is_of_the_build(&self, name: &str) -> bool {
        let by_script = |script: &Source| {
            let gives = |text: &str| text.contains("rustc-env=") && text.contains(&format!("rustc-env={name}"));
            script.strings.iter().any(|text| gives(&text.value))
        };
        name.starts_with("CARGO_")
            || name.starts_with("VERGEN_")
            || name == "OUT_DIR"
            || self.build_script.as_ref().is_some_and(by_script)
    }
}

/// Functions that read for others. Who they are is known only when every call has been looked at.
struct Helpers<'a> {
    names: BTreeSet<&'a str>,
    /// Those of them that somebody calls.
    called: BTreeSet<&'a str>,
}

impl Helpers<'_> {
    /// Whether something stands in a helper that somebody calls: its callers tell the names.
    fn are_asked_by(&self, source: &Source, within: Within) -> bool {
        source.function(within).is_some_and(|function| self.called.contains(function.name.as_str()))
    }
}

impl Readings {
    /// Holds readings against a declaration.
    fn of(all: Vec<Reading>, declaration: &Declaration) -> Self {
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
                || contract.variable(name).is_some()
                || contract.passes(name)
                || contract.variables.iter().any(|variable| variable.is_named_file(name))
        };
        let undeclared = by_name.iter().filter(|(name, _)| !known(name)).map(|(name, places)| Undeclared {
            name: (*name).to_owned(),
            places: places.clone(),
            lines: lines(name),
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

/// The lines that declare a name, with what the name itself says of its type.
fn lines(name: &str) -> String {
    if name.starts_with("RUST_") || name.starts_with("OTEL_") {
        return format!("[config]\npassthrough = [\"{name}\"]\n");
    }
    let has = |word: &str| name.split('_').any(|part| part == word);
    let service = ["DATABASE", "DB", "REDIS", "POSTGRES", "PG", "MYSQL", "AMQP", "RABBITMQ", "NATS", "SMTP", "MONGO"];
    let kind = match () {
        () if has("PORT") => "port",
        () if (has("URL") || has("URI")) && service.iter().any(|word| has(word)) => "service-url",
        () if has("URL") || has("URI") => "url",
        () if has("DIR") || has("PATH") => "path",
        () => "string",
    };
    let hidden = ["SECRET", "KEY", "TOKEN", "PASSWORD", "PASS", "CREDENTIALS", "DSN"].iter().any(|word| has(word));
    let secret = if hidden || kind == "service-url" { "secret = true\n" } else { "" };
    format!("[config.vars.{name}]\ntype = \"{kind}\"\n{secret}")
}

fn is_within(one: Span, other: Span) -> bool {
    (one.line, one.column) >= (other.line, other.column)
        && (one.end_line, one.end_column) <= (other.end_line, other.end_column)
}

/// The prefix as names of variables have it: the crate `config` takes it in any case and puts `_` after it.
fn as_variables_begin(prefix: String, path: &str) -> String {
    if prefix.is_empty() || !ends_in(path, "Environment::with_prefix") {
        return prefix;
    }
    format!("{}_", prefix.trim_end_matches('_').to_uppercase())
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
