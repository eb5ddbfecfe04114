//! The build stage: a commit of the codebase becomes a build.
//!
//! What is compiled is a function of the commit and the toolchain and of nothing else. [`plan`] decides, from the
//! commit alone, what will be built, and its digest finds a build that was made before; [`make`] acts: it exports the
//! commit, verifies the sources of its dependencies, compiles in a clean environment, and packs.
//!
//! ```text
//! plan          repository_settings, toolchain, flags, and of the user's side: outside, kept_out
//! work_folder   source, touch                      the exported commit
//!               places, namespace                  where it stands for the compiler
//!               verified, vendor, crate_file, ...  the sources of its dependencies
//!               clean_cargo, compile               cargo, with nothing from outside
//! bundle        compiled, elf, sbom, assets        what came out
//! working_tree  what dev runs: compiled as it stands, and no build
//! ```
//!
//! It knows no store, no release and no number: what it makes is handed on by its caller.

mod afresh;
mod assets;
mod bundle;
mod clean_cargo;
mod compile;
mod compiled;
mod crate_file;
mod crew;
mod elf;
mod error;
mod fetch;
mod flags;
mod git_dependencies;
mod inputs;
mod kept_out;
mod linking;
mod namespace;
mod outside;
mod places;
mod plan;
mod process_group;
mod registry_cache;
mod repository_settings;
mod sbom;
mod sections;
mod source;
mod toolchain;
mod touch;
mod vendor;
mod vendored;
mod verified;
mod work_folder;
#[cfg(target_os = "linux")]
pub mod working_tree;

pub use bundle::Bundle;
pub use elf::ForeignLibrary;
pub use error::Error;
pub use outside::Outside;
pub use plan::{Plan, PlannedBuild, Request, plan};
pub use sections::{Section, sections};

use crate::codebase::cargo::Package;
use crate::codebase::{self, Manifests, Packages, bin_names, path_outside};
use crate::report::{BuildEvent, Event, Reporter};
use bundle::{Parts, bundle};
use clean_cargo::CleanCargo;
use compile::compile;
use compiled::Compiled;
use fetch::Fetch;
use places::Places;
use registry_cache::RegistryCache;
use std::process::Command;
use std::sync::Arc;
use touch::touch;
use vendored::Vendored;
use work_folder::WorkFolder;

/// Makes the builds of a plan that are wanted, one bundle each, in their order.
///
/// # Errors
/// Where a rule forbids it, the commit does not compile, or the machine fails.
pub fn make(
    plan: &Plan,
    wanted: &[&PlannedBuild],
    outside: &Outside,
    reporter: &Reporter,
) -> Result<Vec<Bundle>, Error> {
    let work = Arc::new(WorkFolder::take(&plan.work, reporter)?);
    let (export, changed) = source::export(&work, &plan.repository, &plan.snapshot, outside.now, reporter)?;
    let files = plan.snapshot.len();
    reporter.tell(&Event::Build(BuildEvent::SourceExported { commit: plan.commit.id(), changed, files }));
    provide_dependencies(plan, &work, outside, reporter)?;

    let places = Places::of(plan.source_path, &work, &plan.toolchain)?;
    let cargo = CleanCargo {
        work: &work,
        places: &places,
        configs: plan.settings.paths().map(|path| places.source.join(path)).collect(),
    };
    cargo.write_config(&plan.lockfile, outside)?;
    let packages = read_packages(plan, &cargo)?;
    let package = chosen_package(plan, &packages, &places)?;
    touch(&work, &places, &packages, &export)?;

    let mut bundles = Vec::with_capacity(wanted.len());
    for planned in wanted {
        let (name, target) = (package.name.to_string(), planned.target.clone());
        reporter.tell(&Event::Build(BuildEvent::Compiling { package: name, target }));
        let compiled = Compiled::of(compile(&mut cargo_build(plan, planned, &cargo, package, reporter))?);
        source::refuse_changed(&work, &plan.snapshot)?;
        inputs::refuse_foreign(&compiled, &packages, &places)?;
        let parts = Parts { plan, planned, work: &work, places: &places, packages: &packages, package, compiled };
        bundles.push(bundle(&parts, reporter)?);
    }
    work.succeed()?;
    Ok(bundles)
}

/// Makes the sources of all dependencies stand, verified.
fn provide_dependencies(plan: &Plan, work: &WorkFolder, outside: &Outside, reporter: &Reporter) -> Result<(), Error> {
    let folders = plan.settings.vendored();
    let fetch = Fetch {
        outside,
        toolchain: &plan.toolchain,
        source: work.source(),
        manifest: codebase::beside(&plan.package.folder, "Cargo.toml"),
        lockfile: plan.lockfile.path.clone(),
        configs: plan.settings.paths().map(|path| work.source().join(path)).collect(),
        vendored: !folders.is_empty(),
    };
    let home = outside.cargo_home();
    let cache = RegistryCache::of(home.clone().unwrap_or_default());
    let vendored = Vendored { repository: &plan.repository, snapshot: &plan.snapshot, folders };
    verified::verify(work, &plan.lockfile, &cache, &fetch, &vendored, reporter)?;
    git_dependencies::provide(work, &plan.lockfile, home.as_deref(), &fetch, reporter)
}

/// What cargo says of the packages. Where it cannot read them, a path that leaves the repository is the likeliest
/// cause, and cargo's own words would name a folder that the user never saw.
fn read_packages(plan: &Plan, cargo: &CleanCargo<'_>) -> Result<Packages, Error> {
    let manifest = cargo.places.source.join(codebase::beside(&plan.package.folder, "Cargo.toml"));
    let mut command = cargo.command("metadata");
    command.args(["--format-version", "1", "--frozen", "--color", "never", "--manifest-path"]).arg(&manifest);
    let packages = Packages::read(&mut cargo.places.command(command), &plan.lockfile.path);
    if matches!(packages, Err(codebase::Error::Metadata { .. }))
        && let Some(outside) = path_outside(&Manifests::of(&plan.repository, &plan.snapshot)?)
    {
        return Err(outside.into());
    }
    Ok(packages?)
}

/// The package that was chosen, as cargo knows it, and nothing of it or its dependencies outside the commit.
fn chosen_package<'a>(plan: &Plan, packages: &'a Packages, places: &Places) -> Result<&'a Package, Error> {
    let source = &places.source;
    let workspace = source.join(&plan.package.workspace);
    if packages.workspace_root() != workspace.components().as_path() {
        let found = packages.workspace_root().display();
        return Err(Error::Misunderstood {
            said: format!("the workspace is `{found}`, not `{}`", workspace.display()),
        });
    }
    if let Some(outside) =
        packages.all().find(|package| package.source.is_none() && !package.manifest_path.starts_with(source))
    {
        let path = outside.manifest_path.to_string();
        return Err(codebase::Error::PathOutside { manifest: plan.lockfile.path.clone(), path }.into());
    }
    let manifest = source.join(codebase::beside(&plan.package.folder, "Cargo.toml"));
    let name = &plan.package.name;
    let package = packages.member(&manifest).ok_or_else(|| codebase::Error::NoPackage {
        package: name.clone(),
        known: packages
            .all()
            .filter(|package| package.source.is_none())
            .map(|package| package.name.to_string())
            .collect(),
    })?;
    let bins = bin_names(package);
    if bins.is_empty() {
        return Err(codebase::Error::NoBin { package: name.clone(), with_bins: Vec::new() }.into());
    }
    match plan.declaration.build.bins.iter().find(|bin| !bins.contains(bin)) {
        Some(bin) => Err(Error::NoSuchBin { package: name.clone(), bin: bin.clone(), known: bins }),
        None => Ok(package),
    }
}

/// The call that compiles.
fn cargo_build(
    plan: &Plan,
    planned: &PlannedBuild,
    cargo: &CleanCargo<'_>,
    package: &Package,
    reporter: &Reporter,
) -> Command {
    let settings = &plan.declaration.build;
    let mut command = cargo.command("build");
    command
        .args(["--release", "--frozen", "--message-format", "json-render-diagnostics"])
        .args(["--target", &planned.target, "--package", &package.id.repr])
        .arg("--manifest-path")
        .arg(&package.manifest_path)
        .arg("--target-dir")
        .arg(&cargo.places.target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags::encoded(&planned.rustflags, cargo.places));
    if settings.bins.is_empty() {
        command.arg("--bins");
    }
    for bin in &settings.bins {
        command.args(["--bin", bin]);
    }
    if !settings.features.is_empty() {
        command.args(["--features", &settings.features.join(",")]);
    }
    match anstream::ColorChoice::global() {
        anstream::ColorChoice::Auto => {}
        anstream::ColorChoice::Never => drop(command.args(["--color", "never"])),
        anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => drop(command.args(["--color", "always"])),
    }
    match reporter.verbosity() {
        crate::report::Verbosity::Quiet => drop(command.arg("--quiet")),
        crate::report::Verbosity::Normal => {}
        crate::report::Verbosity::Verbose => drop(command.arg("--verbose")),
    }
    cargo.places.command(command)
}
