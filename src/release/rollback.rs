//! Going back: whether a release was there before, and whether the config that runs can serve it.

use super::Error;
use crate::app::{AppName, Declaration, DeployName};
use crate::artifact::ReleaseId;
use crate::config::Variable;
use crate::store::Store;

/// How many entries are looked at.
const SEARCHED: usize = 500;

/// Whether a release was current in a deploy once.
///
/// # Errors
/// Where the store cannot be read.
pub fn was_current(store: &Store, app: &AppName, deploy: &DeployName, release: ReleaseId) -> Result<bool, Error> {
    for entry in store.entries(app, deploy)?.take(SEARCHED) {
        let entry = entry?;
        if entry.is_done() && entry.entry.release == release {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The variables that an app must be given, and of which the config of another of its releases says nothing: it does
/// not declare them, or declares them otherwise.
#[must_use]
pub fn unproved<'a>(target: &'a Declaration, running: &Declaration) -> Vec<&'a Variable> {
    let declared = running.contract.as_ref();
    let proved = |variable: &Variable| {
        declared.and_then(|contract| contract.variable(&variable.name)).is_some_and(|other| {
            (other.kind, &other.limits, other.required, other.allow_empty)
                == (variable.kind, &variable.limits, variable.required, variable.allow_empty)
        })
    };
    let variables = target.contract.iter().flat_map(|contract| &contract.variables);
    let needs = |variable: &&Variable| variable.required && variable.default.is_none() && !proved(variable);
    variables.filter(needs).collect()
}
