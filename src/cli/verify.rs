//! `cargo twelve verify R`: every byte of a release, and the chain before it.

use super::ExitCode;
use super::inventory::verify_all;
use super::surroundings::Surroundings;
use super::trust_options::TrustOptions;
use crate::artifact::{ReleaseRecord, ReleaseRef};
use crate::release;
use crate::report::{Audience, Counted, Printable, Size, data};
#[cfg(target_os = "linux")]
use crate::run;
use crate::store::Store;
use clap::Args;
use serde_json::json;

/// Verify a release: its signatures, its record, the records before it, and every byte of its builds
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve verify v42
  cargo twelve verify --all --signers /etc/shop/signers")]
pub(crate) struct Arguments {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(value_name = "RELEASE", required_unless_present = "all")]
    release: Option<ReleaseRef>,
    /// Everything that the store holds: all apps, all records, all builds, all deploys
    #[arg(long, conflicts_with = "release")]
    all: bool,
    #[command(flatten)]
    trust: TrustOptions,
    /// Also whether this machine can load it: its loader, its C library, its shared libraries
    #[cfg(target_os = "linux")]
    #[arg(long, conflicts_with = "all")]
    host: bool,
}

/// Verifies it.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let trust = arguments.trust.trust(surroundings)?;
    let Some(release) = &arguments.release else { return verify_all(&store, trust.as_ref(), surroundings) };
    let (app, id) = store.locate(release, surroundings.app_at_hand()?.as_ref())?;
    let verified = release::verify(&store, &app, id, trust.as_ref())?;
    let host = arguments.host(&store, &verified.record, surroundings)?;
    if surroundings.reporter.audience() == Audience::Json {
        let builds = verified
            .builds
            .iter()
            .map(|build| json!({ "target": build.target, "id": build.id, "files": build.files, "bytes": build.bytes }));
        let mut document = json!({
            "format": 1,
            "app": verified.record.app,
            "release": verified.record.release,
            "records": verified.records,
            "builds": builds.collect::<Vec<_>>(),
        });
        if trust.is_some() {
            document["signed_by"] = json!(verified.endorsements);
        }
        if let Some(host) = host {
            document["host"] = host.into();
        }
        data::document(&document)?;
        return Ok(ExitCode::Done);
    }
    let records = Counted(verified.records, "record");
    let mut text = format!("{} {} is whole: {records}\n", verified.record.app, verified.record.release);
    for one in &verified.endorsements {
        text += &format!("signed by {} ({})\n", Printable(&one.signer), one.fingerprint);
    }
    for build in &verified.builds {
        text += &format!(
            "build {} for {}: {}, {}\n",
            build.id,
            build.target,
            Counted(build.files, "file"),
            Size(build.bytes)
        );
    }
    text += host.map_or("", |_| "this machine can load it\n");
    data::text(&text)?;
    Ok(ExitCode::Done)
}

impl Arguments {
    /// What is to be said of this machine, where that was asked; one that cannot load the release is refused.
    #[cfg(target_os = "linux")]
    fn host(
        &self,
        store: &Store,
        record: &ReleaseRecord,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Option<&'static str>> {
        if !self.host {
            return Ok(None);
        }
        let manifest = store.manifest(&record.app, run::build_here(record)?)?;
        run::refuse_unfit(&manifest, surroundings.variable("LD_LIBRARY_PATH"))?;
        Ok(Some("fits"))
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "releases run on Linux; elsewhere nothing is asked"
    )]
    fn host(&self, _: &Store, _: &ReleaseRecord, _: &Surroundings) -> anyhow::Result<Option<&'static str>> {
        Ok(None)
    }
}
