//! The flags of rustc. RUSTFLAGS replaces the config's flags instead of adding to them, so the effective list is
//! computed here, and the paths of this machine are remapped in it.
//!
//! Whether a remap flag is present changes the hashes of all units; the paths in it do not. So every build has the same
//! three, in the same order, to the same names, wherever its source stands.

use super::namespace::{CARGO_HOME, SOURCE, TARGET};
use super::places::Places;

/// What the compiler writes instead of cargo's home, the source folder and the target folder: where they stand when it
/// runs in a namespace. rustc takes the last prefix that matches, and the source folder lies in the home.
const NAMES: [&str; 3] = [CARGO_HOME, SOURCE, TARGET];

/// The remap flags for these three folders.
fn remaps(folders: [&str; 3]) -> impl Iterator<Item = String> {
    folders.into_iter().zip(NAMES).map(|(folder, name)| format!("--remap-path-prefix={folder}={name}"))
}

/// The flags as a build records them, without a path of this machine.
pub(super) fn recorded(effective: &[String]) -> Vec<String> {
    effective.iter().cloned().chain(remaps(["$CARGO_HOME", "$SRC", "$TARGET"])).collect()
}

/// The flags as cargo takes them in `CARGO_ENCODED_RUSTFLAGS`: separated by the byte 0x1f.
pub(super) fn encoded(effective: &[String], places: &Places) -> String {
    let folders = [&places.cargo_home, &places.source, &places.target].map(|folder| folder.display().to_string());
    let remaps = remaps(folders.each_ref().map(String::as_str));
    effective.iter().cloned().chain(remaps).collect::<Vec<_>>().join("\u{1f}")
}
