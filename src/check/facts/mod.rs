//! What is known of an app before anything is judged. It is read from the working tree, by this program alone: no
//! toolchain, no build script and nothing else of the codebase runs, so code that does not compile here, or that
//! nobody trusts yet, can be checked as well.

mod closure;
mod constant;
mod constants;
mod container;
mod lock;
mod package;
mod questions;
mod service;

pub use closure::Unread;
pub(super) use constant::Constant;
pub(super) use container::{ContainerFile, Instruction};
pub(super) use lock::{Lock, LockState};
pub(super) use package::{Bin, Dependency, Package};
pub(super) use service::SERVERS;

use super::source::Source;
use super::{Error, Observation, Readings};
use crate::app::{Declaration, Sources};
use crate::artifact::BuildManifest;
use crate::codebase::{self, Manifests, WorkTree, beside, self_and_above, standing_manifest};
use constants::Constants;
use service::Members;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The folder of the app.
    pub folder: PathBuf,
    /// The package, where it is not the one at hand.
    pub package: Option<String>,
    /// The manifest of a release's build, where one is given.
    pub release: Option<BuildManifest>,
    /// What was measured while a release ran.
    pub observations: Vec<Observation>,
}

/// All that is known.
#[derive(Debug)]
pub struct Facts {
    pub(super) tree: WorkTree,
    /// The folder of its workspace.
    pub(super) workspace: String,
    pub(super) members: Vec<Package>,
    /// The folders of packages that are compiled in and belong to no workspace, or to another.
    pub(super) beside: BTreeSet<String>,
    /// The service, first, and the packages of the codebase that it is compiled with.
    pub(super) packages: Vec<Package>,
    pub(super) bins: Vec<Bin>,
    pub(super) lock: Lock,
    pub(super) sources: Vec<Source>,
    /// The build scripts of these packages, which are none of their sources.
    pub(super) build_scripts: Vec<Source>,
    pub(super) unread: Vec<Unread>,
    pub(super) containers: Vec<ContainerFile>,
    pub(super) texts: Sources,
    pub(super) declaration: Declaration,
    pub(super) release: Option<BuildManifest>,
    pub(super) observations: Vec<Observation>,
    /// Functions that `main` reaches, as far as their names tell.
    reachable: BTreeSet<String>,
    constants: Constants,
    /// What they say of the environment, once somebody has asked.
    pub(super) readings: OnceLock<Readings>,
}

impl Facts {
    /// Gathers them.
    ///
    /// # Errors
    /// Where the codebase or the declaration cannot be read, or several packages could be meant.
    pub fn gather(request: Request) -> Result<Self, Error> {
        let tree = WorkTree::around(&request.folder)?;
        let here = tree.relative(&request.folder).unwrap_or_default();
        let manifests = Manifests::in_tree(&tree);
        let manifest = manifests.nearest(&here).map_err(|error| unseen(error, &tree, &request.folder))?;
        untracked_between(&tree, &here, &manifest.folder)?;
        let members = Members::around(manifest, &manifests, &tree)?;
        let containers = ContainerFile::all(&tree);
        let declared = declared_package(&tree, &manifest.folder);
        let asked = request.package.as_deref().or(declared.as_deref());
        let service = members.service(manifest, &tree, asked, &containers)?;
        let home = [service.folder.as_str(), manifest.folder.as_str()]
            .into_iter()
            .find(|folder| tree.stands(&beside(folder, "twelve.toml")) || tree.stands(&beside(folder, "Procfile")));
        let texts = Sources::read(&tree.root().join(home.unwrap_or(&service.folder)))?;
        let declaration = texts.declaration("app")?;
        let bins = service::bins(service, &declaration, &containers);
        let packages: Vec<Package> = members.closure(service).into_iter().cloned().collect();
        let (sources, unread) = closure::read(&tree, &bins, &packages);
        let reachable = questions::reachable(&sources);
        let constants = Constants::of(&sources);
        let lock = Lock::read(&tree, &members.workspace);
        let containers = containers.into_iter().filter(|file| !file.is_of_another(service, &tree)).collect();
        let build_scripts = packages.iter().filter_map(|package| build_script(&tree, package)).collect();
        Ok(Self {
            lock,
            workspace: members.workspace,
            members: members.all,
            beside: members.beside,
            packages,
            bins,
            build_scripts,
            sources,
            unread,
            containers,
            texts,
            declaration,
            release: request.release,
            observations: request.observations,
            reachable,
            constants,
            readings: OnceLock::new(),
            tree,
        })
    }

    /// The service's own package.
    pub(super) fn service(&self) -> &Package {
        // `closure` begins with the package that it is asked for.
        &self.packages[0]
    }

    /// Where the service's declaration stands, or would.
    pub(super) fn declaration_path(&self, name: &str) -> String {
        let own = beside(&self.service().folder, name);
        if self.tree.stands(&own) { own } else { beside(&self.workspace, name) }
    }
}

/// Refuses a crate that git does not know yet: another one, above it, would be judged in its place.
/// Why no manifest was found: git does not track the one that stands, or none stands.
fn unseen(error: codebase::Error, tree: &WorkTree, folder: &Path) -> Error {
    if !matches!(error, codebase::Error::NoManifest { .. }) {
        return error.into();
    }
    let standing = folder.canonicalize().ok().and_then(|folder| standing_manifest(&folder));
    match standing.and_then(|manifest| Some(manifest.strip_prefix(tree.root()).ok()?.to_str()?.to_owned())) {
        Some(manifest) => Error::Untracked { manifest },
        None => codebase::Error::NothingAtHand { folder: folder.to_path_buf() }.into(),
    }
}

fn untracked_between(tree: &WorkTree, here: &str, found: &str) -> Result<(), Error> {
    let nearer = self_and_above(here).take_while(|folder| *folder != found).map(|folder| beside(folder, "Cargo.toml"));
    nearer.filter(|path| tree.stands(path)).take(1).try_for_each(|manifest| Err(Error::Untracked { manifest }))
}

fn build_script(tree: &WorkTree, package: &Package) -> Option<Source> {
    let path = beside(&package.folder, "build.rs");
    Source::read(&path, tree.text(&path)?).ok()
}

/// The package that twelve.toml in a folder names.
fn declared_package(tree: &WorkTree, folder: &str) -> Option<String> {
    let twelve_toml = tree.text(&beside(folder, "twelve.toml"));
    Sources { twelve_toml, procfile: None }.declaration("app").ok()?.build.package
}
