//! All that varies between deploys: read once, at the start, from the environment.
//!
//! A new variable is a field here and an entry under `[config.vars]` in twelve.toml. A secret is a
//! `String` with `hide_env_values = true`: that keeps it out of `--help` and of `check-config`.

use std::io::{self, Write};

use clap::{ArgMatches, Args, Command, ValueEnum};
use serde_json::{Map, Value};
use tracing_subscriber::filter::Targets;

#[derive(Args)]
pub struct Config {
    /// Form of the log lines on stdout
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,

    /// What is logged: a level, or target=level pairs
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub rust_log: Targets,

    /// How long from the start of one piece of work to the next
    #[arg(long, env = "INTERVAL_SECONDS", default_value_t = 10)]
    pub interval_seconds: u64,

    /// How long the example takes for its piece of work
    #[arg(long, env = "PIECE_MILLISECONDS", default_value_t = 10)]
    pub piece_milliseconds: u64,

    /// How long a piece of work that is begun may take after a signal
    #[arg(long, env = "DRAIN_TIMEOUT_SECONDS", default_value_t = 20)]
    pub drain_timeout_seconds: u64,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum LogFormat {
    Json,
    Text,
}

/// What `cargo twelve run` tells every process of the release it belongs to.
#[derive(Args)]
pub struct Release {
    #[arg(long, env = "RELEASE_ID", hide = true, default_value = "dev")]
    pub id: String,

    #[arg(long, env = "RELEASE_VERSION", hide = true, default_value = env!("CARGO_PKG_VERSION"))]
    pub version: String,

    #[arg(long, env = "RELEASE_COMMIT", hide = true, default_value = "unknown")]
    pub commit: String,
}

/// Prints every variable with its value, a secret only as `true`: it is set.
pub fn print(matches: &ArgMatches) -> io::Result<()> {
    let given = matches.subcommand().map_or(matches, |(_, given)| given);
    let declared = Config::augment_args(Command::new("config"));
    let config: Map<String, Value> = declared
        .get_arguments()
        .filter_map(|variable| {
            let name = variable.get_env()?.to_string_lossy().into_owned();
            let value = given.get_raw(variable.get_id().as_str())?.next()?;
            let shown = match variable.is_hide_env_values_set() {
                true => Value::Bool(true),
                false => Value::String(value.to_string_lossy().into_owned()),
            };
            Some((name, shown))
        })
        .collect();
    writeln!(io::stdout(), "{:#}", Value::Object(config))
}
