//! Settings from outside the repository that would change what is compiled. They are kept out, and this file says
//! which: somebody set them for a reason, and the reason may belong into the commit.

use super::Error;
use super::outside::Outside;
use crate::report::Event;
use std::path::Path;

/// Variables that change what cargo, rustc or a C compiler makes. LD_LIBRARY_PATH is not named: cargo itself sets it for
/// its subcommands.
const NAMES: [&str; 20] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_BOOTSTRAP",
    "CC",
    "CXX",
    "AR",
    "LD",
    "CFLAGS",
    "CXXFLAGS",
    "CPPFLAGS",
    "LDFLAGS",
    "LIBRARY_PATH",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "PKG_CONFIG_PATH",
    "LD_PRELOAD",
];

/// Beginnings of the names of such variables.
const PREFIXES: [&str; 10] = [
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CARGO_BUILD_RUST",
    "CARGO_BUILD_TARGET",
    "CARGO_UNSTABLE_",
    "CC_",
    "CXX_",
    "AR_",
    "CFLAGS_",
    "CXXFLAGS_",
];

/// What is said of wrappers.
const WRAPPER: &str = "a wrapper is no part of a commit; the work folder keeps a build warm without one";

/// What was kept out, a warning a place.
///
/// # Errors
/// Where something cannot be kept out: cargo reads the root folder's config whatever its working directory is.
pub(super) fn kept_out(outside: &Outside, repository: &Path) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    let names: Vec<&str> =
        outside.environment.keys().filter_map(|name| name.to_str()).filter(|name| meddles(name)).collect();
    if !names.is_empty() {
        events.push(Event::warning_with_hint(
            format!("kept out of the build, from the environment: {}", listed(&names)),
            advice(&names),
        ));
    }
    for file in outside.config_files().into_iter().filter(|file| !file.path.starts_with(repository)) {
        let keys = file.meddling_keys();
        if keys.is_empty() {
            continue;
        }
        if file.path.parent() == Some(Path::new("/.cargo")) {
            let why = "cargo reads this file for every build on this machine, so it cannot be kept out";
            return Err(Error::Setting { file: file.path, key: keys.join("`, `"), why });
        }
        events.push(Event::warning_with_hint(
            format!("kept out of the build, from `{}`: {}", file.path.display(), listed(&keys)),
            advice_for_keys(&keys),
        ));
    }
    Ok(events)
}

/// What is told of a CARGO that is no toolchain's own, where rustup knows the toolchain.
pub(super) fn kept_out_wrapper(cargo: &Path) -> Event {
    Event::warning_with_hint(
        format!("kept out of the build, from the environment: `CARGO`, which names `{}`", cargo.display()),
        WRAPPER,
    )
}

fn meddles(name: &str) -> bool {
    let harmless = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"];
    !harmless.contains(&name)
        && !name.ends_with("_RUNNER")
        && (NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

/// Where the first of these belongs, if it should hold for every build.
fn advice(names: &[&str]) -> &'static str {
    let any = |parts: &[&str]| names.iter().any(|name| parts.iter().any(|part| name.contains(part)));
    if any(&["RUSTFLAGS"]) {
        "flags for every build belong into the repository's `.cargo/config.toml`: `[build] rustflags = [...]`"
    } else if any(&["CARGO_PROFILE_"]) {
        "a profile for every build belongs into the workspace's Cargo.toml: `[profile.release]`"
    } else if any(&["WRAPPER"]) {
        WRAPPER
    } else {
        "what should hold for every build belongs into the repository's `.cargo/config.toml`: `[env]`, `[target.*]`"
    }
}

/// Where the first of these keys of a config file belongs, if it should hold for every build.
fn advice_for_keys(keys: &[String]) -> &'static str {
    let any = |parts: &[&str]| keys.iter().any(|key| parts.iter().any(|part| key.starts_with(part)));
    if any(&["paths", "patch."]) {
        "another source of a package belongs into the workspace's Cargo.toml, where Cargo.lock knows it: `[patch]`"
    } else if any(&["source."]) {
        "sources other than the registry's belong into the repository: `cargo vendor`, and commit what it makes"
    } else if any(&["profile."]) {
        "a profile for every build belongs into the workspace's Cargo.toml: `[profile.release]`"
    } else {
        "what should hold for every build belongs into the repository's own `.cargo/config.toml`"
    }
}

fn listed<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::meddles;

    #[test]
    fn what_changes_a_build_is_told_from_what_does_not() {
        for name in ["RUSTFLAGS", "CARGO_PROFILE_RELEASE_LTO", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", "CC"] {
            assert!(meddles(name), "{name}");
        }
        let harmless =
            ["CARGO_TARGET_DIR", "CARGO_HOME", "CARGO_BUILD_JOBS", "CARGO_TERM_COLOR", "CARGO_TARGET_X_RUNNER"];
        for name in harmless {
            assert!(!meddles(name), "{name}");
        }
    }
}
