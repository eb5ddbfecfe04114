//! `cargo twelve release --build FILE...`: builds of several machines become one release.

use crate::scene::{PROGRAM, Scene};
use crate::shop::{commit, shop};
use cargo_twelve::artifact::{
    BuildManifest, Content, ExpectedBuild, Member, Unpacked, pack, read_archive, read_unrecorded,
};
use cargo_twelve::report::Progress;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const OTHER_TARGET: &str = "aarch64-unknown-linux-gnu";

/// Builds the app and gives the portable file, under a name of its own.
fn built(scene: &Scene, name: &str) -> PathBuf {
    let id = scene.twelve(["build"]).build_id();
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let left = scene.path().join(format!("target/twelve/shop-1.4.0-{target}.tar.gz"));
    let file = fs::File::open(&left).expect("`build` leaves its tarball");
    assert_eq!(read_unrecorded(file, std::io::sink()).expect("a build").1.id.to_string(), id);
    let kept = scene.path().join(format!("target/{name}.tar.gz"));
    fs::copy(left, &kept).expect("a copy");
    kept
}

/// What a machine of another kind would have left: the same files, for another target.
fn for_another_target(scene: &Scene, tarball: &Path, change: impl FnOnce(&mut BuildManifest)) -> PathBuf {
    let bytes = fs::read(tarball).expect("a tarball");
    let (mut manifest, packed) = read_unrecorded(&bytes[..], std::io::sink()).expect("a build");
    let folder = tempfile::tempdir_in(scene.home()).expect("a folder");
    let expected = ExpectedBuild { id: packed.id, manifest_sha256: packed.manifest_sha256 };
    read_archive(&bytes[..], expected, Some(&Unpacked::at(folder.path()).expect("a folder"))).expect("unpacked");
    let member = |file: &cargo_twelve::artifact::TreeFile| Member {
        file: file.clone(),
        content: Content::File(folder.path().join(file.path.as_str())),
    };
    let members: Vec<Member> = manifest.files.iter().map(member).collect();
    change(&mut manifest);
    let path = scene.path().join(format!("target/{}.tar.gz", manifest.target));
    pack(&manifest, &members, fs::File::create(&path).expect("a file"), &Progress::unseen()).expect("packed");
    path
}

fn release(scene: &Scene, files: &[&Path]) -> crate::scene::Outcome {
    let mut command = scene.command(PROGRAM);
    command.arg("release").arg("--build").args(files).env("TWELVE_STORE", scene.home().join("ledger"));
    scene.outcome(&mut command)
}

fn nothing_is_kept(scene: &Scene) {
    assert!(!scene.home().join("ledger").exists(), "nothing is kept of a release that is refused");
}

#[test]
fn builds_of_several_machines_become_one_release() {
    let scene = shop();
    let own = built(&scene, "own");
    let other = for_another_target(&scene, &own, |manifest| manifest.target = OTHER_TARGET.to_owned());
    scene.write("src/main.rs", "fn main() { /* later, and dirty */ }\n");
    let outcome = release(&scene, &[&own, &other]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "v1\n"), "{}", outcome.page());
    assert!(!outcome.stderr.contains("Compiling"), "{}", outcome.page());
    let ask = |words: &[&str]| {
        let mut command = scene.command(PROGRAM);
        let outcome = scene
            .outcome(command.args(words).args(["--format", "json"]).env("TWELVE_STORE", scene.home().join("ledger")));
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
        serde_json::from_str::<Value>(&outcome.stdout).expect("one document")
    };
    let record = ask(&["show", "v1"]);
    assert_eq!(record["release"]["branch"], "main");
    let targets: Vec<_> =
        record["release"]["builds"].as_array().expect("builds").iter().map(|build| &build["target"]).collect();
    assert_eq!(targets.len(), 2);
    assert!(targets.contains(&&Value::from(OTHER_TARGET)), "{targets:?}");
    assert_eq!(ask(&["verify", "v1"])["builds"].as_array().expect("builds").len(), 2);
    let portable = scene.path().join(format!("target/twelve/shop-1.4.0-v1-{OTHER_TARGET}.tar.gz"));
    assert_eq!(fs::read(portable).expect("a portable file"), fs::read(&other).expect("a tarball"));
    let again = release(&scene, &[&other, &own]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "v1\n"), "{}", again.page());
}

#[test]
fn builds_that_cannot_be_one_release_are_refused_by_name() {
    let scene = shop();
    let first = built(&scene, "first");
    scene.write("static/site.css", "body { color: red }\n");
    commit(&scene, "second");
    let second = built(&scene, "second");
    let ids: Vec<String> =
        ["HEAD~1", "HEAD"].map(|name| scene.git(&format!("rev-parse {name}")).trim().to_owned()).into();
    let said = format!(
        "a release is of one commit, and the builds are of `{}` (`[SCENE]/work/target/first.tar.gz`) and `{}`",
        ids[0], ids[1]
    );
    release(&scene, &[&first, &second]).refused(77, &[&said, "target/second.tar.gz"]);
    let till = for_another_target(&scene, &second, |manifest| {
        manifest.target = OTHER_TARGET.to_owned();
        manifest.app = "till".parse().expect("a name");
    });
    release(&scene, &[&second, &till]).refused(77, &["a release is of one app", "`shop`", "`till`"]);
    let copy = scene.path().join("target/copy.tar.gz");
    fs::copy(&second, &copy).expect("a copy");
    release(&scene, &[&second, &copy])
        .refused(77, &["target/second.tar.gz` and `", "target/copy.tar.gz` are both builds for `"]);
    nothing_is_kept(&scene);
}

#[test]
fn a_file_that_is_no_build_is_refused_and_nothing_is_kept() {
    let scene = shop();
    let own = built(&scene, "own");
    let whole = fs::read(&own).expect("a tarball");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for bytes in [&flipped[..], &whole[..whole.len() - 1], b"", b"no gzip", &[&whole[..], b"x"].concat()] {
        fs::write(&own, bytes).expect("written");
        release(&scene, &[&own]).refused(65, &["target/own.tar.gz` is no build that can be released"]);
    }
    release(&scene, &[Path::new("nothing.tar.gz")])
        .refused(66, &["nothing.tar.gz` cannot be read", "leaves it in target/twelve"]);
    nothing_is_kept(&scene);
}

#[test]
fn a_build_of_a_commit_that_is_not_here_is_refused() {
    let scene = shop();
    scene.git("clone -q . ../behind");
    scene.write("static/site.css", "body { color: red }\n");
    commit(&scene, "ahead");
    let ahead = built(&scene, "ahead");
    let mut command = scene.command(PROGRAM);
    command.args(["release", "--build"]).arg(&ahead).current_dir(scene.path().join("../behind"));
    let outcome = scene.outcome(command.env("TWELVE_STORE", scene.home().join("ledger")));
    outcome.refused(66, &["does not have commit `", "hint: git fetch --all"]);
    nothing_is_kept(&scene);
    scene.twelve(["release", "--rev", "HEAD", "--build", "x"]).refused(2, &["cannot be used with"]);
}
