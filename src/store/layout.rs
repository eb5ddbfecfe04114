//! Which key holds what. A key is a path below the store with `/` between its parts.

use crate::app::{AppName, DeployName};
use crate::artifact::{Digest, ReleaseId};

pub(super) fn codebase(app: &AppName) -> String {
    format!("{app}/codebase.json")
}

pub(super) fn manifest(app: &AppName, build: &Digest) -> String {
    format!("{app}/builds/{build}/build.json")
}

pub(super) fn tarball(app: &AppName, build: &Digest, gz_sha256: &Digest) -> String {
    format!("{app}/builds/{build}/{gz_sha256}.tar.gz")
}

pub(super) fn by_input(app: &AppName, input: &Digest) -> String {
    format!("{app}/builds/by-input/{input}")
}

pub(super) fn release(app: &AppName, number: u64) -> String {
    format!("{app}/releases/v{number}.json")
}

pub(super) fn pruned(app: &AppName, id: ReleaseId) -> String {
    format!("{app}/releases/{id}.pruned.json")
}

pub(super) fn releases(app: &AppName) -> String {
    format!("{app}/releases")
}

pub(super) fn builds(app: &AppName) -> String {
    format!("{app}/builds")
}

pub(super) fn deploys(app: &AppName) -> String {
    format!("{app}/deploys")
}

pub(super) fn deploy(app: &AppName, deploy: &DeployName) -> String {
    format!("{app}/deploys/{deploy}")
}

pub(super) fn entry(app: &AppName, deploy: &DeployName, seq: u64) -> String {
    format!("{app}/deploys/{deploy}/{seq}.json")
}

pub(super) fn outcome(app: &AppName, deploy: &DeployName, seq: u64) -> String {
    format!("{app}/deploys/{deploy}/{seq}.done.json")
}
