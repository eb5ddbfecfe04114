//! Where a release is from, as an in-toto statement with SLSA provenance v1. It says what the record and the manifests
//! say, so it claims Build L1: provenance exists. L2 and L3 are promises of the platform that builds, which a program
//! cannot make for it.

use super::Described;
use crate::artifact::{BuildManifest, LockedPackage, ReleaseRecord};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The type of our builds: what the parameters below mean.
const BUILD_TYPE: &str = "urn:cargo-twelve:build:1";
/// The builder: this program, wherever somebody ran it.
const BUILDER: &str = "urn:cargo-twelve:builder:1";

/// The statement about a release: one subject a tarball.
#[must_use]
pub fn provenance(release: Described<'_>) -> Value {
    let Described { record, manifests } = release;
    let subjects = record.builds.iter().map(|build| {
        let name = format!("{}-{}-{}-{}.tar.gz", record.app, record.version, record.release, build.target);
        json!({ "name": name, "digest": { "sha256": build.gz_sha256 } })
    });
    let byproducts = record.builds.iter().map(|build| {
        json!({ "name": format!("build.json for {}", build.target), "digest": { "sha256": build.manifest_sha256 } })
    });
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects.collect::<Vec<_>>(),
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": parameters(record, manifests),
                "internalParameters": { "builds": manifests.iter().map(toolchain).collect::<Vec<_>>() },
                "resolvedDependencies": dependencies(record, manifests),
            },
            "runDetails": {
                "builder": { "id": BUILDER },
                "metadata": { "invocationId": record.nonce, "finishedOn": record.created },
                "byproducts": byproducts.collect::<Vec<_>>(),
            },
        },
    })
}

/// What was asked for.
fn parameters(record: &ReleaseRecord, manifests: &[BuildManifest]) -> Value {
    let first = manifests.first();
    json!({
        "app": record.app,
        "commit": record.commit,
        "package": first.map(|manifest| &manifest.package),
        "features": first.map(|manifest| &manifest.declaration.build.features),
        "targets": record.builds.iter().map(|build| &build.target).collect::<Vec<_>>(),
    })
}

fn toolchain(manifest: &BuildManifest) -> Value {
    json!({ "target": manifest.target, "toolchain": manifest.toolchain })
}

/// The commit, and every package that was compiled.
fn dependencies(record: &ReleaseRecord, manifests: &[BuildManifest]) -> Vec<Value> {
    let repository = record.remote.as_ref().map_or_else(|| "git".to_owned(), |remote| format!("git+{remote}"));
    let commit = json!({ "uri": format!("{repository}@{}", record.commit), "digest": { "gitCommit": record.commit } });
    let compiled = manifests.iter().flat_map(|manifest| &manifest.lockfile.packages).filter(|package| package.compiled);
    let mut seen = BTreeSet::new();
    let packages = compiled.filter_map(|package: &LockedPackage| {
        let checksum = package.checksum?;
        let uri = format!("pkg:cargo/{}@{}", package.name, package.version);
        seen.insert((uri.clone(), checksum)).then(|| json!({ "uri": uri, "digest": { "sha256": checksum } }))
    });
    std::iter::once(commit).chain(packages).collect()
}
