//! The software bill of materials: CycloneDX 1.5 in JSON, of what was compiled and nothing else
//! (<https://cyclonedx.org/docs/1.5/json/>). It is a function of the packages alone, so it has neither a serial number
//! nor a time: a commit that changes no package does not change it.

use super::Error;
use crate::artifact::{LockedPackage, PackageKind, canonical_json};
use crate::codebase::cargo::{Package, PackageId};
use crate::codebase::{Lockfile, Packages};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The bill of a build's packages.
pub(super) fn sbom(
    root: &PackageId,
    compiled: &[LockedPackage],
    lockfile: &Lockfile,
    packages: &Packages,
) -> Result<Vec<u8>, Error> {
    // The lockfile's packages and the compiled ones are one list, in one order.
    let of_lockfile = |package: &Package| {
        lockfile.packages.iter().zip(compiled).find(|(locked, compiled)| {
            let source = package.source.as_ref().map(|source| source.repr.as_str());
            compiled.compiled
                && locked.name == package.name.as_str()
                && locked.version == package.version
                && locked.same_source(source)
        })
    };
    let materials: BTreeMap<String, (&Package, &LockedPackage)> = packages
        .all()
        .filter_map(|package| of_lockfile(package).map(|(_, compiled)| (purl(package), (package, compiled))))
        .collect();
    let reference: BTreeMap<&PackageId, &String> =
        materials.iter().map(|(purl, (package, _))| (&package.id, purl)).collect();
    let components: Vec<Value> = materials
        .iter()
        .filter(|(_, (package, _))| package.id != *root)
        .map(|(purl, (package, compiled))| component(purl, package, compiled, "library"))
        .collect();
    let dependencies: Vec<Value> = materials
        .iter()
        .map(|(purl, (package, _))| {
            let all = packages.dependencies(&package.id).filter_map(|id| reference.get(id).copied());
            let all: BTreeSet<&String> = all.collect();
            json!({ "ref": purl, "dependsOn": all })
        })
        .collect();
    let app = materials.iter().find(|(_, (package, _))| package.id == *root);
    let app = app.map(|(purl, (package, compiled))| component(purl, package, compiled, "application"));
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "tools": { "components": [{
                "type": "application", "name": "cargo-twelve", "version": env!("CARGO_PKG_VERSION"),
            }] },
            "component": app,
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(canonical_json(&document)?)
}

fn component(purl: &str, package: &Package, compiled: &LockedPackage, kind: &str) -> Value {
    let hashes = compiled.checksum.map(|checksum| json!([{ "alg": "SHA-256", "content": checksum }]));
    let licenses = package.license.as_ref().map(|license| {
        // An old way to write a choice, from before cargo asked for SPDX expressions.
        let expression = license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ");
        json!([{ "expression": expression }])
    });
    json!({
        "type": kind,
        "bom-ref": purl,
        "name": package.name.as_str(),
        "version": package.version,
        "purl": purl,
        "hashes": hashes,
        "licenses": licenses,
        "scope": if compiled.kinds.contains(&PackageKind::Normal) { "required" } else { "excluded" },
    })
}

/// The package's URL (<https://github.com/package-url/purl-spec>, types `cargo` and `generic` qualifiers).
fn purl(package: &Package) -> String {
    let version = encoded(&package.version.to_string());
    let plain = format!("pkg:cargo/{}@{version}", package.name);
    match package.source.as_ref().map(|source| source.repr.as_str()) {
        Some(source) if source.starts_with("git+") => format!("{plain}?vcs_url={}", encoded(source)),
        Some("registry+https://github.com/rust-lang/crates.io-index") | None => plain,
        Some(source) => {
            let address = source.split_once('+').map_or(source, |(_, address)| address);
            format!("{plain}?repository_url={}", encoded(address))
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b".-_~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn what_a_package_url_reserves_is_encoded() {
        assert_eq!(encoded("1.0.0+build.1"), "1.0.0%2Bbuild.1");
        assert_eq!(encoded("git+https://a/b#c"), "git%2Bhttps%3A%2F%2Fa%2Fb%23c");
    }
}
