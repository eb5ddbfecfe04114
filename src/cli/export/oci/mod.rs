//! `cargo twelve export oci`: an image for any runtime of containers.

mod answer;
mod login;

use super::release::{ReleaseOptions, command, origin};
use crate::app::BasePort;
use crate::cli::ExitCode;
use crate::cli::failure::UsageError;
use crate::cli::surroundings::Surroundings;
use crate::export::oci::{Access, BaseName, Destined, Image, ImagePlace, NoPlace, Wanted};
use crate::export::{Destination, Exported, GeneratedFiles};
use crate::store::Store;
use clap::Args;
use login::Insecurity;
use std::path::PathBuf;

/// An image for any runtime of containers, made without Docker: the build's tarball is a layer of it as it is
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo twelve export oci --release-id v42 \\
    --to docker://registry.example.org/shop

The image starts one process, as a user without rights, and holds no config: that is of whoever starts it,
`podman run --read-only --env-file FILE registry.example.org/shop:v42`. Who we are to the registry says the file that
`docker login` or `podman login` keeps.")]
pub(super) struct Arguments {
    #[command(flatten)]
    release: ReleaseOptions,

    /// Where to: docker://REGISTRY/NAME[:TAG] (the release is the tag where none is said), or a folder of its own
    #[arg(long, value_name = "PLACE")]
    to: String,

    /// What it starts: a process type, or admin.NAME [default: web, or the only process type]
    #[arg(long, value_name = "NAME")]
    process: Option<String>,

    /// What it is built on: an image by its digest, NAME@sha256:... or oci:DIR@sha256:..., or nothing
    #[arg(long, value_name = "IMAGE", default_value = "scratch")]
    base: BaseName,

    /// The one target that it is for [default: all of the release, under one index]
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// The port of the first process type; others follow [default: 5000]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    #[command(flatten)]
    insecurity: Insecurity,
}

/// Makes it and brings it there.
pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let (record, manifests) = arguments.release.find(surroundings)?;
    let exported = Exported::of(record, manifests, arguments.port.map(BasePort).unwrap_or_default())?;
    match &arguments.place()? {
        ImagePlace::Folder(folder) => {
            let destination = Destination::at(&surroundings.resolve(folder))?;
            let image = arguments.image(&store, &exported, surroundings)?;
            let answer = answer::of_folder(&exported, &image, folder);
            let files = GeneratedFiles::new(&origin(&exported), &command("oci", &exported, &arguments.words()));
            destination.write(&image.into_layout(files)?)?;
            answer.give(surroundings)
        }
        ImagePlace::Registry { name, tag } => {
            let registry = arguments.insecurity.connect(name, Access::Push, surroundings)?;
            let image = arguments.image(&store, &exported, surroundings)?;
            let to = Destined { registry: &registry, name, tag: tag.as_deref(), base: &arguments.base };
            let pushed = image.push(to, &surroundings.reporter)?;
            answer::of_registry(&exported, &image, to, pushed).give(surroundings)
        }
    }
}

impl Arguments {
    /// Where to. It is read here and not by the parser of the command line, which would repeat a login in it.
    fn place(&self) -> Result<ImagePlace, UsageError> {
        self.to.parse().map_err(|why: NoPlace| UsageError {
            message: format!("`--to` names no place for an image: {why}"),
            hint: "--to docker://registry.example.org/shop".to_owned(),
        })
    }

    fn image(&self, store: &Store, exported: &Exported, surroundings: &Surroundings) -> anyhow::Result<Image> {
        let registry = match &self.base {
            BaseName::Registry { reference, .. } => {
                Some(self.insecurity.connect(reference, Access::Pull, surroundings)?)
            }
            _ => None,
        };
        let base = self.base.clone().below(&surroundings.directory);
        let scratch = surroundings.variable("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
        let wanted = Wanted {
            process: self.process.as_deref(),
            target: self.target.as_deref(),
            base: &base,
            registry: registry.as_ref(),
            scratch: &scratch,
        };
        Ok(Image::of(store, exported, wanted)?)
    }

    /// These options as they were typed, without where the image went.
    fn words(&self) -> Vec<String> {
        let base = Some(self.base.to_string()).filter(|base| base != "scratch");
        let said = [
            ("--process", self.process.clone()),
            ("--base", base),
            ("--target", self.target.clone()),
            ("--port", self.port.map(|port| port.to_string())),
        ];
        said.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?])).flatten().collect()
    }
}
