//! The hidden command that `run` starts beside itself: it ends what is left, should `run` be killed.

use super::ExitCode;
use crate::run;
use clap::Args;
use std::path::PathBuf;

/// Ends what a killed `run` has left
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The private folder of the run
    folder: PathBuf,
}

/// Watches.
pub(crate) fn exec(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    run::watch(&arguments.folder)?;
    Ok(ExitCode::Done)
}
