//! Which package is the service, and which of its programs serve: one of many in a workspace is, and what the others
//! do is no finding about it.

use super::{Bin, ContainerFile, Package};
use crate::app::Declaration;
use crate::codebase::{Error, Manifest, Manifests, WorkTree, beside, joins_workspace};
use std::collections::BTreeSet;

/// Libraries that answer requests. A program that is compiled with one is likely a service.
pub(in crate::check) const SERVERS: [&str; 22] = [
    "actix-server",
    "actix-web",
    "axum",
    "axum-server",
    "dropshot",
    "gotham",
    "hyper",
    "loco-rs",
    "ntex",
    "pingora",
    "poem",
    "rocket",
    "rouille",
    "salvo",
    "salvo_core",
    "thruster",
    "tide",
    "tiny_http",
    "tonic",
    "viz",
    "volo-http",
    "warp",
];

/// The packages of a workspace.
pub(super) struct Members {
    pub(super) workspace: String,
    pub(super) all: Vec<Package>,
    /// The folders of those that only a path leads to, from outside of the workspace.
    pub(super) beside: BTreeSet<String>,
}

impl Members {
    /// Those of the workspace that a manifest belongs to.
    pub(super) fn around(here: &Manifest, manifests: &Manifests, tree: &WorkTree) -> Result<Self, Error> {
        let root = manifests.workspace_root(here)?;
        let mut all: Vec<Package> = manifests.members(root).filter_map(|one| Package::of(one, root, tree)).collect();
        if !all.iter().any(|one| one.folder == here.folder) {
            all.extend(Package::of(here, root, tree));
        }
        // Members that only a path dependency names.
        let (mut at, mut beside) = (0, BTreeSet::new());
        while let Some(package) = all.get(at) {
            let folders: Vec<String> = package.dependencies.iter().filter_map(|one| one.folder.clone()).collect();
            for folder in folders {
                if all.iter().all(|one| one.folder != folder)
                    && let Ok(Some(manifest)) = manifests.at(&folder)
                {
                    all.extend(Package::of(manifest, root, tree));
                    if !joins_workspace(root, &folder) {
                        beside.insert(folder);
                    }
                }
            }
            at += 1;
        }
        Ok(Self { workspace: root.folder.clone(), all, beside })
    }

    /// The package of a folder.
    pub(super) fn at(&self, folder: &str) -> Option<&Package> {
        self.all.iter().find(|one| one.folder == folder)
    }

    /// The one that is meant: the one that was typed or declared, the one at hand, the only one that could be.
    pub(super) fn service(
        &self,
        here: &Manifest,
        tree: &WorkTree,
        asked: Option<&str>,
        containers: &[ContainerFile],
    ) -> Result<&Package, Error> {
        let with_bins: Vec<&Package> = self.all.iter().filter(|one| !one.bins.is_empty()).collect();
        let names = |packages: &[&Package]| packages.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        if let Some(name) = asked {
            let known = names(&with_bins);
            let found = self.all.iter().find(|one| one.name == name);
            return found.ok_or_else(|| Error::NoPackage { package: name.to_owned(), known });
        }
        if let Some(own) = self.at(&here.folder).filter(|one| !one.bins.is_empty() || here.folder != self.workspace) {
            return Ok(own);
        }
        let declares = |one: &&Package| tree.stands(&beside(&one.folder, "twelve.toml"));
        let started = |one: &&Package| containers.iter().any(|file| file.starts(one));
        let default = |one: &&Package| default_members(here).any(|folder| folder == one.folder);
        let serves = |one: &&Package| self.closure(one).iter().any(|one| serves(one));
        let tests: [&dyn Fn(&&Package) -> bool; 5] =
            [&|_| true, &declares, &default, &serves, &|one| serves(one) && started(one)];
        for test in tests {
            if let [only] = with_bins.iter().copied().filter(|one| test(one)).collect::<Vec<_>>().as_slice() {
                return Ok(only);
            }
        }
        if with_bins.is_empty() {
            return Err(Error::NoBin { package: here.path(), with_bins: Vec::new() });
        }
        let could: Vec<&Package> = with_bins.iter().copied().filter(|one| serves(one)).collect();
        Err(Error::SeveralPackages { packages: names(if could.is_empty() { &with_bins } else { &could }) })
    }

    /// A package and all packages of the codebase that its programs are compiled with.
    pub(super) fn closure<'a>(&'a self, package: &'a Package) -> Vec<&'a Package> {
        let mut all = vec![package];
        let mut at = 0;
        while let Some(package) = all.get(at).copied() {
            for folder in package.compiled().filter_map(|one| one.folder.as_deref()) {
                if let Some(found) = self.at(folder).filter(|found| !found.is_macro)
                    && all.iter().all(|one| one.folder != found.folder)
                {
                    all.push(found);
                }
            }
            at += 1;
        }
        all
    }
}

fn serves(package: &Package) -> bool {
    package.compiled().any(|one| SERVERS.contains(&one.package.as_str()))
}

fn default_members(root: &Manifest) -> impl Iterator<Item = &str> {
    let list = root.table().get("workspace").and_then(|workspace| workspace.get("default-members")?.as_array());
    list.into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .map(|folder| folder.trim_start_matches("./").trim_end_matches('/'))
}

impl ContainerFile {
    /// Whether an image of this file starts a program of a package.
    pub(in crate::check) fn starts(&self, package: &Package) -> bool {
        package.bins.iter().any(|bin| self.starts_bin(&bin.name))
    }

    fn starts_bin(&self, name: &str) -> bool {
        let last = |verb| self.of(verb).last();
        let words = [last("ENTRYPOINT"), last("CMD")].into_iter().flatten().flat_map(super::Instruction::words);
        words.into_iter().any(|word| word.rsplit('/').next() == Some(name))
    }
}

/// The programs of the service that are its processes.
pub(super) fn bins(package: &Package, declaration: &Declaration, containers: &[ContainerFile]) -> Vec<Bin> {
    let named = |name: &str| package.bins.iter().find(|bin| bin.name == name).cloned();
    let words = declaration.processes.iter().filter_map(|one| one.command.words().first()?.literal());
    let declared: Vec<Bin> = words.filter_map(|word| named(word.rsplit('/').next()?)).collect();
    if !declared.is_empty() {
        return unique(declared);
    }
    let started: Vec<Bin> =
        package.bins.iter().filter(|bin| containers.iter().any(|file| file.starts_bin(&bin.name))).cloned().collect();
    if !started.is_empty() {
        return started;
    }
    let usual = package.default_run.as_deref().and_then(named).or_else(|| named(&package.name));
    usual.map_or_else(|| package.bins.clone(), |bin| vec![bin])
}

fn unique(bins: Vec<Bin>) -> Vec<Bin> {
    let mut all: Vec<Bin> = Vec::new();
    for bin in bins {
        if !all.contains(&bin) {
            all.push(bin);
        }
    }
    all
}
