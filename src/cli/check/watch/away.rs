//! A start without a backing service: the variable that names it points at a port where nobody listens.

use super::started::Started;
use super::{BEAT, Watch, free_port, sockets};
use crate::app::ProcessType;
use crate::check::WithoutService;
use crate::config::VariableType;
use std::time::{Duration, Instant};

/// How long the app may take to notice.
const PATIENCE: Duration = Duration::from_secs(8);

/// Watches one; none where the contract declares no backing service.
pub(super) fn watch(watch: &Watch<'_>, process: &ProcessType) -> anyhow::Result<Option<WithoutService>> {
    let contract = watch.manifest.declaration.contract.as_ref();
    let service =
        contract.and_then(|contract| contract.variables.iter().find(|one| one.kind == VariableType::ServiceUrl));
    let Some(variable) = service else { return Ok(None) };
    let scheme = variable.limits.schemes.first().map_or("tcp", String::as_str);
    let nobody = format!("{scheme}://user:pass@127.0.0.1:{}/away", free_port()?);
    let port = free_port()?;
    let started = Started::start(watch, process, port, &[(variable.name.clone(), nobody)])?;
    let begun = Instant::now();
    let mut tried = WithoutService { variable: variable.name.clone(), listened: false, code: None, said: false };
    while begun.elapsed() < PATIENCE && started.refusal().is_none() {
        tried.code = started.exit_code();
        tried.listened = !sockets::listening(&started.processes()).is_empty();
        if tried.code.is_some() || tried.listened && begun.elapsed() > Duration::from_secs(1) {
            break;
        }
        std::thread::sleep(BEAT);
    }
    started.terminate();
    started.wait(watch.patience(process));
    let output = started.output();
    tried.said = output.stdout + output.stderr > 0;
    Ok(Some(tried))
}
