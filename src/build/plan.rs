//! What will be built, decided before anything is touched: the commit, the package, the declaration, the toolchain,
//! the targets. All of it is read from the commit; the digest of it finds a build that was made before.

use super::kept_out::kept_out;
use super::outside::Outside;
use super::repository_settings::RepositorySettings;
use super::toolchain::InstalledToolchain;
use super::{Error, flags, places};
use crate::app::{Declaration, Sources};
use crate::artifact::{BuildInput, Digest, SourcePath, Toolchain};
use crate::codebase::{ChosenPackage, Commit, Lockfile, Repository, Snapshot, beside, choose};
use crate::report::Reporter;
use std::path::{Path, PathBuf};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The folder that the codebase and its package are looked for in.
    pub folder: PathBuf,
    /// The revision, where one was typed. It names a commit whatever the working tree holds.
    pub revision: Option<String>,
    /// The package, where one was typed.
    pub package: Option<String>,
    /// Where the source must stand; where nothing is asked for, at the canonical path if this machine can do that.
    pub source_path: Option<SourcePath>,
    /// The targets; none for those that are declared.
    pub targets: Vec<String>,
}

/// What will be built.
#[derive(Debug)]
pub struct Plan {
    /// The codebase.
    pub repository: Repository,
    /// The commit.
    pub commit: Commit,
    /// The package.
    pub package: ChosenPackage,
    /// What the app declares.
    pub declaration: Declaration,
    /// The builds, one a target.
    pub builds: Vec<PlannedBuild>,
    pub(super) snapshot: Snapshot,
    pub(super) lockfile: Lockfile,
    pub(super) toolchain: InstalledToolchain,
    /// Where the source stands when it is compiled.
    pub(super) source_path: SourcePath,
    pub(super) settings: RepositorySettings,
    /// Where portable files of a release go.
    pub portable: PathBuf,
    /// Where the work folder is, or will be.
    pub(super) work: PathBuf,
}

/// A build for one target.
#[derive(Debug, Clone)]
pub struct PlannedBuild {
    /// The target triple.
    pub target: String,
    /// The digest of all that it is a function of.
    pub input: Digest,
    pub(super) toolchain: Toolchain,
    /// The flags of rustc, without those that remap paths.
    pub(super) rustflags: Vec<String>,
}

/// Decides what will be built.
///
/// # Errors
/// Where a rule forbids it: the tree is dirty, the lockfile is not the commit's, a toolchain is missing.
pub fn plan(request: &Request, outside: &Outside, reporter: &Reporter) -> Result<Plan, Error> {
    let repository = Repository::discover(&request.folder)?;
    let commit = repository.commit(request.revision.as_deref())?;
    if request.revision.is_none()
        && let Some(changes) = repository.changes()?
    {
        return Err(crate::codebase::Error::Changed { stat: changes.stat }.into());
    }
    let snapshot = repository.snapshot(&commit)?;
    let folder = folder_in(&repository, &request.folder)?;
    let package = choose(&repository, &snapshot, &folder, request.package.as_deref())?;
    let declaration = declaration(&repository, &snapshot, &package)?;
    let lockfile = Lockfile::of(&repository, &snapshot, &package)?;
    let settings = RepositorySettings::of(&repository, &snapshot, &package.folder)?;
    for event in kept_out(outside, repository.root())? {
        reporter.tell(&event);
    }
    let toolchain = InstalledToolchain::find(outside, &repository, &snapshot, &package.folder, reporter)?;
    let targets = match (request.targets.as_slice(), declaration.build.targets.as_slice()) {
        ([], []) => vec![toolchain.host.clone()],
        ([], named) | (named, _) => named.to_vec(),
    };
    let compiler = Compiler {
        source_path: places::choose(request.source_path, &toolchain, reporter)?,
        toolchain: &toolchain,
        settings: &settings,
    };
    let source_path = compiler.source_path;
    let builds = targets
        .into_iter()
        .map(|target| compiler.planned(target, &commit, &package, &declaration))
        .collect::<Result<_, _>>()?;
    let portable = outside.target_folder(&repository.root().join(&package.workspace)).join("twelve");
    let work = portable.join("work").join(declaration.app.as_str());
    Ok(Plan {
        repository,
        commit,
        package,
        declaration,
        builds,
        snapshot,
        lockfile,
        toolchain,
        source_path,
        settings,
        portable,
        work,
    })
}

/// What compiles the builds of a plan.
struct Compiler<'a> {
    source_path: SourcePath,
    toolchain: &'a InstalledToolchain,
    settings: &'a RepositorySettings,
}

impl Compiler<'_> {
    fn planned(
        &self,
        target: String,
        commit: &Commit,
        package: &ChosenPackage,
        declaration: &Declaration,
    ) -> Result<PlannedBuild, Error> {
        let installed = self.toolchain;
        installed.require_target(&target)?;
        let cfgs = if self.settings.needs_cfgs() { installed.cfgs(&target)? } else { Vec::new() };
        let rustflags = self.settings.rustflags(&target, &cfgs);
        let toolchain = Toolchain {
            rustc: installed.rustc_lines.clone(),
            cargo: installed.cargo_line.clone(),
            cc: installed.cc.clone(),
            profile: "release".to_owned(),
            features: declaration.build.features.clone(),
            rustflags: flags::recorded(&rustflags),
            source_path: self.source_path,
        };
        let input = BuildInput {
            commit: &commit.id(),
            package: &package.name,
            declaration,
            toolchain: &toolchain,
            target: &target,
            builder: env!("CARGO_PKG_VERSION"),
        }
        .digest()?;
        Ok(PlannedBuild { target, input, toolchain, rustflags })
    }
}

/// What the app declares in the commit.
fn declaration(repository: &Repository, snapshot: &Snapshot, package: &ChosenPackage) -> Result<Declaration, Error> {
    let text = |name: &str| repository.text(snapshot, &beside(&package.declaration, name));
    let sources = Sources { twelve_toml: text("twelve.toml")?, procfile: text("Procfile")? };
    Ok(sources.declaration(&package.name)?)
}

/// A folder of the machine as a folder of the repository.
fn folder_in(repository: &Repository, folder: &Path) -> Result<String, Error> {
    let canonical = folder.canonicalize().map_err(Error::machine(folder, "read"))?;
    let below = canonical.strip_prefix(repository.root()).ok().and_then(Path::to_str).map(str::to_owned);
    below.ok_or(Error::OutsideRepository { path: canonical, root: repository.root().to_path_buf() })
}
