//! Git dependencies: the objects of their repositories are copied into our own CARGO_HOME, where cargo checks the locked
//! commit out without a network. git names objects by their content, so the commit is what the lockfile says; a
//! checkout that differs from it is thrown away before cargo sees it.

use super::Error;
use super::fetch::Fetch;
use super::work_folder::{WorkFolder, remove_folder};
use crate::codebase::{Lockfile, Place, has_commit, is_clean_checkout, tampered_checkout};
use crate::report::{Event, Reporter};
use std::fs;
use std::path::{Path, PathBuf};

/// Makes our CARGO_HOME hold the objects of every git dependency of the lockfile, and no checkout that differs.
pub(super) fn provide(
    work: &WorkFolder,
    lockfile: &Lockfile,
    user_home: Option<&Path>,
    fetch: &Fetch<'_>,
    reporter: &Reporter,
) -> Result<(), Error> {
    let own = work.cargo_home().join("git/db");
    let mut fetched = false;
    let mut revisions: Vec<&str> = Vec::new();
    for package in &lockfile.packages {
        let Place::Git { url, revision } = &package.place else { continue };
        revisions.push(revision);
        if folders(&own).iter().any(|objects| has_commit(objects, revision)) {
            continue;
        }
        let theirs = || {
            let all = user_home.map(|home| folders(&home.join("git/db"))).unwrap_or_default();
            all.into_iter().filter(|objects| has_commit(objects, revision)).collect::<Vec<_>>()
        };
        let mut found = theirs();
        if found.is_empty() && !fetched {
            fetch.run(reporter)?;
            fetched = true;
            found = theirs();
        }
        if found.is_empty() {
            let (url, revision) = (url.clone(), revision.clone());
            return Err(Error::NoGitDependency { package: package.stem(), url, revision });
        }
        // A fork has the same commits: every copy that has this one is taken, and cargo picks by the address.
        for objects in found {
            let Some(name) = objects.file_name() else { continue };
            let place = own.join(name);
            remove_folder(&place)?;
            copy(&objects, &place)?;
        }
    }
    if let Some(home) = user_home {
        tell_tampered(&home.join("git/checkouts"), &own, &revisions, reporter);
    }
    remove_unclean(&work.cargo_home().join("git/checkouts"), &own, &revisions)
}

/// Says which of the user's own checkouts a plain cargo build would compile although they differ from their commit.
fn tell_tampered(checkouts: &Path, own: &Path, revisions: &[&str], reporter: &Reporter) {
    for (objects, checkout) in all_checkouts(checkouts, own) {
        let locked = revisions.iter().filter(|revision| is_named_by(&checkout, revision));
        for path in locked.filter_map(|revision| tampered_checkout(&objects, revision, &checkout)) {
            reporter.tell(&Event::warning_with_hint(
                format!(
                    "kept out of the build: `{}` is not of the commit that Cargo.lock names; a plain cargo build would \
                     compile it",
                    path.display()
                ),
                format!("rm -r {}", checkout.display()),
            ));
        }
    }
}

/// Removes checkouts of other commits, and those that differ from their commit.
fn remove_unclean(checkouts: &Path, own: &Path, revisions: &[&str]) -> Result<(), Error> {
    for (objects, checkout) in all_checkouts(checkouts, own) {
        let clean = revisions
            .iter()
            .filter(|revision| is_named_by(&checkout, revision))
            .any(|revision| is_clean_checkout(&objects, revision, &checkout));
        if !clean {
            remove_folder(&checkout)?;
        }
    }
    Ok(())
}

/// The checkouts in a folder of cargo's, each after the objects that it is of.
fn all_checkouts(checkouts: &Path, own: &Path) -> Vec<(PathBuf, PathBuf)> {
    let of_one = |repository: PathBuf| {
        let objects = own.join(repository.file_name().unwrap_or_default());
        folders(&repository).into_iter().map(move |checkout| (objects.clone(), checkout))
    };
    folders(checkouts).into_iter().flat_map(of_one).collect()
}

/// cargo names a checkout by the first digits of its commit.
fn is_named_by(checkout: &Path, revision: &str) -> bool {
    let short = checkout.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    !short.is_empty() && revision.starts_with(&short)
}

fn folders(above: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(above).into_iter().flatten().flatten();
    let mut folders: Vec<_> = read.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort_unstable();
    folders
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::machine(to, "made"))?;
    let read = |cause| Error::machine(from, "read")(cause);
    for entry in fs::read_dir(from).map_err(read)? {
        let entry = entry.map_err(read)?;
        let place = to.join(entry.file_name());
        if entry.file_type().map_err(read)?.is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), &place).map_err(Error::machine(&place, "written"))?;
        }
    }
    Ok(())
}
