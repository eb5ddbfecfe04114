//! A release as an image that any runtime of containers starts: made without Docker, from the release's own bytes.
//!
//! [`Image`] is made first, in plain values: the build's tarball is a layer of it as it lies in the store, the rest is
//! small documents that follow from the release, the process type and the base. Then it is written to a folder
//! ([`Image::into_layout`]) or pushed to a [`Registry`] ([`Image::push`]).
//!
//! The law: no file of the machine that does this is in an image, no clock is read, and what came from elsewhere is
//! believed only by its digest.

mod base;
mod base_name;
mod blob;
mod config;
mod credentials;
mod descriptor;
mod entrypoint;
mod error;
mod files;
mod holder;
mod image;
mod layout;
mod place;
mod platform;
mod push;
mod registry;
mod shared_folder;
mod started;
mod trouble;

pub use base_name::{BaseName, NoBase};
pub use credentials::Login;
pub use descriptor::{BlobDigest, Descriptor};
pub use error::{Error, RegistryCause};
pub use image::{Image, Wanted};
pub use place::{ImagePlace, NoPlace};
pub use platform::Platform;
pub use push::{Destined, Pushed};
pub use registry::{Access, Registry, Transport};
