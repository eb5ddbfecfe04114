//! Who links a shared library. A binary says what it needs and not who asked for it; a build script tells cargo, and an
//! attribute of the source tells rustc alone. So it is a guess, and only ever said as one.

use super::compiled::Compiled;
use super::places::Places;
use crate::codebase::Packages;
use crate::codebase::cargo::Package;
use regex_lite::Regex;
use std::fs;
use std::path::Path;

/// The package that most likely links a library, which is known by its file name, `libz.so.1`.
pub(super) fn linking_package(
    library: &str,
    compiled: &Compiled,
    packages: &Packages,
    places: &Places,
) -> Option<String> {
    let stem = library.split(".so").next().unwrap_or(library);
    let name = stem.strip_prefix("lib").unwrap_or(stem);
    let asks = |linked: &str| {
        // `KIND:MODIFIERS=NAME:RENAME`, of which all but the name is optional (the Cargo book, "rustc-link-lib").
        let linked = linked.rsplit_once('=').map_or(linked, |(_, linked)| linked);
        [name, library].contains(&linked) || linked.split(':').next() == Some(name)
    };
    let scripted = || compiled.scripted().find(|(_, linked)| linked.iter().any(|one| asks(one))).map(|(id, _)| id);
    let found = scripted().and_then(|id| packages.by_id(id)).or_else(|| {
        let attribute = Regex::new(&format!(r#"\blink\s*\([^)]*\bname\s*=\s*"{}""#, regex_lite::escape(name))).ok()?;
        let mut all = compiled.packages().filter_map(|id| packages.by_id(id));
        all.find(|package| source_has(package, places, &attribute))
    });
    found.map(|package| package.name.to_string())
}

/// Whether a Rust source of a package has this attribute.
fn source_has(package: &Package, places: &Places, attribute: &Regex) -> bool {
    let folder = package.manifest_path.parent().map(|folder| places.here(folder.as_std_path()));
    folder.is_some_and(|folder| folder_has(&folder, attribute))
}

fn folder_has(folder: &Path, attribute: &Regex) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => !path.join("Cargo.toml").exists() && folder_has(&path, attribute),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs") => {
                fs::read_to_string(&path).is_ok_and(|text| attribute.is_match(&text))
            }
            _ => false,
        }
    })
}
