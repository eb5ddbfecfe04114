//! Logs are events on stdout, one a line. Where they go from there is for the platform to say.

use std::io;

use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::{Config, LogFormat};

pub fn start(config: &Config) {
    let lines = fmt::layer().with_writer(io::stdout).with_ansi(false);
    let lines = match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.boxed(),
    };
    tracing_subscriber::registry()
        .with(config.rust_log.clone())
        .with(lines)
        .init();
}
