//! `cargo twelve env export --to TARGET`: the config in the form that another engine reads.

use super::contract_options::ContractOptions;
use crate::app::Offer;
use crate::cli::ExitCode;
use crate::cli::env_files::read_files;
use crate::cli::failure::UsageError;
use crate::cli::surroundings::Surroundings;
use crate::config::{Form, Target, Typed, create_private};
use crate::report::{Audience, data};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Export the config of env files to another engine; refuses what it cannot carry
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo twelve env export --to systemd --env-file prod.env \\
    --output /etc/shop.env

The values are in what it writes: it does not write them to a terminal, and `--output` makes a file for its owner alone.")]
pub(super) struct Arguments {
    #[command(flatten)]
    contract: ContractOptions,

    /// Who reads it
    #[arg(long, value_enum, value_name = "TARGET")]
    to: TypedTarget,

    /// A file of NAME=value lines; a later one wins
    #[arg(long = "env-file", value_name = "FILE", required = true)]
    env_files: Vec<PathBuf>,

    /// The file to write, which must not stand yet [default: stdout, where that is no terminal]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TypedTarget {
    /// `EnvironmentFile=` of a systemd unit
    Systemd,
    /// `docker run --env-file`, `podman run --env-file`
    Docker,
    /// A Compose file to be given besides the app's own
    Compose,
    /// A file that a POSIX shell sources
    Sh,
    /// A Secret of Kubernetes
    K8sSecret,
}

#[derive(Serialize)]
struct Document {
    format: u32,
    file: String,
    variables: Vec<String>,
}

/// Exports it.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let json = surroundings.reporter.audience() == Audience::Json;
    if arguments.output.is_none() && (json || std::io::stdout().is_terminal()) {
        let message = "the values would be shown to whoever sees the terminal, or a log".to_owned();
        let hint = "name a file with `--output FILE`, or send stdout to a file or a program".to_owned();
        return Err(UsageError { message, hint }.into());
    }
    let (declaration, _) = arguments.contract.declaration(surroundings)?;
    let files = read_files(&arguments.env_files, surroundings)?;
    let (environment, typed) = (BTreeMap::new(), Typed::default());
    let offer = Offer { environment: &environment, typed: &typed, files: &files };
    let config = declaration.config(&offer, &|path| std::fs::read(path))?;
    crate::cli::configured::notices(&config).for_each(|event| surroundings.reporter.tell(&event));
    let services: Vec<&str> = declaration.processes.iter().map(|process| process.name.as_str()).collect();
    let name = format!("{}-config", declaration.app);
    let form = Form { name: &name, namespace: None, services: &services };
    let text = config.exported(arguments.to.target(), &form)?;
    match &arguments.output {
        Some(path) => create_private(&surroundings.resolve(path), &path.to_string_lossy(), text.as_bytes())?,
        None => data::text(&text)?,
    }
    if let (true, Some(path)) = (json, &arguments.output) {
        let variables = config.settings().iter().map(|one| one.name.clone()).collect();
        data::document(&Document { format: 1, file: path.display().to_string(), variables })?;
    }
    Ok(ExitCode::Done)
}

impl TypedTarget {
    fn target(self) -> Target {
        match self {
            Self::Systemd => Target::Systemd,
            Self::Docker => Target::Docker,
            Self::Compose => Target::Compose,
            Self::Sh => Target::Sh,
            Self::K8sSecret => Target::KubernetesSecret,
        }
    }
}
