//! `cargo twelve build`: a commit becomes a build, which the store keeps.

use super::ExitCode;
use super::build_options::BuildOptions;
use super::built::{Compile, built};
use super::surroundings::Surroundings;
use crate::build::plan;
use crate::report::{Audience, data};
use clap::Args;

/// Build a commit: its binaries, its assets, and a record of what is in them
#[derive(Debug, Args)]
#[command(
    after_help = "Example: cargo twelve build --rev v1.4.0\n\nThe store keeps the build, and target/twelve/ has it as APP-VERSION-TARGET.tar.gz for `release --build`."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    options: BuildOptions,
}

/// Makes a build for every target and prints their ids.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let plan = plan(&arguments.options.request(surroundings), &surroundings.outside(), &surroundings.reporter)?;
    let roots = plan.repository.roots(&plan.commit)?;
    store.refuse_other_codebase(&plan.declaration.app, &roots)?;
    for one in built(&plan, Compile::All, &store, surroundings, || Ok(()))? {
        if surroundings.reporter.audience() == Audience::Human {
            data::text(&format!("{}\n", one.build.id))?;
        }
    }
    Ok(ExitCode::Done)
}
