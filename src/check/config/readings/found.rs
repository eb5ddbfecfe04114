//! Every place of the source that reads the environment.

use super::own_readers::{Asked, OwnReaders};
use super::{How, Reading, Readings};
use crate::check::Facts;
use crate::check::config::readers::{is_variable, reads_log_level, reads_many, reads_one};
use crate::check::source::{Source, Span, Value, ends_in};

/// Macros of sqlx that ask a database when they are compiled.
const SQLX: [&str; 7] =
    ["query", "query_as", "query_scalar", "query_file", "query_file_as", "query_file_scalar", "query_as_unchecked"];

impl Facts {
    /// What the service's own source reads of the environment, held against its contract. It is found out once.
    #[must_use]
    pub fn readings(&self) -> &Readings {
        self.readings.get_or_init(|| {
            let own = OwnReaders::of(self);
            let mut all: Vec<Reading> = self.sources.iter().flat_map(|source| self.readings_of(source, &own)).collect();
            all.sort();
            all.dedup();
            Readings::of(all, &self.declaration, |crates| self.depends_on(crates).is_some())
        })
    }

    fn readings_of(&self, source: &Source, own: &OwnReaders) -> Vec<Reading> {
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
                    None if own.are_asked_by(source, call.within) => {}
                    None => add(call.span, How::Dynamic { function: call.path.clone() }),
                }
            } else {
                match own.asked(last(&call.path)) {
                    Some(Asked::At(index)) => {
                        match call.arguments.get(index).map(|value| (value, self.text(source, value))) {
                            // An empty name asks for nothing.
                            Some((_, Some(name))) if is_variable(&name) => add(call.span, How::Named { name }),
                            Some((_, Some(_))) | None => {}
                            Some((_, None)) if own.are_asked_by(source, call.within) => {}
                            Some((_, None)) => add(call.span, How::Dynamic { function: call.path.clone() }),
                        }
                    }
                    Some(Asked::Somewhere) => {
                        let texts = call.arguments.iter().filter_map(|value| self.text(source, value));
                        match texts.into_iter().find(|text| is_variable(text)) {
                            Some(name) => add(call.span, How::Named { name }),
                            None if !call.arguments.is_empty() => {
                                add(call.span, How::Dynamic { function: call.path.clone() });
                            }
                            None => {}
                        }
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
    pub(super) fn text(&self, source: &Source, value: &Value) -> Option<String> {
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

    /// Whether cargo or a build script of the codebase gives a name to the compiler: that is no config.
    fn is_of_the_build(&self, name: &str) -> bool {
        let by_script = |script: &Source| {
            let gives = |text: &str| text.contains("rustc-env=") && text.contains(&format!("rustc-env={name}"));
            script.strings.iter().any(|text| gives(&text.value))
        };
        name.starts_with("CARGO_")
            || name.starts_with("VERGEN_")
            || name == "OUT_DIR"
            || self.build_scripts.iter().any(by_script)
    }
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

pub(super) fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
