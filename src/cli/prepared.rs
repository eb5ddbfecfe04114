//! A release that may run: verified, with a config that meets its contract. `run` and `admin` start from it.

use super::age_options::raise;
use super::config_options::GivenConfig;
use super::configured::{base_port, notices};
use super::surroundings::Surroundings;
use crate::app::{BasePort, Offer};
use crate::artifact::ReleaseRecord;
use crate::config::{Config, EnvFile, Typed};
use crate::report::Event;
use crate::run::{
    self, Cache, Confinement, HighWaterMark, Launch, Origin, PrivateFolder, Programs, Released, SandboxMode, Tree,
};
use crate::store::Store;
use std::time::Duration;

/// A verified release.
pub(crate) struct Verified {
    /// The record.
    pub(crate) record: ReleaseRecord,
    /// The verified tree.
    pub(crate) tree: Tree,
    /// The newest release that has run here.
    pub(crate) mark: Option<HighWaterMark>,
    /// Whether only signed releases run here.
    pub(crate) signed_only: bool,
}

/// A verified release with its config: what processes are started from.
pub(crate) struct Prepared {
    /// The record.
    pub(crate) record: ReleaseRecord,
    /// The verified tree.
    pub(crate) tree: Tree,
    mark: Option<HighWaterMark>,
    signed_only: bool,
    config: Config,
    files: Vec<EnvFile>,
    typed: Typed,
    origin: Origin,
}

/// The verified tree of a release on this machine, which must be able to load it.
pub(crate) fn verified_tree(
    cache: &Cache,
    store: &Store,
    record: &ReleaseRecord,
    surroundings: &Surroundings,
) -> anyhow::Result<Tree> {
    let tree = cache.tree(store, record, run::build_here(record)?)?;
    run::refuse_unfit(&tree.manifest, surroundings.variable("LD_LIBRARY_PATH"))?;
    Ok(tree)
}

impl Verified {
    /// With a config that was checked already.
    pub(crate) fn prepared(self, config: Config, origin: Origin) -> Prepared {
        let Self { record, tree, mark, signed_only } = self;
        Prepared { record, tree, mark, signed_only, config, files: Vec::new(), typed: Typed::default(), origin }
    }

    /// Holds the config against the contract and says what its user should know.
    pub(crate) fn with_config(
        self,
        given: GivenConfig,
        origin: Origin,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Prepared> {
        let Self { record, tree, mark, signed_only } = self;
        given.mind_readers(tree.manifest.declaration.contract.as_ref(), surroundings)?;
        let GivenConfig { files, typed, .. } = given;
        let offer = Offer { environment: &surroundings.environment, typed: &typed, files: &files };
        let config = tree.manifest.declaration.config(&offer, &|path| std::fs::read(path))?;
        for event in notices(&config) {
            surroundings.reporter.tell(&event);
        }
        Ok(Prepared { record, tree, mark, signed_only, config, files, typed, origin })
    }
}

impl Prepared {
    /// Wipes the values that are held here. What processes are started from holds its own.
    pub(crate) fn forget_values(&mut self) {
        (self.config, self.files, self.typed) = (Config::default(), Vec::new(), Typed::default());
    }

    /// Waits for the services that the config attaches.
    pub(crate) fn wait_for_services(&self, most: Duration, surroundings: &Surroundings) -> anyhow::Result<()> {
        let contract = self.tree.manifest.declaration.contract.as_ref();
        let services = contract.map(|contract| self.config.backing_services(contract)).unwrap_or_default();
        if services.is_empty() {
            surroundings.reporter.tell(&Event::warning_with_hint(
                "nothing is waited for: the config attaches no backing service",
                "declare the variable that holds its URL with `type = \"service-url\"`",
            ));
        }
        Ok(run::wait_for_services(&services, most, &surroundings.reporter)?)
    }

    /// A private folder for the processes.
    pub(crate) fn private_folder(&self) -> anyhow::Result<PrivateFolder> {
        Ok(PrivateFolder::make(&self.origin.temporary_folder(), &self.origin.identity)?)
    }

    /// The same for a process that we become.
    pub(crate) fn private_folder_beyond_us(&self) -> anyhow::Result<PrivateFolder> {
        Ok(PrivateFolder::make_beyond_us(&self.origin.temporary_folder(), &self.origin.identity)?)
    }

    /// What processes are kept from, in force from here on, with what its user should know.
    pub(crate) fn confinement(
        &self,
        mode: SandboxMode,
        folder: &PrivateFolder,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Confinement> {
        let declared = self.tree.manifest.declaration.sandbox.as_ref();
        let confinement = Confinement::take_on(mode, declared, &self.tree.path, folder.path())?;
        for (text, hint) in confinement.warnings().iter().cloned() {
            surroundings.reporter.tell(&Event::Warning { text, hint });
        }
        Ok(confinement)
    }

    /// Remembers that this release runs here.
    pub(crate) fn remember(&self, surroundings: &Surroundings) -> anyhow::Result<()> {
        raise(self.mark.as_ref(), self.record.release, self.signed_only, surroundings)
    }

    /// What processes are started from.
    pub(crate) fn launch<'a>(&'a self, folder: &'a PrivateFolder, confinement: &'a Confinement) -> Launch<'a> {
        let (root, release) = (self.tree.path.as_path(), Released::from(&self.record));
        let programs = Programs::OfTree;
        Launch { root, programs, release, config: &self.config, origin: &self.origin, folder, confinement }
    }

    /// The port of the first process, where the command line does not say: PORT of the environment or of an env
    /// file, else the usual one.
    pub(crate) fn base_port(&self) -> anyhow::Result<BasePort> {
        base_port(&self.typed, &self.origin.environment, &self.files)
    }
}
