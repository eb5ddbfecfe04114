//! Starts without a backing service, each in its turn: the variable that names it points at a port where nobody listens.

use super::started::Started;
use super::{BEAT, Watch, free_port, sockets};
use crate::app::ProcessType;
use crate::check::WithoutService;
use crate::config::{Variable, VariableType};
use anyhow::Context;
use std::time::{Duration, Instant};

/// How long the app may take to notice.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long all of them may take together, so that a contract with many services is watched in a bounded time.
const ALL: Duration = Duration::from_secs(60);

/// The time for all starts without a service.
pub(super) struct Budget(Instant);

impl Budget {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }
}

/// What each service's absence did, and the variables for which no time was left.
pub(super) fn watch(
    watch: &Watch<'_>,
    process: &ProcessType,
    budget: &Budget,
) -> anyhow::Result<(Vec<WithoutService>, Vec<String>)> {
    let contract = watch.manifest.declaration.contract.as_ref();
    let services = contract.into_iter().flat_map(|contract| &contract.variables);
    let (mut tried, mut untried) = (Vec::new(), Vec::new());
    for variable in services.filter(|one| one.kind == VariableType::ServiceUrl) {
        if budget.0.elapsed() < ALL {
            tried.push(without(watch, process, variable)?);
        } else {
            untried.push(variable.name.clone());
        }
    }
    Ok((tried, untried))
}

/// One start without one service, whichever way the config gives its address.
fn without(watch: &Watch<'_>, process: &ProcessType, variable: &Variable) -> anyhow::Result<WithoutService> {
    let scheme = variable.limits.schemes.first().map_or("tcp", String::as_str);
    let nobody = format!("{scheme}://user:pass@127.0.0.1:{}/away", free_port()?);
    let tried = tried(watch, process, variable, (variable.name.clone(), nobody.clone()))?;
    if tried.refused.is_none() || !variable.from_file {
        return Ok(tried);
    }
    // The config names a file for it, and both would be one too many.
    let file = watch.folder.join("away");
    std::fs::write(&file, nobody).context("the folder to watch in cannot be written")?;
    let named = (format!("{}_FILE", variable.name), file.display().to_string());
    self::tried(watch, process, variable, named)
}

fn tried(
    watch: &Watch<'_>,
    process: &ProcessType,
    variable: &Variable,
    given: (String, String),
) -> anyhow::Result<WithoutService> {
    let started = Started::start(watch, process, free_port()?, &[given])?;
    let begun = Instant::now();
    let mut tried = WithoutService { variable: variable.name.clone(), ..WithoutService::default() };
    while begun.elapsed() < PATIENCE && started.refusal().is_none() {
        tried.code = started.exit_code();
        tried.listened = !sockets::listening(&started.processes()).is_empty();
        let settled = begun.elapsed() > Duration::from_secs(1);
        if tried.code.is_some() || tried.listened && settled {
            break;
        }
        std::thread::sleep(BEAT);
    }
    tried.refused = started.refusal().map(|refusal| refusal.to_string());
    started.terminate();
    started.wait(watch.patience(process));
    let output = started.output();
    tried.said = output.stdout + output.stderr > 0;
    Ok(tried)
}
