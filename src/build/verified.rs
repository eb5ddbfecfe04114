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
use super::vendor::vendor;
use super::vendored::Vendored;
use super::work_folder::{WorkFolder, remove_folder};
use crate::artifact::Digest;
use crate::codebase::{Lockfile, LockfilePackage};
use crate::report::{Event, Reporter, Work};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
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
    let verify_all = || {
        let progress = reporter.progress(&Work::VerifyingPackages { packages: packages.len() as u64 });
        on_every_core(&packages, |(package, checksum)| {
            verify_one(work, package, checksum, cache).inspect(|_| progress.advance(1))
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
    reporter.tell(&Event::LockVerified {
        packages: packages.len(),
        milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    Ok(())
}

fn verify_one(
    work: &WorkFolder,
    package: &LockfilePackage,
    checksum: &Digest,
    cache: &RegistryCache,
) -> Result<Verdict, Error> {
    let stem = package.stem();
    let cached = cache.look_for(&stem, checksum);
    let Some(bytes) = cached.bytes else { return Ok(Verdict::Missing { wrong: cached.wrong }) };
    let unpacked = CrateFile::unpack(&bytes, &stem)?;
    vendor(&work.vendor().join(&stem), &unpacked, checksum)?;
    let tampered = cache.tampered(&stem, &unpacked);
    Ok(Verdict::Verified { wrong: cached.wrong, tampered })
}

/// Removes folders of packages that the lockfile does not have.
fn remove_unlocked(work: &WorkFolder, packages: &[(&LockfilePackage, Digest)]) -> Result<(), Error> {
    let stems: BTreeSet<String> = packages.iter().map(|(package, _)| package.stem()).collect();
    let vendor = work.vendor();
    let read = |cause| Error::machine(&vendor, "read")(cause);
    for entry in fs::read_dir(&vendor).map_err(read)? {
        let entry = entry.map_err(read)?;
        if stems.contains(entry.file_name().to_string_lossy().as_ref()) {
            continue;
        }
        if entry.file_type().map_err(read)?.is_dir() {
            remove_folder(&entry.path())?;
        } else {
            fs::remove_file(entry.path()).map_err(Error::machine(entry.path(), "removed"))?;
        }
    }
    Ok(())
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
