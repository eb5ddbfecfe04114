//! `cargo twelve build`: a commit becomes a build.

use super::ExitCode;
use super::build_options::BuildOptions;
use super::surroundings::Surroundings;
use crate::build::{make, plan};
use crate::report::{Audience, Event, data};
use clap::Args;

/// Build a commit: its binaries, its assets, and a record of what is in them
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve build --rev v1.4.0")]
pub(crate) struct Arguments {
    #[command(flatten)]
    options: BuildOptions,
}

/// Makes a build for every target.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let reporter = &surroundings.reporter;
    let outside = surroundings.outside();
    let plan = plan(&arguments.options.request(surroundings), &outside, reporter)?;
    let wanted: Vec<_> = plan.builds.iter().collect();
    for bundle in make(&plan, &wanted, &outside, reporter)? {
        let build = bundle.packed.id.to_string();
        if reporter.audience() == Audience::Human {
            data::text(&format!("{build}\n"))?;
        }
        reporter.tell(&Event::Built {
            build,
            target: bundle.manifest.target.clone(),
            bytes: bundle.packed.gz_size,
            known: false,
        });
    }
    Ok(ExitCode::Done)
}
