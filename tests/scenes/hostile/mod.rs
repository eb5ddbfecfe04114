//! Hostile archives, made from raw headers by a generator of our own and fed to the real unpack: the cache, with a
//! store that holds them. Each record names exactly the bytes that the store has, digests and all, so that nothing but
//! the reader itself can find what is wrong. For each: an error, no panic, and nothing written.

mod base;
mod manifests;
mod streams;
mod tars;

use super::scene::Scene;
use base::Base;
use cargo_twelve::artifact::{Digest, ReleaseRecord, ReleasedBuild};
use cargo_twelve::run::Cache;
use cargo_twelve::store::{Location, Store};
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// A tarball that nobody should unpack.
pub(crate) struct Hostile {
    /// What is wrong with it.
    pub(crate) name: String,
    /// Its bytes, gzip and all.
    pub(crate) gz: Vec<u8>,
    /// The digest of its tar, as far as it has one.
    pub(crate) id: Digest,
    /// The digest of the manifest at its front.
    pub(crate) manifest: Digest,
}

/// A release that names none of them: what their builds are said to be of.
fn record(scene: &Scene) -> ReleaseRecord {
    let released = super::ledger::release(scene, "");
    ReleaseRecord::from_bytes(released.id, &fs::read(released.record).expect("a record")).expect("a release")
}

/// Every path below a folder, with the content of files.
fn listing(folder: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).expect("a folder").map(|entry| entry.expect("an entry")) {
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                open.push(entry.path());
            }
            let content = kind.is_file().then(|| fs::read(entry.path()).expect("bytes"));
            found.insert(entry.path().display().to_string(), content);
        }
    }
    found
}

/// The error that the real unpack gives; what came out instead, where there is none.
fn refusal(scene: &Scene, record: &ReleaseRecord, hostile: &Hostile) -> Result<String, String> {
    let (gz_sha256, gz_size) = (Digest::of(&hostile.gz), hostile.gz.len() as u64);
    let build = ReleasedBuild {
        target: format!("{}-unknown-linux-gnu", std::env::consts::ARCH),
        id: hostile.id,
        gz_sha256,
        gz_size,
        manifest_sha256: hostile.manifest,
    };
    let folder = scene.store().join(format!("shop/builds/{}", build.id));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("{gz_sha256}.tar.gz")), &hostile.gz).expect("a tarball");
    let store = Store::at(&Location::parse(&scene.store(), &scene.path()).expect("a location"));
    let cache = Cache::at(&scene.cache());
    let read = catch_unwind(AssertUnwindSafe(|| cache.tree(&store, record, &build).map(|tree| tree.path)));
    fs::remove_dir_all(&folder).expect("removed");
    match read {
        Ok(Ok(path)) => Err(format!("it was unpacked to {}", path.display())),
        Ok(Err(error)) => {
            let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
            Ok(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
        }
        Err(_) => Err("it panicked".to_owned()),
    }
}

/// Feeds them all and says how many there were.
fn all_are_refused(family: &str, hostiles: impl Iterator<Item = Hostile>) -> usize {
    let scene = Scene::new();
    let record = record(&scene);
    // What a hostile archive would like to reach: named relatively, absolutely, and through links.
    scene.write("../victim", "untouched");
    fs::create_dir_all(scene.cache().join("shop")).expect("a cache");
    let before = listing(scene.path().parent().expect("a parent"));
    let (mut count, mut faults) = (0, Vec::new());
    for hostile in hostiles {
        count += 1;
        match refusal(&scene, &record, &hostile) {
            Ok(error) if error.is_empty() => faults.push(format!("{}: an empty error", hostile.name)),
            Ok(_) => {}
            Err(fault) => faults.push(format!("{}: {fault}", hostile.name)),
        }
        if listing(scene.path().parent().expect("a parent")) != before {
            faults.push(format!("{}: something was written", hostile.name));
            break;
        }
    }
    println!("{family}: {count} hostile archives, {} faults", faults.len());
    assert!(faults.is_empty(), "{faults:#?}");
    count
}

#[test]
fn no_hostile_archive_is_unpacked_writes_anything_or_panics() {
    let base = Base::new();
    let count = all_are_refused("headers", tars::headers(&base))
        + all_are_refused("names", tars::names(&base))
        + all_are_refused("entries", tars::entries(&base))
        + all_are_refused("truncation", streams::truncated(&base))
        + all_are_refused("streams", streams::streams(&base))
        + all_are_refused("manifests", manifests::manifests(&base));
    println!("{count} hostile archives: each has its error, 0 writes, 0 panics");
    assert!(count >= 300, "{count}");
}

#[test]
fn the_archive_that_they_are_made_from_is_a_good_one() {
    let scene = Scene::new();
    let record = record(&scene);
    let base = Base::new();
    let good = base.hostile("nothing", &base.tar());
    let path = refusal(&scene, &record, &good).expect_err("it is unpacked");
    assert!(path.contains(&good.id.to_string()), "{path}");
    assert!(scene.cache().join(format!("shop/{}/app/bin/shop", good.id)).is_file());
}
