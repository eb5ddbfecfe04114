//! `cargo twelve run`: a release and its config become processes.

use super::direct;
use super::explanation::explain;
use super::prepared::Prepared;
use super::release_options::ReleaseOptions;
use super::surroundings::Surroundings;
use super::voice_options::VoiceOptions;
use crate::app::BasePort;
use crate::report::{Event, RunEvent};
use crate::run::{self, Confinement, GivenSockets, InstanceName, PortHolder, Released, Signals, Supervised, Wanted};
use clap::Args;

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

    /// Become a process of this type, the first or the N-th: no supervisor stays, for systemd and containers
    #[arg(long, value_name = "TYPE[.N]",
          conflicts_with_all = ["formation", "own_sockets", "explain", "stderr", "log_format", "ready_fd"])]
    exec: Option<InstanceName>,

    /// Open the ports of processes here and hand them over as LISTEN_FDS: a restart loses no connection
    #[arg(long)]
    own_sockets: bool,

    /// Say where each variable of each process comes from, and start nothing; no value is shown
    #[arg(long)]
    explain: bool,

    #[command(flatten)]
    voice: VoiceOptions,
}

/// Runs it; the answer is the first failing process's own code.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<u8> {
    let mut prepared = arguments.release.prepare(surroundings)?;
    let base = arguments.port.map_or_else(|| prepared.base_port(), |port| Ok(BasePort(port)))?;
    if let Some(name) = &arguments.exec {
        return direct::exec(name, base, arguments.release.sandbox(), &prepared, surroundings);
    }
    let declaration = &prepared.tree.manifest.declaration;
    let formation = run::formation(declaration, &arguments.formation, base)?;
    let given = GivenSockets::of(&surroundings.environment, std::process::id());
    let sockets =
        if arguments.explain { Vec::new() } else { run::claim_ports(&formation, &given, arguments.holder())? };
    let signals = Signals::catch()?;
    let folder = prepared.private_folder()?;
    let confinement = prepared.confinement(arguments.release.sandbox(), &folder, surroundings)?;
    let launch = prepared.launch(&folder, &confinement);
    let mut planned = formation.iter().map(|one| launch.instance(one)).collect::<Result<Vec<_>, _>>()?;
    if arguments.explain {
        let Released { id, .. } = launch.release;
        return explain(&id, &planned, declaration.contract.as_ref(), surroundings);
    }
    planned.iter_mut().zip(sockets).for_each(|(process, sockets)| process.sockets = sockets);
    given.keep_the_rest_to_ourselves();
    let voice = arguments.voice.voice(surroundings);
    prepared.remember(surroundings)?;
    voice.reporter.tell(&running(&prepared, &planned, &confinement));
    prepared.forget_values();
    Ok(run::supervise(planned, &folder, signals, voice, None)?)
}

impl Arguments {
    fn holder(&self) -> PortHolder {
        if self.own_sockets { PortHolder::Supervisor } else { PortHolder::Process }
    }
}

fn running(prepared: &Prepared, planned: &[Supervised], confinement: &Confinement) -> Event {
    let Released { id, version, .. } = Released::from(&prepared.record);
    let processes = planned.iter().map(|one| one.process.name.clone()).collect();
    Event::Run(RunEvent::Running { release: id, version, processes, enforced: confinement.enforced().to_vec() })
}
