//! The verified sources: what is compiled of a registry is the bytes whose sha256 Cargo.lock names.
//!
//! `cargo build --locked` does not see to that: it compiles an edited file of its unpacked sources, a cached `.crate`
//! that was replaced, and a directory source with a forged list of checksums. So every `.crate` of the lockfile is
//! hashed, and unpacked from the bytes just hashed into a folder that replaces the registry. Where one is missing, the
//! user's own cargo fetches it, with their mirrors and credentials: it does not matter who gives the right bytes.

use super::Error;
use super::crate_file::CrateFile;
use super::crew::on_every_core;
use super::fetch::Fetch;
use super::registry_cache::RegistryCache;
use super::vendor::{package_folder, source_folder, vendor};
use super::vendored::Vendored;
use super::work_folder::{WorkFolder, remove_folder};
use crate::artifact::Digest;
use crate::codebase::{Lockfile, LockfilePackage};
use crate::report::{BuildEvent, Event, Reporter, Work};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What became of a package.
enum Verdict {
    /// Its verified files stand. A file of the user's own copy differs.
    Verified { wrong: Vec<PathBuf>, tampered: Option<PathBuf> },
    /// Its `.crate` is nowhere; these are called like it.
    Missing { wrong: Vec<PathBuf> },
}

/// Makes the vendor folder hold every registry package of the lockfile, verified, and nothing else.
pub(super) fn verify(
    work: &WorkFolder,
    lockfile: &Lockfile,
    cache: &RegistryCache,
    fetch: &Fetch<'_>,
    vendored: &Vendored<'_>,
    reporter: &Reporter,
) -> Result<(), Error> {
    let started = Instant::now();
    let packages: Vec<(&LockfilePackage, Digest)> = lockfile.of_registries().collect();
    remove_unlocked(work, &packages)?;
    let default = work.cargo_home().join(source_folder("", true));
    fs::create_dir_all(&default).map_err(Error::machine(default, "made"))?;
    let verify_all = || {
        let progress = reporter.progress(&Work::VerifyingPackages { packages: packages.len() as u64 });
        on_every_core(&packages, |(package, checksum)| {
            verify_one(work, package, checksum, &namesakes(&packages, package, checksum), cache)
                .inspect(|_| progress.advance(1))
        })
    };
    let mut verdicts = verify_all()?;

    // cargo keeps a `.crate` of the right name whatever it holds, so only those that are not there can be fetched.
    if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Missing { wrong } if wrong.is_empty())) {
        fetch.run(reporter)?;
        verdicts = verify_all()?;
    }
    for ((package, _), verdict) in packages.iter().zip(verdicts) {
        match verdict {
            Verdict::Missing { wrong } => {
                let package = package.stem();
                return Err(match wrong.into_iter().next() {
                    Some(path) => Error::WrongCrate { package, path },
                    None => Error::NoCrate { package },
                });
            }
            Verdict::Verified { wrong, tampered } => tell(package, wrong, tampered, reporter),
        }
    }
    vendored.verify(&packages, work)?;
    reporter.tell(&Event::Build(BuildEvent::LockVerified {
        packages: packages.len(),
        milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    }));
    Ok(())
}

/// The checksums of packages of other registries that have the same name and version.
fn namesakes(packages: &[(&LockfilePackage, Digest)], package: &LockfilePackage, checksum: &Digest) -> Vec<Digest> {
    // They are sorted by name and version.
    let same = |other: &LockfilePackage| (&other.name, &other.version).cmp(&(&package.name, &package.version));
    let start = packages.partition_point(|(other, _)| same(other).is_lt());
    let all = packages[start..].iter().take_while(|(other, _)| same(other).is_eq());
    all.map(|(_, other)| *other).filter(|other| other != checksum).collect()
}

fn verify_one(
    work: &WorkFolder,
    package: &LockfilePackage,
    checksum: &Digest,
    namesakes: &[Digest],
    cache: &RegistryCache,
) -> Result<Verdict, Error> {
    let stem = package.stem();
    let cached = cache.look_for(&stem, checksum, namesakes);
    let Some(bytes) = cached.bytes else { return Ok(Verdict::Missing { wrong: cached.wrong }) };
    let unpacked = CrateFile::unpack(&bytes, &stem)?;
    vendor(&work.cargo_home().join(package_folder(package)), &unpacked, checksum)?;
    let tampered = cache.tampered(&stem, &unpacked, &cached.of_namesakes);
    Ok(Verdict::Verified { wrong: cached.wrong, tampered })
}

/// Removes folders of packages that the lockfile does not have.
fn remove_unlocked(work: &WorkFolder, packages: &[(&LockfilePackage, Digest)]) -> Result<(), Error> {
    let home = work.cargo_home();
    let locked: BTreeSet<PathBuf> = packages.iter().map(|(package, _)| home.join(package_folder(package))).collect();
    for source in entries(&home)? {
        if !source.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vendor")) {
            continue;
        }
        // Never through a link: what it leads to is not ours.
        if source.is_symlink() {
            remove(&source)?;
            continue;
        }
        entries(&source)?.iter().filter(|path| !locked.contains(*path)).try_for_each(|path| remove(path))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    if path.is_dir() && !path.is_symlink() {
        return remove_folder(path);
    }
    fs::remove_file(path).map_err(Error::machine(path, "removed"))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    read.map_err(Error::machine(folder, "read"))
}

/// Says what was kept out of the build.
fn tell(package: &LockfilePackage, wrong: Vec<PathBuf>, tampered: Option<PathBuf>, reporter: &Reporter) {
    for path in wrong {
        reporter.tell(&Event::warning_with_hint(
            format!(
                "kept out of the build: `{}` is not the `{}` that Cargo.lock names",
                path.display(),
                package.stem()
            ),
            format!("rm {}", path.display()),
        ));
    }
    if let Some(path) = tampered {
        let folder = path.ancestors().find(|folder| folder.ends_with(package.stem())).unwrap_or(&path);
        reporter.tell(&Event::warning_with_hint(
            format!(
                "kept out of the build: `{}` is not what the registry published of `{}`; a plain cargo build would \
                 compile it",
                path.display(),
                package.stem()
            ),
            format!("rm -r {}", folder.display()),
        ));
    }
}
