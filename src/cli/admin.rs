//! `cargo twelve admin`: a one-off process with the build and the config of a release.

use super::release_options::ReleaseOptions;
use super::surroundings::Surroundings;
use crate::app::AdminProcess;
use crate::report::{Table, data};
use crate::run::{self, Error, Foreground, Signals, Streams};
use clap::Args;
use std::ffi::OsString;

/// Run a one-off process of a release: a migration, a report, a console
#[derive(Debug, Args)]
#[command(
    override_usage = "cargo twelve admin --release-id <RELEASE> [OPTIONS] [NAME [ARGS]...]\n       \
                      cargo twelve admin --release-id <RELEASE> [OPTIONS] -- CMD...",
    after_help = "Examples:
  cargo twelve admin --release-id v42 --env-file prod.env migrate -- --dry-run
  cargo twelve admin --release-id v42 --env-file prod.env -- sh -c 'env | sort'
  cargo twelve admin --release-id v42                        lists what there is"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    release: ReleaseOptions,

    /// A declared admin process and its arguments; those that begin with `-` stand behind `--`
    #[arg(value_name = "NAME [ARGS]")]
    words: Vec<OsString>,

    /// Any command; behind a NAME, more of its arguments
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs it; the answer is its own exit code.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<u8> {
    if arguments.words.is_empty() && arguments.command.is_empty() {
        return list(&arguments.release.verified(surroundings)?.tree.manifest.declaration.admin);
    }
    let mut prepared = arguments.release.prepare(surroundings)?;
    let mut signals = Signals::catch()?;
    let folder = prepared.private_folder()?;
    let confinement = prepared.confinement(arguments.release.sandbox(), &folder, surroundings)?;
    let launch = prepared.launch(&folder, &confinement);
    let process = match arguments.words.split_first() {
        Some((name, words)) => {
            let declared = declared(&prepared.tree.manifest.declaration.admin, name)?;
            launch.admin(&declared.name, &declared.command, &[words, &arguments.command].concat())?
        }
        None => launch.typed(&arguments.command)?,
    };
    prepared.forget_values();
    Ok(run::admin(process, &mut signals, Foreground::here(), Streams::Own)?)
}

fn declared<'a>(admin: &'a [AdminProcess], name: &OsString) -> Result<&'a AdminProcess, Error> {
    admin.iter().find(|one| name == one.name.as_str()).ok_or_else(|| Error::NotDeclared {
        kind: "admin process",
        name: name.to_string_lossy().into_owned(),
        declared: admin.iter().map(|one| one.name.clone()).collect(),
    })
}

fn list(admin: &[AdminProcess]) -> anyhow::Result<u8> {
    let mut table = Table::without_heading();
    for one in admin {
        table.row([one.name.clone(), one.command.to_string()]);
    }
    data::text(&table.to_string())?;
    Ok(0)
}
