//! How a registry is reached, and who we are to it.

use crate::cli::surroundings::Surroundings;
use crate::export::oci::{Access, Login, Registry, Transport};
use clap::Args;
use oci_client::Reference;
use std::path::{Path, PathBuf};

/// Whether a registry needs TLS.
#[derive(Debug, Args)]
pub(super) struct Insecurity {
    /// Also speak to a registry that has no TLS; one on this machine may always be without
    #[arg(long)]
    insecure: bool,
}

impl Insecurity {
    /// Connects to the registry of an image.
    pub(super) fn connect(
        &self,
        image: &Reference,
        access: Access,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Registry> {
        let login = Login::for_image(image, &files(surroundings))?;
        let transport = if self.insecure { Transport::Insecure } else { Transport::Secure };
        Ok(Registry::connect(image, login, access, transport)?)
    }
}

/// The files that may know who we are, in the order in which they are asked: podman's and skopeo's own
/// (containers-auth.json(5)), then docker's.
fn files(surroundings: &Surroundings) -> Vec<PathBuf> {
    let below = |variable: &str, path: &str| surroundings.variable(variable).map(|folder| Path::new(folder).join(path));
    let docker = below("DOCKER_CONFIG", "config.json").or_else(|| below("HOME", ".docker/config.json"));
    match surroundings.variable("REGISTRY_AUTH_FILE") {
        Some(file) => vec![surroundings.resolve(Path::new(file))],
        None => below("XDG_RUNTIME_DIR", "containers/auth.json").into_iter().chain(docker).collect(),
    }
}
