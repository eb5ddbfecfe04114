//! Fetching what is missing, by the user's own cargo in the user's own environment: their mirrors, proxies and
//! credentials work there, and the bytes are verified whoever gave them.

use super::Error;
use super::outside::Outside;
use super::toolchain::InstalledToolchain;
use crate::codebase::refusal;
use crate::report::{BuildEvent, Event, Reporter, Work};
use std::ffi::OsStr;
use std::path::PathBuf;

/// What cargo says of a download with another sha256 than Cargo.lock names, and of an index that names another one.
const FORGED: [&str; 2] = ["failed to verify the checksum of `", "checksum for `"];

/// How to fetch what a lockfile names.
#[derive(Debug)]
pub(super) struct Fetch<'a> {
    /// The user's side.
    pub(super) outside: &'a Outside,
    /// Whose cargo.
    pub(super) toolchain: &'a InstalledToolchain,
    /// The exported commit.
    pub(super) source: PathBuf,
    /// The package's manifest, from the exported commit's root.
    pub(super) manifest: String,
    /// The lockfile, for the message.
    pub(super) lockfile: String,
    /// The repository's own config files in the exported commit: the user may stand where cargo would not find them.
    pub(super) configs: Vec<PathBuf>,
    /// Whether the repository's own config replaces the registry by a folder, so that nothing would be fetched.
    pub(super) vendored: bool,
}

impl Fetch<'_> {
    /// Fetches everything that the lockfile names into the user's cache.
    pub(super) fn run(&self, reporter: &Reporter) -> Result<(), Error> {
        reporter.tell(&Event::Build(BuildEvent::Fetching { lockfile: self.lockfile.clone() }));
        // cargo looks for a workspace above the package. Above the exported commit it would find the user's own, so
        // it is shown the commit through a link that stands alone.
        let alone = tempfile::tempdir().map_err(Error::machine("a temporary folder", "made"))?;
        let link = alone.path().join("src");
        std::os::unix::fs::symlink(&self.source, &link).map_err(Error::machine(&link, "written"))?;
        let mut command = self.outside.command(&self.toolchain.cargo);
        command.args(["fetch", "--locked", "--color", "never", "--manifest-path"]).arg(link.join(&self.manifest));
        if self.vendored {
            command.current_dir(alone.path());
        } else {
            command.args(self.configs.iter().flat_map(|config| [OsStr::new("--config"), config.as_os_str()]));
        }
        let program = self.toolchain.cargo.clone();
        let progress = reporter.progress(&Work::Fetching);
        let output = command.output().map_err(|cause| Error::NotStarted { program, cause })?;
        drop(progress);
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        match refusal(&said, &self.lockfile) {
            stale @ crate::codebase::Error::LockStale { .. } => Err(stale.into()),
            _ => Err(match forged(&said) {
                Some(package) => Error::ForgedDownload { package },
                None => Error::Fetch { said: said.trim().to_owned() },
            }),
        }
    }
}

/// The package whose bytes cargo would not take.
fn forged(said: &str) -> Option<String> {
    let package = FORGED.iter().find_map(|words| said.split(words).nth(1))?.split('`').next()?;
    Some(package.split(" (").next().unwrap_or(package).to_owned())
}
