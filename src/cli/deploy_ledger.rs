//! What `deploy`, `rollback` and `deploys` find alike: the app, the deploy as it stands, and what a release declares.

use super::failure::UsageError;
use super::surroundings::Surroundings;
use crate::app::{AppName, Declaration, DeployName};
use crate::artifact::{DeployRef, ReleaseRecord, ReleaseRef, Trust, UtcTime};
use crate::release::{Actor, Declared};
use crate::report::{Event, nearest};
use crate::store::Store;

/// A release with what it declares.
pub(crate) struct DeclaredRelease {
    pub(crate) record: ReleaseRecord,
    pub(crate) declaration: Declaration,
}

impl DeclaredRelease {
    /// Reads a believed record and the manifest of one of its builds: the declaration is the commit's, so all have it.
    pub(crate) fn read(
        store: &Store,
        app: &AppName,
        id: crate::artifact::ReleaseId,
        trust: Option<&Trust>,
    ) -> anyhow::Result<Self> {
        let (record, _) = store.trusted_record(app, id, trust)?;
        let Some(build) = record.builds.first() else { anyhow::bail!("a verified record names no build") };
        let declaration = store.manifest(app, build)?.declaration;
        Ok(Self { record, declaration })
    }

    pub(crate) fn declared(&self) -> Declared<'_> {
        Declared { record: &self.record, declaration: &self.declaration }
    }
}

/// The app that a deploy, and a release beside it, are of.
pub(crate) fn app_of(
    deploy: &DeployRef,
    release: Option<&ReleaseRef>,
    store: &Store,
    surroundings: &Surroundings,
) -> anyhow::Result<AppName> {
    let named = release.and_then(|release| release.app.as_ref());
    if let (Some(one), Some(other)) = (&deploy.app, named)
        && one != other
    {
        let message = format!("`{deploy}` is a deploy of `{one}`, and the release is one of `{other}`");
        return Err(UsageError { message, hint: "name the app once".to_owned() }.into());
    }
    Ok(store.app(deploy.app.as_ref().or(named), surroundings.app_at_hand()?.as_ref())?)
}

/// Warns before a deploy is made whose name is almost that of another: a slip makes a deploy of its own, and what was
/// meant stays where it is.
pub(crate) fn warn_of_a_slip(
    store: &Store,
    app: &AppName,
    deploy: &DeployName,
    surroundings: &Surroundings,
) -> anyhow::Result<()> {
    let deploys = store.deploys(app)?;
    let others = deploys.iter().filter(|one| *one != deploy).map(DeployName::as_str);
    if let Some(near) = nearest(deploy.as_str(), others) {
        surroundings.reporter.tell(&Event::warning_with_hint(
            format!("`{deploy}` is a deploy of its own, beside `{near}`"),
            format!("where `{near}` was meant, type the same with that name"),
        ));
    }
    Ok(())
}

impl Surroundings {
    /// Who acts on a deploy now.
    pub(crate) fn actor(&self) -> Actor {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = if host.trim().is_empty() { "unknown" } else { host.trim() }.to_owned();
        Actor { by: self.who(), host, pid: std::process::id(), at: UtcTime::from_timestamp(self.now()) }
    }
}
