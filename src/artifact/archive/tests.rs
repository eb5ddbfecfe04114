//! What the archive reader accepts, and all that it does not.

use super::{ExpectedBuild, MANIFEST_PATH, read_archive, ustar};
use crate::app::Sources;
use crate::artifact::{
    BuildManifest, Content, Digest, Error, Lockfile, Member, Mode, PackedBuild, SourcePath, System, Toolchain,
    TreeFile, Unpacked, pack, read_unrecorded,
};
use crate::report::Progress;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;

fn member(path: &str, mode: Mode, content: &[u8]) -> Member {
    let file =
        TreeFile { path: path.parse().expect("a path"), mode, size: content.len() as u64, sha256: Digest::of(content) };
    Member { file, content: Content::Bytes(content.to_vec()) }
}

fn build(members: &[Member]) -> (BuildManifest, PackedBuild, Vec<u8>) {
    let manifest = BuildManifest {
        format: 1,
        app: "shop".parse().expect("a name"),
        package: "shop".to_owned(),
        version: semver::Version::new(1, 0, 0),
        commit: "c".repeat(40),
        commit_time: "2026-11-22T17:00:00Z".parse().expect("a time"),
        target: "x86_64-unknown-linux-gnu".to_owned(),
        lockfile: Lockfile { sha256: Digest::of(b"lock"), packages: Vec::new() },
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
        declaration: Sources::default().declaration("shop").expect("a declaration"),
        files: members.iter().map(|member| member.file.clone()).collect(),
    };
    let mut bytes = Vec::new();
    let packed = pack(&manifest, members, &mut bytes, &Progress::unseen()).expect("packed");
    (manifest, packed, bytes)
}

fn shop() -> (BuildManifest, PackedBuild, Vec<u8>) {
    build(&[
        member("app/Cargo.lock", Mode::Plain, b"lock"),
        member("app/bin-data", Mode::Plain, &[7; 1000]),
        member("app/bin/shop", Mode::Executable, &[0x7f; 5000]),
        member("app/static/deep/empty", Mode::Plain, b""),
    ])
}

fn expected(packed: &PackedBuild) -> ExpectedBuild {
    ExpectedBuild { id: packed.id, manifest_sha256: packed.manifest_sha256 }
}

fn why(tar_gz: &[u8], packed: &PackedBuild) -> String {
    match read_archive(tar_gz, expected(packed), None) {
        Err(Error::Damaged { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

fn plain(tar_gz: &[u8]) -> Vec<u8> {
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(tar_gz).read_to_end(&mut tar).expect("a gzip stream");
    tar
}

fn zipped(tar: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, tar).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn a_build_is_unpacked_read_only_and_as_it_was_packed() {
    let (manifest, packed, bytes) = shop();
    let folder = tempfile::tempdir().expect("a folder");
    let tree = Unpacked::at(folder.path()).expect("a tree");
    assert_eq!(read_archive(&bytes[..], expected(&packed), Some(&tree)).expect("a build"), manifest);
    for file in &manifest.files {
        let path = folder.path().join(file.path.as_str());
        assert_eq!(Digest::of(&std::fs::read(&path).expect("a file")), file.sha256);
        assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o7777, file.mode.read_only_bits());
    }
    assert_eq!(
        std::fs::read(folder.path().join("app/build.json")).expect("a file"),
        manifest.to_bytes().expect("bytes")
    );
}

#[test]
fn gnu_tar_lists_what_was_packed_in_the_order_of_the_design() {
    let (_, packed, bytes) = shop();
    let tar = plain(&bytes);
    assert_eq!(Digest::of(&tar), packed.id);
    assert_eq!((Digest::of(&bytes), bytes.len() as u64), (packed.gz_sha256, packed.gz_size));
    let names: Vec<_> = tar::Archive::new(&tar[..])
        .entries()
        .expect("entries")
        .map(|entry| entry.expect("an entry").path().expect("a path").to_string_lossy().into_owned())
        .collect();
    let order = [
        "app/build.json",
        "app/",
        "app/Cargo.lock",
        "app/bin-data",
        "app/bin/",
        "app/bin/shop",
        "app/static/",
        "app/static/deep/",
        "app/static/deep/empty",
    ];
    assert_eq!(names, order);
    assert_eq!(bytes[4..8], [0; 4], "the gzip header has no time");
    assert_eq!(bytes[9], 255, "the gzip header names no system");
}

#[test]
fn every_flipped_byte_of_the_tar_is_found() {
    let (_, packed, bytes) = shop();
    let tar = plain(&bytes);
    for at in 0..tar.len() {
        let mut flipped = tar.clone();
        flipped[at] ^= 1;
        assert!(read_archive(&zipped(&flipped)[..], expected(&packed), None).is_err(), "byte {at}");
    }
}

#[test]
fn an_archive_cut_at_any_block_is_found() {
    let (_, packed, bytes) = shop();
    let tar = plain(&bytes);
    for length in (0..tar.len()).step_by(512) {
        assert!(why(&zipped(&tar[..length]), &packed).contains("ends too early"), "{length}");
    }
}

#[test]
fn bytes_behind_the_end_are_refused() {
    let (_, packed, bytes) = shop();
    let mut tar = plain(&bytes);
    tar.extend([0; 512]);
    assert_eq!(why(&zipped(&tar), &packed), "bytes follow its end");
    assert_eq!(why(&[&bytes[..], &zipped(b"more")].concat(), &packed), "bytes follow its gzip member");
    assert_eq!(why(&[&bytes[..], b"x"].concat(), &packed), "bytes follow its gzip member");
}

#[test]
fn a_foreign_header_is_named_for_what_it_is() {
    let (_, packed, bytes) = shop();
    let mut tar = plain(&bytes);
    let at = tar.windows(14).position(|window| window == b"app/Cargo.lock").expect("the manifest names it");
    let at = (at..tar.len())
        .step_by(1)
        .find(|at| at % 512 == 0 && tar[*at..].starts_with(b"app/Cargo.lock"))
        .expect("a header");
    tar[at + 156] = b'2';
    let said = why(&zipped(&tar), &packed);
    assert_eq!(
        said,
        "where `app/Cargo.lock` should come, a link `app/Cargo.lock` stands, of another name, mode, size or time"
    );
}

#[test]
fn a_file_that_changes_while_it_is_packed_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop");
    for late in [&b"later"[..], b"now, longer", b""] {
        let mut one = member("app/bin/shop", Mode::Executable, b"first");
        std::fs::write(&path, late).expect("a file");
        one.content = Content::File(path.clone());
        let (manifest, ..) = build(&[member("app/bin/shop", Mode::Executable, b"first")]);
        assert!(matches!(pack(&manifest, &[one], Vec::new(), &Progress::unseen()), Err(Error::Changed { .. })));
    }
}

#[test]
fn a_build_without_a_record_tells_the_digests_that_it_was_packed_with() {
    let (manifest, packed, gz) = shop();
    let mut copy = Vec::new();
    let (read, digests) = read_unrecorded(&gz[..], &mut copy).expect("a build");
    assert_eq!((read, digests), (manifest, packed));
    assert!(copy == gz, "what was verified is what is kept");
}

#[test]
fn a_build_without_a_record_is_read_as_strictly() {
    let (manifest, packed, gz) = shop();
    let tar = plain(&gz);
    let refusal = |gz: &[u8]| read_unrecorded(gz, std::io::sink()).expect_err("refused").to_string();
    for at in (0..tar.len()).step_by(7) {
        let mut flipped = tar.clone();
        flipped[at] ^= 1;
        // Who changes the manifest makes another build, which has another id: there is no record to tell.
        if let Ok((_, digests)) = read_unrecorded(&zipped(&flipped)[..], std::io::sink()) {
            assert!(digests.id != packed.id && digests.manifest_sha256 != packed.manifest_sha256, "byte {at}");
        }
    }
    assert!(refusal(&gz[..gz.len() - 1]).contains("its gzip member does not end well"));
    assert!(refusal(&[&gz[..], b"x"].concat()).contains("bytes follow its gzip member"));
    assert!(refusal(&zipped(&[&tar[..], &[0; 512]].concat())).contains("bytes follow its end"));
    let bytes = manifest.to_bytes().expect("bytes");
    let spaced = [&bytes[..], b" "].concat();
    let header = |size: usize| {
        let kind = ustar::Kind::File { mode: 0o644, size: size as u64 };
        ustar::header(MANIFEST_PATH, kind, manifest.commit_time.seconds()).expect("a header")
    };
    let padded = |bytes: &[u8]| [bytes, &vec![0; ustar::padding(bytes.len() as u64)]].concat();
    let rest = &tar[512 + padded(&bytes).len()..];
    let whole = [&header(bytes.len())[..], &padded(&bytes), rest].concat();
    assert!(whole == tar, "the archive was put together as it is written");
    let other = [&header(spaced.len())[..], &padded(&spaced), rest].concat();
    assert!(refusal(&zipped(&other)).contains("is not in the one form that this version writes"));
}
