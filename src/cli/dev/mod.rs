//! `cargo twelve dev`: the working tree is compiled, and runs under the same supervisor, contract, ports and log format
//! as a release. A change compiles it again and replaces what runs.

mod development;
mod plan;
mod watched;

use super::config_options::ConfigOptions;
use super::process_options::ProcessOptions;
use super::surroundings::Surroundings;
use super::voice_options::VoiceOptions;
use crate::app::at_hand;
use crate::build::working_tree::WorkingPackage;
use crate::run::{self, Identity, Origin, PrivateFolder, Signals, Wanted};
use clap::Args;
use development::Development;
use plan::Recipe;
use std::ffi::OsString;
use std::path::PathBuf;
use watched::Watched;

/// Compile the working tree and run it; a change compiles it again and replaces what runs
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve dev                     every process type, configured by .env
  cargo twelve dev web worker=2
  cargo twelve dev web -- --release    more words for `cargo build`")]
pub(crate) struct Arguments {
    /// What to run [default: every process type with its declared count]
    #[arg(value_name = "TYPE[=N]")]
    formation: Vec<Wanted>,

    #[command(flatten)]
    config: ConfigOptions,

    #[command(flatten)]
    process: ProcessOptions,

    /// The package [default: `build.package` of twelve.toml, else the one at hand]
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,

    /// The port of the first process; others follow [default: PORT, or 5000]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    #[command(flatten)]
    voice: VoiceOptions,

    /// More words for `cargo build`
    #[arg(last = true, value_name = "CARGO OPTIONS")]
    cargo: Vec<OsString>,
}

/// Runs it until it is told to stop; the answer is the code of what ran then.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<u8> {
    let recipe = arguments.recipe(surroundings)?;
    // What cannot start is told before minutes are spent on compiling.
    let offered = recipe.offered()?;
    run::refuse_taken(&recipe.formation(&offered)?)?;
    let watched = Watched::of(&recipe)?;
    let signals = Signals::catch()?;
    let folder = PrivateFolder::make(&recipe.origin.temporary_folder(), &recipe.origin.identity)?;
    let voice = arguments.voice.voice(surroundings);
    let development = Development::new(recipe, watched, folder.path().to_path_buf(), voice.reporter.clone());
    Ok(run::supervise(Vec::new(), &folder, signals, voice, Some(Box::new(development)))?)
}

impl Arguments {
    fn recipe(&self, surroundings: &Surroundings) -> anyhow::Result<Recipe> {
        let outside = surroundings.outside();
        let (folder, declared) = match at_hand(&surroundings.directory)? {
            Some((folder, declaration)) => (folder.canonicalize()?, declaration.build.package),
            None => (surroundings.directory.clone(), None),
        };
        let asked = self.package.as_deref().or(declared.as_deref());
        let package = WorkingPackage::find(&outside, &folder, asked)?;
        // The declaration at hand speaks for the package unless that has one of its own.
        let own = package.manifest.parent().filter(|own| own.join("twelve.toml").exists() || declared.is_none());
        Ok(Recipe {
            folder: own.map_or(folder, PathBuf::from),
            package,
            wanted: self.formation.clone(),
            port: self.port,
            env_files: self.config.paths().iter().map(|path| (surroundings.resolve(path), path.clone())).collect(),
            typed: self.config.typed(surroundings)?,
            strictness: self.config.strictness(),
            sandbox: self.process.sandbox(),
            origin: Origin {
                environment: surroundings.environment.clone(),
                inherit: self.process.inherit(),
                identity: Identity::Own,
            },
            cargo: self.cargo.clone(),
            outside,
        })
    }
}
