//! The options that every command takes.

use crate::report::{Audience, Reporter, Verbosity};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How the output is shaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: messages on stderr, data on stdout.
    Human,
    /// For programs: JSON on stdout.
    Json,
    /// For `show`: where a release is from, as an in-toto statement with SLSA provenance
    Slsa,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR says otherwise.
    Auto,
    /// Also in a pipe.
    Always,
    /// Not at all.
    Never,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Options {
    /// Where builds, releases and deploys are kept [default: $XDG_DATA_HOME/cargo-twelve]
    #[arg(long, global = true, value_name = "LOCATION", env = "TWELVE_STORE", hide_env_values = true)]
    pub(crate) store: Option<PathBuf>,

    /// The shape of the output
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,

    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// Say only warnings and failures
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say also what was found in order
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

impl Options {
    /// Who listens and how much is said.
    pub(crate) fn reporter(&self) -> Reporter {
        let audience = match self.format {
            Format::Human => Audience::Human,
            Format::Json | Format::Slsa => Audience::Json,
        };
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        Reporter::new(audience, verbosity)
    }

    /// Makes the choice of colour hold for everything that is written from here on.
    pub(crate) fn set_color(&self) {
        match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
