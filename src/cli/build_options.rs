//! What `build` and `release` both ask: which commit of which package.

use super::surroundings::Surroundings;
use crate::artifact::SourcePath;
use crate::build::{Outside, Request};
use clap::Args;
use std::path::PathBuf;

/// Which commit of which package.
#[derive(Debug, Args)]
pub(crate) struct BuildOptions {
    /// The commit; names it whatever the working tree holds [default: HEAD, which the working tree must equal]
    #[arg(long, value_name = "REVISION", help_heading = "What is built")]
    rev: Option<String>,
    /// The package [default: `build.package` of twelve.toml, else the one at hand]
    #[arg(short, long, value_name = "NAME", help_heading = "What is built")]
    package: Option<String>,
    /// The Cargo.toml that is at hand [default: the nearest from the working directory upwards]
    #[arg(long, value_name = "PATH", help_heading = "What is built")]
    manifest_path: Option<PathBuf>,
    /// Compile where the work folder lies, without a mount namespace; build.json says so
    #[arg(long, hide = true)]
    no_namespace: bool,
}

impl BuildOptions {
    /// What is asked for.
    pub(crate) fn request(&self, surroundings: &Surroundings) -> Request {
        let manifest = self.manifest_path.as_ref().map(|path| surroundings.resolve(path));
        // Both Cargo.toml and its folder are understood.
        let folder = manifest.map(|path| match path.parent() {
            Some(folder) if !path.is_dir() => folder.to_path_buf(),
            _ => path,
        });
        Request {
            folder: folder.unwrap_or_else(|| surroundings.directory.clone()),
            revision: self.rev.clone(),
            package: self.package.clone(),
            source_path: self.no_namespace.then_some(SourcePath::Remapped),
            targets: Vec::new(),
        }
    }
}

impl Surroundings {
    /// What the build stage looks at of the user's side.
    pub(crate) fn outside(&self) -> Outside {
        Outside { environment: self.environment.clone(), directory: self.directory.clone(), now: self.now().into() }
    }
}
