//! `run --exec TYPE`: the program becomes the process.

use super::prepared::Prepared;
use super::surroundings::Surroundings;
use crate::app::BasePort;
use crate::report::{Event, RunEvent};
use crate::run::{self, GivenSockets, HANDED_ON, InstanceName, Released, SandboxMode};

/// Becomes one process of a type; comes back only where that fails.
pub(super) fn exec(
    name: &InstanceName,
    base: BasePort,
    sandbox: SandboxMode,
    prepared: &Prepared,
    surroundings: &Surroundings,
) -> anyhow::Result<u8> {
    let instance = run::instance(&prepared.tree.manifest.declaration, name, base)?;
    let given = GivenSockets::of(&surroundings.environment, std::process::id());
    run::refuse_taken(&given.leave(std::slice::from_ref(&instance)))?;
    let folder = prepared.private_folder_beyond_us()?;
    let confinement = prepared.confinement(sandbox, &folder, surroundings)?;
    let launch = prepared.launch(&folder, &confinement);
    let mut process = launch.instance(&instance)?.process;
    process.environment.hand_on(&surroundings.environment, &HANDED_ON);
    prepared.remember(surroundings)?;
    let Released { id, version, .. } = launch.release;
    surroundings.reporter.tell(&Event::Run(RunEvent::Running {
        release: id,
        version,
        processes: vec![process.name.clone()],
        enforced: confinement.enforced().to_vec(),
    }));
    Err(run::become_process(&process, &prepared.tree, folder, &given).into())
}
