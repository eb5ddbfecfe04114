//! The server's binary cannot build: what could is not in it. cargo itself is asked.

#![expect(clippy::expect_used, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeSet;
use std::process::Command;

/// The packages that a build of this crate with these features compiles, without those for tests.
fn packages(features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .args(features)
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

const BUILDERS: [&str; 4] = ["git2", "cargo_metadata", "handlebars", "dialoguer"];

#[test]
fn the_run_only_binary_holds_nothing_that_builds() {
    let packages = packages(&["--no-default-features"]);
    assert!(packages.contains("cargo-twelve") && packages.contains("rustix"), "cargo tree was understood");
    for builder in BUILDERS.into_iter().chain(["libgit2-sys", "libz-sys", "object", "cargo-lock", "toml_edit"]) {
        assert!(!packages.contains(builder), "`{builder}` is in the run-only binary");
    }
}

#[test]
fn the_whole_binary_holds_all_of_them() {
    let packages = packages(&[]);
    for builder in BUILDERS {
        assert!(packages.contains(builder), "`{builder}` was not recognised, so its absence elsewhere proves nothing");
    }
}

#[test]
fn no_async_runtime_is_in_the_run_stage() {
    let packages = packages(&["--no-default-features"]);
    for runtime in ["tokio", "async-std", "smol", "futures-executor"] {
        assert!(!packages.contains(runtime), "`{runtime}` is in the run-only binary");
    }
}
