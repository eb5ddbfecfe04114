//! Where the folders of a build stand for the compiler: at the one path that every build has, where this machine can
//! do that, else in the work folder, at paths that the compiler is told to write otherwise.
//!
//! cargo's messages have the compiler's paths. Those are compared with each other; what is opened is looked for
//! [here](Places::here).

use super::Error;
use super::namespace::{self, Furniture, Namespace};
use super::toolchain::InstalledToolchain;
use super::work_folder::WorkFolder;
use crate::artifact::SourcePath;
use crate::report::{Event, Reporter};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the folders of a build stand for the compiler.
#[derive(Debug)]
pub(super) struct Places {
    /// cargo's home.
    pub(super) cargo_home: PathBuf,
    /// The source folder.
    pub(super) source: PathBuf,
    /// The target folder.
    pub(super) target: PathBuf,
    /// The toolchain, as it stands there.
    pub(super) toolchain: InstalledToolchain,
    namespace: Option<Namespace>,
    /// The folders of the machine, each after the compiler's path of it.
    real: Vec<(PathBuf, PathBuf)>,
}

/// Decides which of the two a build gets. One that was asked for is given or refused.
pub(super) fn choose(
    wanted: Option<SourcePath>,
    toolchain: &InstalledToolchain,
    reporter: &Reporter,
) -> Result<SourcePath, Error> {
    if wanted == Some(SourcePath::Remapped) || wanted.is_none() && !cfg!(target_os = "linux") {
        return Ok(SourcePath::Remapped);
    }
    match (Namespace::obstacle(toolchain)?, wanted) {
        (None, _) => Ok(SourcePath::Canonical),
        (Some(why), Some(_)) => Err(Error::NoNamespace { why }),
        (Some(why), None) => {
            reporter.tell(&Event::note(format!(
                "no mount namespace here ({why}): the source is compiled where it lies, and its path written otherwise"
            )));
            Ok(SourcePath::Remapped)
        }
    }
}

impl Places {
    /// The places in a work folder.
    pub(super) fn of(
        source_path: SourcePath,
        work: &WorkFolder,
        toolchain: &InstalledToolchain,
    ) -> Result<Self, Error> {
        let own = [work.cargo_home(), work.source(), work.target()];
        let moved = toolchain.moved_to(Path::new(namespace::SYSROOT));
        Ok(match (source_path, moved) {
            (SourcePath::Canonical, Some(toolchain_there)) => {
                let seen = [namespace::CARGO_HOME, namespace::SOURCE, namespace::TARGET].map(PathBuf::from);
                let real = seen.iter().cloned().zip(own.iter().cloned()).collect();
                let [cargo_home, source, target] = own;
                let furniture = Furniture { cargo_home, source, target, sysroot: toolchain.sysroot.clone() };
                let temporary = work.temporary();
                let folder = tempfile::tempdir_in(&temporary).map_err(Error::machine(&temporary, "written"))?;
                let namespace = Some(Namespace::of(furniture, folder)?);
                let [cargo_home, source, target] = seen;
                Self { cargo_home, source, target, toolchain: toolchain_there, namespace, real }
            }
            _ => {
                let [cargo_home, source, target] = own;
                let (toolchain, real) = (toolchain.clone(), Vec::new());
                Self { cargo_home, source, target, toolchain, namespace: None, real }
            }
        })
    }

    /// A path of the compiler as a path of this machine.
    pub(super) fn here(&self, seen: &Path) -> PathBuf {
        let below = |(there, here): &(PathBuf, PathBuf)| seen.strip_prefix(there).ok().map(|below| here.join(below));
        self.real.iter().find_map(below).unwrap_or_else(|| seen.to_path_buf())
    }

    /// The call, with its programs and paths where the folders stand.
    pub(super) fn command(&self, command: Command) -> Command {
        match &self.namespace {
            Some(namespace) => namespace.enter(&command),
            None => command,
        }
    }
}
