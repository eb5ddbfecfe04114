//! `cargo twelve verify R`: every byte of a release, and the chain before it.

use super::ExitCode;
use super::surroundings::Surroundings;
use crate::artifact::ReleaseRef;
use crate::release;
use crate::report::{Audience, Size, data};
use clap::Args;
use serde_json::json;

/// Verify a release: its record, the records before it, and every byte of its builds
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve verify v42")]
pub(crate) struct Arguments {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
}

/// Verifies it.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let record = store.find(&arguments.release, surroundings.app_at_hand()?.as_ref())?;
    let verified = release::verify(&store, &record.app, record.release)?;
    if surroundings.reporter.audience() == Audience::Json {
        let builds = verified
            .builds
            .iter()
            .map(|build| json!({ "target": build.target, "id": build.id, "files": build.files, "bytes": build.bytes }));
        data::document(&json!({
            "format": 1,
            "app": verified.record.app,
            "release": verified.record.release,
            "records": verified.records,
            "builds": builds.collect::<Vec<_>>(),
        }))?;
        return Ok(ExitCode::Done);
    }
    let mut text =
        format!("{} {} is whole: {} records\n", verified.record.app, verified.record.release, verified.records);
    for build in &verified.builds {
        text += &format!("build {} for {}: {} files, {}\n", build.id, build.target, build.files, Size(build.bytes));
    }
    data::text(&text)?;
    Ok(ExitCode::Done)
}
