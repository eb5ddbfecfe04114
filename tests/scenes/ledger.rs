//! A ledger for scenes: releases made by the library's own hands, without the build stage, from the fixture program.

use super::scene::Scene;
use cargo_twelve::app::Sources;
use cargo_twelve::artifact::{
    BuildManifest, Content, Digest, Lockfile, Member, Mode, ReleaseId, ReleaseRecord, SourcePath, System, Toolchain,
    TreeFile, hash_file, pack,
};
use cargo_twelve::report::Progress;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A release that a scene made.
pub(crate) struct Released {
    pub(crate) id: ReleaseId,
    pub(crate) build: Digest,
    pub(crate) tarball: PathBuf,
    pub(crate) record: PathBuf,
}

/// The fixture program, compiled once.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shop.rs");
        let (digest, _) = hash_file(&source).expect("the fixture is there");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = folder.join(format!("static-shop-{}", digest.short()));
        if !program.exists() {
            let unfinished = folder.join(format!("shop-{}", std::process::id()));
            let status = Command::new("rustc")
                // Static, so that it also runs where there is nothing but itself.
                .args(["--edition", "2024", "-Copt-level=1", "-Cstrip=symbols", "-Ctarget-feature=+crt-static", "-o"])
                .args([&unfinished, &source])
                .status();
            assert!(status.expect("rustc starts").success(), "the fixture compiles");
            std::fs::rename(&unfinished, &program).expect("it gets its name");
        }
        program
    })
}

/// Releases the fixture program with this declaration, and gives the release.
pub(crate) fn release(scene: &Scene, twelve_toml: &str) -> Released {
    release_needing(scene, twelve_toml, System::default())
}

/// The same, where the build says that it needs this of the machine.
pub(crate) fn release_needing(scene: &Scene, twelve_toml: &str, system: System) -> Released {
    release_for(scene, twelve_toml, &[(&host(), system)])
}

/// The target of this machine.
pub(crate) fn host() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

/// The same program for each of these targets, sorted, which say what they need; the release's files are the first's.
pub(crate) fn release_for(scene: &Scene, twelve_toml: &str, targets: &[(&str, System)]) -> Released {
    let twelve_toml = format!("[app]\nname = \"shop\"\n{twelve_toml}");
    let bytes = std::fs::read(program()).expect("the fixture is there");
    let members = [
        member("app/Cargo.lock", Mode::Plain, b"version = 4\n"),
        member("app/bin/shop", Mode::Executable, &bytes),
        member("app/static/deep/hello.txt", Mode::Plain, b"hello\n"),
        member("app/static/empty", Mode::Plain, b""),
        member("app/twelve.toml", Mode::Plain, twelve_toml.as_bytes()),
    ];
    let manifest = manifest(&twelve_toml, &members);
    let tarball = scene.path().join("build.tar.gz");
    let store = scene.opened_store();
    store.keep_codebase(&manifest.app, &["a".repeat(40)]).expect("kept");
    let kept = |(target, system): &(&str, System)| {
        let manifest = BuildManifest { system: system.clone(), target: (*target).to_owned(), ..manifest.clone() };
        let file = std::fs::File::create(&tarball).expect("a file");
        let packed = pack(&manifest, &members, file, &Progress::unseen()).expect("packed");
        store.keep_build(&manifest, &packed, &tarball).expect("kept")
    };
    let builds: Vec<_> = targets.iter().map(kept).collect();
    let build = builds.first().expect("a target").clone();
    let newest = store.newest(&manifest.app).expect("readable");
    let id = newest.map_or(ReleaseId::FIRST, ReleaseId::next);
    let previous =
        newest.map(|id| Digest::of(&store.record_bytes(&manifest.app, id).expect("readable").expect("there")));
    let record = ReleaseRecord {
        format: 1,
        app: manifest.app.clone(),
        release: id,
        version: manifest.version.clone(),
        commit: manifest.commit.clone(),
        branch: Some("main".to_owned()),
        remote: None,
        roots: vec!["a".repeat(40)],
        builds,
        previous,
        created: "2026-11-22T17:00:00Z".parse().expect("a time"),
        created_by: "ada".to_owned(),
        message: None,
        nonce: "0".repeat(32),
    };
    store.create_record(&manifest.app, id, &record.to_bytes().expect("bytes")).expect("created");
    let app = scene.store().join("shop");
    Released {
        id,
        build: build.id,
        tarball: app.join(format!("builds/{}/{}.tar.gz", build.id, build.gz_sha256)),
        record: app.join(format!("releases/{id}.json")),
    }
}

/// A build of a few small files, and what it is packed from.
pub(crate) fn small_build() -> (BuildManifest, Vec<Member>) {
    let twelve_toml = "[app]\nname = \"shop\"\n[processes.web]\ncommand = \"shop\"\n";
    let members = vec![
        member("app/Cargo.lock", Mode::Plain, b"version = 4\n"),
        member("app/bin/shop", Mode::Executable, &[0x7f; 1500]),
        member("app/static/deep/hello.txt", Mode::Plain, b"hello\n"),
        member("app/static/empty", Mode::Plain, b""),
        member("app/twelve.toml", Mode::Plain, twelve_toml.as_bytes()),
    ];
    (manifest(twelve_toml, &members), members)
}

fn member(path: &str, mode: Mode, content: &[u8]) -> Member {
    let size = content.len() as u64;
    let file = TreeFile { path: path.parse().expect("a path"), mode, size, sha256: Digest::of(content) };
    Member { file, content: Content::Bytes(content.to_vec()) }
}

fn manifest(twelve_toml: &str, members: &[Member]) -> BuildManifest {
    let sources = Sources { twelve_toml: Some(twelve_toml.to_owned()), procfile: None };
    BuildManifest {
        format: 1,
        app: "shop".parse().expect("a name"),
        package: "shop".to_owned(),
        version: "1.4.0".parse().expect("a version"),
        commit: "c0ffee".repeat(7)[..40].to_owned(),
        commit_time: "2026-11-22T16:00:00Z".parse().expect("a time"),
        target: host(),
        lockfile: Lockfile { sha256: Digest::of(b"version = 4\n"), packages: Vec::new() },
        toolchain: Toolchain {
            rustc: vec!["rustc".to_owned()],
            cargo: "cargo".to_owned(),
            cc: None,
            profile: "release".to_owned(),
            features: Vec::new(),
            rustflags: Vec::new(),
            source_path: SourcePath::Remapped,
        },
        system: System::default(),
        declaration: sources.declaration("shop").expect("a declaration"),
        files: members.iter().map(|member| member.file.clone()).collect(),
    }
}

/// Whether the tests run as root, whom no mode keeps out.
pub(crate) fn running_as_root() -> bool {
    rustix::process::getuid().is_root()
}
