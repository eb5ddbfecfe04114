//! `cargo twelve run`: a release and its config become processes.

use super::explanation::explain;
use super::options::Format;
use super::prepared::Prepared;
use super::release_options::ReleaseOptions;
use super::surroundings::Surroundings;
use crate::report::{Audience, Event, Reporter};
use crate::run::{
    self, BasePort, Colour, LogFormat, Manner, Released, Signals, StderrTarget, Supervised, Voice, Wanted,
};
use clap::{Args, ValueEnum};

/// Run a release: start its processes, carry their output, stop them well
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve run --release-id v42 --env-file prod.env web=2 worker")]
pub(crate) struct Arguments {
    #[command(flatten)]
    release: ReleaseOptions,

    /// What to run [default: every process type with its declared count]
    #[arg(value_name = "TYPE[=N]")]
    formation: Vec<Wanted>,

    /// The port of the first process; others follow [default: PORT, or 5000]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Say where each variable of each process comes from, and start nothing; no value is shown
    #[arg(long)]
    explain: bool,

    /// Where the standard error of processes goes
    #[arg(long, value_enum, default_value_t = TypedStderr::Joined)]
    stderr: TypedStderr,

    /// The form of a line of output [default: text, json with `--format json`]
    #[arg(long, value_enum)]
    log_format: Option<TypedLogFormat>,
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

/// Runs it; the answer is the first failing process's own code.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<u8> {
    let mut prepared = arguments.release.prepare(surroundings)?;
    let base = arguments.port.map_or_else(|| prepared.base_port(), |port| Ok(BasePort(port)))?;
    let declaration = &prepared.tree.manifest.declaration;
    let formation = run::formation(declaration, &arguments.formation, base)?;
    if !arguments.explain {
        run::refuse_taken(&formation)?;
    }
    let signals = Signals::catch()?;
    let folder = prepared.private_folder()?;
    let launch = prepared.launch(&folder);
    let planned = formation.iter().map(|one| launch.instance(one)).collect::<Result<Vec<_>, _>>()?;
    if arguments.explain {
        let Released { id, .. } = launch.release;
        return explain(&id, &planned, declaration.contract.as_ref(), surroundings);
    }
    let voice = arguments.voice(surroundings);
    voice.reporter.tell(&running(&prepared, &planned));
    prepared.forget_values();
    Ok(run::supervise(planned, &folder, signals, voice)?)
}

fn running(prepared: &Prepared, planned: &[Supervised]) -> Event {
    let Released { id, version, .. } = Released::from(&prepared.record);
    let processes = planned.iter().map(|one| one.process.name.clone()).collect();
    Event::Running { release: id, version, processes }
}

impl Arguments {
    fn voice(&self, surroundings: &Surroundings) -> Voice {
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
        Voice { reporter, clock: Surroundings::clock, manner: Manner { format, stderr, colour } }
    }
}
