//! The export stage: a release becomes the files by which an existing engine runs it.
//!
//! [`Exported`] is what every exporter starts from: the release's record and manifests, and its ports. An exporter, one
//! file or folder each, turns it into [`GeneratedFiles`]; those are put into a [`Destination`] whole or not at all.
//!
//! The law: the same release and the same arguments give the same bytes. Nothing of the process environment, of the
//! machine or of the clock is read here, nothing is built or run, and no secret's value is in what is written, unless that is
//! asked for.

pub mod compose;
mod container;
mod destination;
mod disclosure;
mod error;
mod exported;
mod generated_files;
mod image_reference;
pub mod kubernetes;
pub mod oci;
mod staging;
pub mod systemd;
mod yaml;

pub use destination::Destination;
pub use disclosure::SecretValues;
pub use error::Error;
pub use exported::{Exported, ExportedProcess, Program};
pub use generated_files::{Content, GeneratedFiles, MARK};
pub use image_reference::ImageReference;
