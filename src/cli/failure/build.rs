//! What to do when a build cannot be made.

use super::{Advice, ExitCode, listed};
use crate::build::Error;

pub(super) fn advice(error: &Error) -> Advice {
    let refused = |hint: String| Advice::hint(ExitCode::Refused, hint);
    let data = |hint: &str| Advice::hint(ExitCode::Data, hint);
    match error {
        Error::Codebase(error) => super::codebase::advice(error),
        Error::App(error) => super::app::advice(error),
        Error::Artifact(error) => super::artifact::advice(error),
        Error::OutsideRepository { .. } => Advice::hint(ExitCode::Usage, "name a Cargo.toml of the repository"),
        Error::Machine { path, cause, .. } | Error::NotStarted { program: path, cause } => {
            super::machine::advice(cause, Some(path))
        }
        Error::NoCargo => refused("install Rust from https://rustup.rs, or set CARGO to a cargo".to_owned()),
        Error::NoToolchain { toolchain, .. } => refused(format!("rustup toolchain install {toolchain}")),
        Error::NoneChosen { .. } => refused("rustup default stable".to_owned()),
        Error::ToolchainByPath { .. } => refused("name a channel: `channel = \"stable\"`".to_owned()),
        Error::NoTarget { target, toolchain: Some(toolchain) } => {
            refused(format!("rustup target add {target} --toolchain {toolchain}"))
        }
        Error::NoTarget { target, toolchain: None } => refused(format!("rustup target add {target}")),
        Error::NoNamespace { .. } => {
            refused("build where `unshare -rm true` works, with a toolchain that has a folder of its own".to_owned())
        }
        Error::Setting { file, key, .. } => refused(format!("take `{key}` out of `{}`", file.display())),
        Error::BadSetting { file, .. } => {
            data(&format!("mend `{}`; cargo reads it too: `cargo build` says what it thinks of it", file.display()))
        }
        Error::WrongCrate { path, .. } => refused(format!("rm {} && cargo fetch --locked", path.display())),
        Error::WrongVendored { .. } => refused("cargo vendor, and commit what it changes".to_owned()),
        Error::NoCrate { .. } | Error::NoGitDependency { .. } => refused("cargo fetch --locked".to_owned()),
        Error::ForgedDownload { .. } => refused(
            "tell whoever runs the registry, or the mirror that your cargo config names; nothing of it was compiled"
                .to_owned(),
        ),
        Error::BadCrate { package, .. } => data(&format!(
            "depend on another version: `cargo update -p {}`, and tell who publishes it",
            package.replace(' ', "@")
        )),
        Error::Fetch { .. } => Advice::hint(ExitCode::Unavailable, "cargo fetch --locked"),
        Error::ForeignInput { .. } => refused(
            "commit the file and include it from there; what differs between machines is config, and read when it runs"
                .to_owned(),
        ),
        Error::Unverified { .. } => {
            refused("depend on it by a registry, by `git = \"...\"`, or by a path in the repository".to_owned())
        }
        Error::NotCompiled => Advice::told(ExitCode::Findings, None),
        Error::Interrupted { signal: 1 } => Advice::told(ExitCode::HungUp, None),
        Error::Interrupted { signal: 2 } => Advice::told(ExitCode::Interrupted, None),
        Error::Interrupted { .. } => Advice::told(ExitCode::Terminated, None),
        Error::NoSuchBin { known, .. } => data(&format!("`build.bins` may name {}", listed(known))),
        Error::BadBinary { .. } => refused(
            "`file` says what it is; `targets` in twelve.toml and the linker's settings decide what it becomes"
                .to_owned(),
        ),
        Error::ChangedByBuild { path } => refused(format!(
            "a build script may write to its OUT_DIR alone; `grep -rn '{path}' --include=build.rs .` finds who writes there"
        )),
        Error::Library(library) => {
            let declare = format!("`[build] system-libraries = [\"{}\"]` in twelve.toml declares it", library.library);
            refused(match &library.package {
                Some(package) => format!("package `{package}` most likely links it; {declare}"),
                None => format!("{declare}; `cargo tree -i` finds who links it"),
            })
        }
        Error::Glibc { .. } => {
            refused("build on a system with that version, or raise `build.max-glibc` in twelve.toml".to_owned())
        }
        Error::BadGlob { .. } => data("globs start at the folder of twelve.toml: `static/**`"),
        Error::Reserved { .. } => data("narrow `build.assets` in twelve.toml, or give the file another name"),
        Error::NoAsset { .. } => refused("narrow `build.assets` in twelve.toml, or commit the file itself".to_owned()),
        Error::NoBuildScript { .. } => data("`out-assets` names files that build.rs writes to its OUT_DIR"),
        Error::Misunderstood { .. } => Advice::fault(),
    }
}
