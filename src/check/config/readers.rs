//! What is known to read the environment: the standard library, libraries, and names that wrappers of an app's own have.

use crate::check::source::ends_in;

/// Functions that read the variable that they are given.
const NAMED: [&str; 4] = ["env::var", "env::var_os", "dotenv::var", "dotenvy::var"];

/// Libraries that read all names, or all with a prefix.
const OPEN_SETS: [&str; 14] = [
    "env::vars",
    "env::vars_os",
    "dotenvy::vars",
    "envy::from_env",
    "envy::prefixed",
    "Env::prefixed",
    "Env::raw",
    "Environment::with_prefix",
    "Environment::default",
    "Environment::with_convert_case",
    "Config::figment",
    "rocket::build",
    "rocket::ignite",
    "from_env_with_prefix",
];

/// Names that wrappers have, and libraries whose names stand in attributes.
const WRAPPERS: [&str; 8] = [
    "env_parse::var",
    "envconfig::Envconfig",
    "init_from_env",
    "get_env",
    "require_env",
    "env_or",
    "var_parsed",
    "env_var",
];

/// Functions with a name of that kind that read the command line or only the log level.
const NOT_CONFIG: [&str; 7] = [
    "argh::from_env",
    "Arguments::from_env",
    "Parser::from_env",
    "EnvFilter::from_env",
    "EnvFilter::try_from_env",
    "Builder::from_env",
    "env_logger::from_env",
];

/// Functions that read RUST_LOG, which a process has only where it passes through.
const RUST_LOG: [&str; 6] = [
    "EnvFilter::from_default_env",
    "EnvFilter::try_from_default_env",
    "env_logger::init",
    "env_logger::try_init",
    "pretty_env_logger::init",
    "tracing_subscriber::fmt::init",
];

/// Whether a path is a function that reads the variable that it is given.
pub(super) fn reads_one(path: &str) -> bool {
    is_any(path, &NAMED)
}

/// Whether a path is a function that may read any variable, or any with a prefix.
pub(super) fn reads_many(path: &str) -> bool {
    is_any(path, &OPEN_SETS)
}

/// Whether a path is a function that reads RUST_LOG.
pub(super) fn reads_log_level(path: &str) -> bool {
    is_any(path, &RUST_LOG)
}

/// Whether a path is a function that reads config from the environment, as far as its name says.
pub(super) fn reads_config(path: &str) -> bool {
    let last = path.rsplit("::").next().unwrap_or(path);
    let named = || last.ends_with("from_env") || last.ends_with("_from_environment");
    !is_any(path, &NOT_CONFIG) && (reads_one(path) || reads_many(path) || is_any(path, &WRAPPERS) || named())
}

/// A name as variables have it.
pub(super) fn is_variable(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
}

fn is_any(path: &str, tails: &[&str]) -> bool {
    tails.iter().any(|tail| ends_in(path, tail))
}
