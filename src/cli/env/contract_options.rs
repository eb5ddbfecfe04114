//! Whose contract is meant: that of a release, or that of the package at hand.

use crate::app::{self, Declaration};
use crate::artifact::ReleaseRef;
use crate::cli::failure::UsageError;
use crate::cli::surroundings::Surroundings;
use crate::config::Contract;
use crate::store;
use clap::Args;
use std::path::PathBuf;

/// Whose contract.
#[derive(Debug, Args)]
pub(super) struct ContractOptions {
    /// The release whose contract is meant [default: twelve.toml at hand]
    #[arg(long, value_name = "RELEASE")]
    release_id: Option<ReleaseRef>,
}

impl ContractOptions {
    /// What the app declares, and where that stands.
    pub(super) fn declaration(&self, surroundings: &Surroundings) -> anyhow::Result<(Declaration, Option<PathBuf>)> {
        if let Some(release) = &self.release_id {
            let store = surroundings.store()?;
            let record = store.find(release, surroundings.app_at_hand()?.as_ref())?;
            let lost = || store::Error::Lost { key: "builds".to_owned(), named_by: record.release.to_string() };
            let manifest = store.manifest(&record.app, record.builds.first().ok_or_else(lost)?)?;
            return Ok((manifest.declaration, None));
        }
        match app::at_hand(&surroundings.directory)? {
            Some((folder, declaration)) => Ok((declaration, Some(folder))),
            None => Err(UsageError {
                message: "no app is at hand whose contract could be meant".to_owned(),
                hint: "go to the folder of its twelve.toml, or name a release with `--release-id v42`".to_owned(),
            }
            .into()),
        }
    }

    /// The contract, which must be declared.
    pub(super) fn contract(declaration: &Declaration) -> anyhow::Result<&Contract> {
        declaration.contract.as_ref().ok_or_else(|| {
            let hint = "declare its variables: `[config.vars.NAME]` with `type = \"string\"` in twelve.toml".to_owned();
            UsageError { message: format!("`{}` declares no `[config]`", declaration.app), hint }.into()
        })
    }
}
