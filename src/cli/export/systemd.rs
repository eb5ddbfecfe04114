//! `cargo twelve export systemd`: units for one server.

use super::expected::expected;
use super::release::{ConfigOptions, ReleaseOptions, command, origin};
use super::written::write;
use crate::cli::ExitCode;
use crate::cli::surroundings::Surroundings;
use crate::config::{self, EnvFile, Typed};
use crate::export::systemd::{Listening, Server, systemd};
use crate::export::{Exported, GeneratedFiles};
use crate::report::Audience;
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the program and unpacked releases are on a server, where nobody says otherwise.
const PROGRAM: &str = "/usr/local/bin/cargo-twelve";
const CACHE: &str = "/var/cache/cargo-twelve";

/// Units for one server: a service a process type, a target for the formation, a oneshot for each admin process
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo twelve export systemd --release-id v42 --env-file prod.env --to units

The units name the env file and hold none of its values: systemd reads it on the server and hands it to the service alone.")]
pub(super) struct Arguments {
    #[command(flatten)]
    release: ReleaseOptions,

    #[command(flatten)]
    config: ConfigOptions,

    /// Where to write them: a folder of its own
    #[arg(long, value_name = "DIR")]
    to: PathBuf,

    /// Let systemd open the ports and hand them over as LISTEN_FDS: a restart loses no connection
    #[arg(long)]
    own_sockets: bool,

    /// The program
    #[arg(long, value_name = "PATH", default_value = PROGRAM, help_heading = "On the server")]
    server_program: String,

    /// The store's location [default: as here]
    #[arg(long, value_name = "LOCATION", help_heading = "On the server")]
    server_store: Option<PathBuf>,

    /// Where unpacked releases are kept
    #[arg(long, value_name = "DIR", default_value = CACHE, help_heading = "On the server")]
    server_cache: String,

    /// The file of the keys that are believed [default: signatures are not asked for]
    #[arg(long, value_name = "FILE", help_heading = "On the server")]
    server_signers: Option<String>,
}

/// Writes them.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let found = arguments.release.find(surroundings)?;
    let files = arguments.config.read(surroundings)?;
    let exported = arguments.config.exported(found, &files, surroundings)?;
    let server = arguments.server(&exported, &files, surroundings)?;
    let listening = if arguments.own_sockets { Listening::Sockets } else { Listening::Process };
    let generated = GeneratedFiles::new(&origin(&exported), &command("systemd", &exported, &arguments.words()));
    let code = write(&systemd(&exported, &server, listening, generated)?, &arguments.to, &exported, surroundings)?;
    // A program finds the same in the units, and reads one document.
    if surroundings.reporter.audience() == Audience::Human {
        expected(&server).for_each(|event| surroundings.reporter.tell(&event));
    }
    Ok(code)
}

impl Arguments {
    fn server(&self, exported: &Exported, files: &[EnvFile], surroundings: &Surroundings) -> anyhow::Result<Server> {
        let store = match &self.server_store {
            Some(location) => surroundings.store_at(location)?,
            None => surroundings.store()?,
        };
        let place = |path: &PathBuf| on_server(path, exported.app().as_str());
        let variables = exported.declaration().contract.iter().flat_map(|contract| &contract.variables);
        let value_files = variables.filter(|variable| variable.from_file).filter_map(|variable| {
            let name = format!("{}_FILE", variable.name);
            let given = config::find(&name, &Typed::default(), &BTreeMap::new(), files)?;
            Some((variable.name.clone(), given.value.expose_text()?.to_owned()))
        });
        Ok(Server {
            program: self.server_program.clone(),
            store: store.as_variables(),
            cache: self.server_cache.clone(),
            signers: self.server_signers.clone(),
            env_files: self.config.env_files.iter().map(place).collect(),
            value_files: value_files.collect(),
        })
    }

    /// These options as they were typed, without where the units went.
    fn words(&self) -> Vec<String> {
        let said = [
            ("--server-program", Some(self.server_program.clone()).filter(|program| program != PROGRAM)),
            ("--server-store", self.server_store.as_ref().map(|store| store.display().to_string())),
            ("--server-cache", Some(self.server_cache.clone()).filter(|cache| cache != CACHE)),
            ("--server-signers", self.server_signers.clone()),
        ];
        let server = said.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?])).flatten();
        let own_sockets = self.own_sockets.then(|| "--own-sockets".to_owned());
        self.config.words().into_iter().chain(own_sockets).chain(server).collect()
    }
}

/// Where an env file lies on the server: an absolute path is one there too, any other file lies in the app's folder of
/// /etc.
fn on_server(path: &Path, app: &str) -> String {
    let name = path.file_name().unwrap_or_default();
    let path = if path.is_absolute() { path.to_path_buf() } else { Path::new("/etc").join(app).join(name) };
    path.display().to_string()
}
