//! What a deploy or a rollback would do, as plain values: what `--dry-run` prints is what is acted on.

use super::{Changes, Found, History};
use crate::app::{AppName, Declaration, DeployName};
use crate::artifact::{DeployReason, ReleaseId, ReleaseRecord};
use crate::config::Variable;
use serde::Serialize;

/// What a deploy or a rollback would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeployPlan {
    /// The app.
    pub app: AppName,
    /// The deploy.
    pub deploy: DeployName,
    /// Why.
    pub reason: DeployReason,
    /// What is current.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<PlannedRelease>,
    /// What is to be.
    pub to: PlannedRelease,
    /// What lies between their commits, where the repository at hand has both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// The admin processes that run before, in their order.
    pub release_phase: Vec<String>,
    /// The config variables that only one of the two reads, or that they read otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<Changes<String>>,
}

/// A release as far as a plan tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedRelease {
    /// Its id.
    pub release: ReleaseId,
    /// Its version.
    pub version: semver::Version,
    /// Its commit.
    pub commit: String,
}

/// A release and what it declares.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// Its record.
    pub record: &'a ReleaseRecord,
    /// What it declares.
    pub declaration: &'a Declaration,
}

impl DeployPlan {
    /// The plan that moves a deploy to a release.
    #[must_use]
    pub fn new(deploy: &DeployName, reason: DeployReason, from: Option<Declared<'_>>, to: Declared<'_>) -> Self {
        let phase = to.declaration.admin.iter().filter(|one| reason == DeployReason::Deploy && one.before_deploy);
        Self {
            app: to.record.app.clone(),
            deploy: deploy.clone(),
            reason,
            from: from.map(|from| PlannedRelease::from(from.record)),
            to: PlannedRelease::from(to.record),
            history: None,
            release_phase: phase.map(|one| one.name.clone()).collect(),
            variables: from
                .map(|from| names(&Changes::between(variables(from), variables(to), |one| one.name.clone()))),
        }
    }

    /// The commits of both, where something is current.
    #[must_use]
    pub fn commits(&self) -> Option<[&str; 2]> {
        self.from.as_ref().map(|from| [from.commit.as_str(), self.to.commit.as_str()])
    }

    /// Whether the plan goes back in the ledger.
    #[must_use]
    pub fn goes_back(&self) -> bool {
        self.from.as_ref().is_some_and(|from| self.to.release < from.release)
    }
}

impl Found {
    /// Whether a release is what is current already.
    #[must_use]
    pub fn is_at(&self, release: ReleaseId) -> bool {
        self.release() == Some(release)
    }
}

impl From<&ReleaseRecord> for PlannedRelease {
    fn from(record: &ReleaseRecord) -> Self {
        Self { release: record.release, version: record.version.clone(), commit: record.commit.clone() }
    }
}

fn variables(one: Declared<'_>) -> &[Variable] {
    one.declaration.contract.as_ref().map_or(&[], |contract| &contract.variables)
}

fn names(changes: &Changes<Variable>) -> Changes<String> {
    let all = |variables: &[Variable]| variables.iter().map(|one| one.name.clone()).collect();
    let changed = changes.changed.iter();
    let changed = changed.map(|one| super::Change { from: one.from.name.clone(), to: one.to.name.clone() }).collect();
    Changes { added: all(&changes.added), removed: all(&changes.removed), changed }
}
