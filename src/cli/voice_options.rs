//! What `run` and `dev` take alike: how what processes say is written, and where.

use super::options::Format;
use super::surroundings::Surroundings;
use crate::report::{Audience, Reporter};
use crate::run::{Colour, LogFormat, Manner, Outside, Reader, StderrTarget, Voice};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;

/// How what processes say is written, and where.
#[derive(Debug, Args)]
pub(crate) struct VoiceOptions {
    /// Where the standard error of processes goes
    #[arg(long, value_enum, default_value_t = TypedStderr::Joined)]
    stderr: TypedStderr,

    /// The form of a line of output [default: text, json with `--format json`]
    #[arg(long, value_enum)]
    log_format: Option<TypedLogFormat>,

    /// Write a line to this descriptor when all processes are ready
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(3..))]
    ready_fd: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TypedStderr {
    /// To stdout, in the order of arrival
    Joined,
    /// To stderr
    Apart,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TypedLogFormat {
    /// The time and the process's name before each line
    Text,
    /// One JSON object a line, among them what the supervisor says
    Json,
    /// Lines as they came
    Raw,
}

impl VoiceOptions {
    /// What they mean.
    pub(crate) fn voice(&self, surroundings: &Surroundings) -> Voice {
        let format = match (self.log_format, surroundings.options.format) {
            (Some(TypedLogFormat::Text), _) | (None, Format::Human | Format::Slsa) => LogFormat::Text,
            (Some(TypedLogFormat::Json), _) | (None, Format::Json) => LogFormat::Json,
            (Some(TypedLogFormat::Raw), _) => LogFormat::Raw,
        };
        let stderr = match self.stderr {
            TypedStderr::Joined => StderrTarget::Joined,
            TypedStderr::Apart => StderrTarget::Apart,
        };
        // Among lines of JSON the supervisor speaks JSON too.
        let audience = if format == LogFormat::Json { Audience::Json } else { surroundings.reporter.audience() };
        let reporter = Reporter::new(audience, surroundings.reporter.verbosity());
        let colour = match anstream::AutoStream::choice(&std::io::stdout()) {
            anstream::ColorChoice::Never => Colour::Off,
            _ => Colour::On,
        };
        let reader = if std::io::stdout().is_terminal() { Reader::Terminal } else { Reader::Elsewhere };
        let manner = Manner { format, stderr, colour, reader };
        let outside = Outside::of(&surroundings.environment, std::process::id(), self.ready_fd);
        Voice { reporter, clock: Surroundings::clock, manner, outside }
    }
}
