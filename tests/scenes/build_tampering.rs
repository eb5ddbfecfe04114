//! What `cargo build --locked` compiles without a word, and a build does not.

use crate::scene::{Outcome, PROGRAM, Scene};
use crate::shop::{Locked, cargo_home, commit, compiled_program_prints, shop, shop_with_packages};
use std::path::PathBuf;

/// The app with its packages, a CARGO_HOME of its own, and the id of its honest build.
struct Stage {
    scene: Scene,
    home: PathBuf,
    honest: String,
}

impl Stage {
    fn new() -> Self {
        let scene = shop_with_packages();
        let home = cargo_home(&scene);
        let honest = scene.twelve(["build"]).build_id();
        std::fs::remove_dir_all(scene.path().join("target")).expect("it stands");
        Self { scene, home, honest }
    }

    fn build(&self) -> Outcome {
        self.scene.outcome(self.scene.command(PROGRAM).arg("build").env("CARGO_HOME", &self.home))
    }

    fn crate_file(&self) -> PathBuf {
        self.home.join("registry/cache/index").join(format!("{}.crate", Locked::find("itoa").stem()))
    }

    fn sources(&self) -> PathBuf {
        self.home.join("registry/src/index").join(Locked::find("itoa").stem())
    }

    fn kept_out(&self, said: &[&str]) {
        let outcome = self.build();
        assert_eq!(outcome.build_id(), self.honest, "{}", outcome.page());
        for part in said {
            assert!(outcome.stderr.contains(part), "`{part}` is not in:\n{}", outcome.page());
        }
    }
}

fn append(path: &std::path::Path, text: &str) {
    let mut content = std::fs::read(path).expect("it stands");
    content.extend(text.as_bytes());
    std::fs::write(path, content).expect("written");
}

#[test]
fn an_edited_registry_source_is_kept_out() {
    let stage = Stage::new();
    append(&stage.sources().join("src/lib.rs"), "compile_error!(\"tampered\");\n");
    stage.kept_out(&[
        "kept out of the build",
        "src/lib.rs` is not what the registry published of `itoa-",
        "hint: rm -r ",
    ]);
}

#[test]
fn an_added_registry_source_is_kept_out() {
    let stage = Stage::new();
    std::fs::write(stage.sources().join("build.rs"), "compile_error!(\"tampered\");\n").expect("written");
    stage.kept_out(&["build.rs` is not what the registry published of `itoa-"]);
}

#[test]
fn a_replaced_crate_is_refused() {
    let stage = Stage::new();
    append(&stage.crate_file(), "x");
    stage.build().refused(77, &[".crate` is not the `itoa-", "its sha256 is another", "hint: rm "]);
}

#[test]
fn a_replaced_crate_is_kept_out_where_another_copy_is_right() {
    let stage = Stage::new();
    let other = stage.home.join("registry/cache/mirror");
    std::fs::create_dir_all(&other).expect("a folder");
    std::fs::copy(stage.crate_file(), other.join(stage.crate_file().file_name().expect("a name"))).expect("a copy");
    append(&stage.crate_file(), "x");
    stage.kept_out(&["kept out of the build", ".crate` is not the `itoa-"]);
}

#[test]
fn a_verified_source_that_was_edited_in_the_work_folder_is_mended() {
    let stage = Stage::new();
    assert_eq!(stage.build().build_id(), stage.honest);
    let verified = stage.scene.path().join("target/twelve/work/shop/cargo/vendor").join(Locked::find("itoa").stem());
    append(&verified.join("src/lib.rs"), "compile_error!(\"tampered\");\n");
    std::fs::write(verified.join("build.rs"), "compile_error!(\"tampered\");\n").expect("written");
    std::fs::write(verified.join(".cargo-checksum.json"), "{\"files\":{}}").expect("written");
    assert_eq!(stage.build().build_id(), stage.honest);
    assert!(!verified.join("build.rs").exists());
}

#[test]
fn a_link_in_the_work_folder_is_removed_and_what_it_leads_to_is_not() {
    let stage = Stage::new();
    assert_eq!(stage.build().build_id(), stage.honest);
    let outside = stage.scene.home().join("mine");
    let cargo = stage.scene.path().join("target/twelve/work/shop/cargo");
    let package = Locked::find("itoa").stem();
    for linked in ["src", "vendor", &format!("vendor/{package}")] {
        std::fs::create_dir_all(outside.join("src")).expect("a folder");
        std::fs::write(outside.join("src/file"), "mine").expect("written");
        std::fs::remove_dir_all(cargo.join(linked)).expect("it stands");
        std::os::unix::fs::symlink(&outside, cargo.join(linked)).expect("a link");
        assert_eq!(stage.build().build_id(), stage.honest, "{linked}");
        let left = std::fs::read_dir(&outside)
            .expect("it stands")
            .chain(std::fs::read_dir(outside.join("src")).expect("it stands"));
        assert_eq!(left.count(), 2, "{linked}: something came or went where the link led");
        assert!(!cargo.join(linked).is_symlink(), "{linked}");
    }
}

#[test]
fn an_exported_source_that_was_edited_is_mended() {
    let stage = Stage::new();
    assert_eq!(stage.build().build_id(), stage.honest);
    let source = stage.scene.path().join("target/twelve/work/shop/cargo/src");
    append(&source.join("src/main.rs"), "compile_error!(\"tampered\");\n");
    std::fs::create_dir_all(source.join("src/bin")).expect("a folder");
    std::fs::write(source.join("src/bin/extra.rs"), "fn main() {}\n").expect("written");
    assert_eq!(stage.build().build_id(), stage.honest);
}

#[test]
fn a_paths_override_outside_the_repository_is_kept_out() {
    let stage = Stage::new();
    let forged = stage.sources();
    append(&forged.join("src/lib.rs"), "compile_error!(\"tampered\");\n");
    let config = format!("paths = [{forged:?}]\n");
    std::fs::create_dir_all(stage.scene.path().join("../.cargo")).expect("a folder");
    std::fs::write(stage.scene.path().join("../.cargo/config.toml"), config).expect("written");
    stage.kept_out(&["kept out of the build, from `[SCENE]/.cargo/config.toml`: `paths`"]);
}

#[test]
fn a_patch_outside_the_repository_is_kept_out() {
    let stage = Stage::new();
    let forged = stage.sources();
    append(&forged.join("src/lib.rs"), "compile_error!(\"tampered\");\n");
    let config = format!("[patch.crates-io]\nitoa = {{ path = {forged:?} }}\n");
    std::fs::create_dir_all(stage.scene.path().join("../.cargo")).expect("a folder");
    std::fs::write(stage.scene.path().join("../.cargo/config.toml"), config).expect("written");
    stage.kept_out(&[
        "kept out of the build, from `[SCENE]/.cargo/config.toml`: `patch.crates-io`",
        "hint: another source of a package",
    ]);
}

#[test]
fn a_forged_directory_source_of_the_home_is_kept_out() {
    let stage = Stage::new();
    let forged = stage.home.join("forged");
    std::fs::create_dir_all(&forged).expect("a folder");
    std::fs::rename(stage.sources(), forged.join("itoa")).expect("moved");
    append(&forged.join("itoa/src/lib.rs"), "compile_error!(\"tampered\");\n");
    let checksums = format!("{{\"files\":{{}},\"package\":\"{}\"}}", "0".repeat(64));
    std::fs::write(forged.join("itoa/.cargo-checksum.json"), checksums).expect("written");
    let config = format!("[source.crates-io]\nreplace-with = \"forged\"\n[source.forged]\ndirectory = {forged:?}\n");
    std::fs::write(stage.home.join("config.toml"), config).expect("written");
    stage.kept_out(&["config.toml`: `source.forged`"]);
}

#[test]
fn flags_wrappers_and_profiles_from_outside_are_kept_out() {
    let stage = Stage::new();
    let config = "[build]\nrustflags = [\"-Cdebuginfo=2\"]\n[profile.release]\nopt-level = 0\n[env]\nX = \"1\"\n";
    std::fs::write(stage.home.join("config.toml"), config).expect("written");
    let mut build = stage.scene.command(PROGRAM);
    build
        .arg("build")
        .env("CARGO_HOME", &stage.home)
        .env("RUSTFLAGS", "--cfg tampered")
        .env("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}tampered")
        .env("RUSTC_WRAPPER", "/bin/false")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_BUILD_RUSTC", "/bin/false");
    let outcome = stage.scene.outcome(&mut build);
    assert_eq!(outcome.build_id(), stage.honest);
    for part in ["`RUSTFLAGS`", "`RUSTC_WRAPPER`", "`CARGO_PROFILE_RELEASE_OPT_LEVEL`", "`build.rustflags`", "`env.X`"]
    {
        assert!(outcome.stderr.contains(part), "`{part}` is not in:\n{}", outcome.page());
    }
    assert!(!outcome.stderr.contains("tampered"), "values are never printed:\n{}", outcome.page());
}

#[test]
fn settings_of_the_repository_hold() {
    let scene = shop();
    let plain = scene.twelve(["build"]).build_id();
    scene.write("src/main.rs", "fn main() {\n    assert!(cfg!(from_the_repository));\n    println!(\"ok\");\n}\n");
    scene.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"from_the_repository\"]\n");
    commit(&scene, "flags");
    assert_ne!(scene.twelve(["build"]).build_id(), plain);
    assert_eq!(
        compiled_program_prints(&scene),
        "ok
"
    );
}

#[test]
fn settings_of_the_repository_that_would_swap_sources_are_refused() {
    let scene = shop();
    for (text, key) in [
        ("paths = [\"/tmp/x\"]\n", "paths"),
        ("[patch.crates-io]\nitoa = { path = \"x\" }\n", "patch"),
        ("[source.crates-io]\nreplace-with = \"x\"\n[source.x]\ndirectory = \"/tmp/x\"\n", "source.x"),
        ("[source.x]\nlocal-registry = \"x\"\n", "source.x"),
        ("[build]\nrustc = \"/tmp/rustc\"\n", "build.rustc"),
    ] {
        scene.write(".cargo/config.toml", text);
        commit(&scene, "setting");
        scene
            .twelve(["build"])
            .refused(77, &[&format!("`.cargo/config.toml` sets `{key}`"), &format!("take `{key}` out")]);
    }
}

#[test]
fn a_path_dependency_outside_the_repository_is_refused() {
    let scene = shop();
    let manifest = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    scene.write("Cargo.toml", format!("{manifest}\n[dependencies]\nshared = {{ path = \"../shared\" }}\n"));
    scene.write("../shared/Cargo.toml", "[package]\nname = \"shared\"\n");
    scene.write("../shared/src/lib.rs", "");
    commit(&scene, "outside");
    scene
        .twelve(["build"])
        .refused(77, &["`Cargo.toml` asks for the path `../shared`, which lies outside the repository"]);
}

#[test]
fn a_link_that_leaves_the_repository_is_kept_out() {
    let scene = shop();
    scene.write("../secret.rs", "pub fn leak() {}\n");
    std::os::unix::fs::symlink("../../secret.rs", scene.path().join("src/secret.rs")).expect("a link");
    commit(&scene, "link");
    let outcome = scene.twelve(["build"]);
    outcome.build_id();
    assert!(outcome.stderr.contains("the link `src/secret.rs` leads out of the repository"), "{}", outcome.page());
    assert!(!scene.path().join("target/twelve/work/shop/cargo/src/src/secret.rs").is_symlink());
}

#[test]
fn a_git_dependency_is_what_the_lockfile_names() {
    let scene = shop();
    scene.write("../menu/Cargo.toml", "[package]\nname = \"menu\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    scene.write("../menu/src/lib.rs", "pub fn dish() -> &'static str { \"soup\" }\n");
    let menu = scene.path().join("../menu").canonicalize().expect("it stands");
    for words in ["init -q", "add -A", "commit -qm first"] {
        scene.git(&format!("-C {} {words}", menu.display()));
    }
    let home = cargo_home(&scene);
    let manifest = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    scene
        .write("Cargo.toml", format!("{manifest}\n[dependencies]\nmenu = {{ git = \"file://{}\" }}\n", menu.display()));
    scene.write("src/main.rs", "fn main() {\n    println!(\"{}\", menu::dish());\n}\n");
    let cargo = |words: &[&str]| {
        let outcome = scene.outcome(scene.command("cargo").args(words).env("CARGO_HOME", &home));
        assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    };
    cargo(&["generate-lockfile"]);
    commit(&scene, "menu");
    let build = || scene.outcome(scene.command(PROGRAM).arg("build").env("CARGO_HOME", &home));
    let honest = build().build_id();

    // The user's own checkout is edited: it is not what is compiled.
    cargo(&["fetch", "--locked"]);
    let theirs = checkout(&home.join("git/checkouts"));
    append(&theirs.join("src/lib.rs"), "compile_error!(\"tampered\");\n");
    std::fs::remove_dir_all(scene.path().join("target")).expect("it stands");
    let kept_out = |what: &str| {
        let outcome = build();
        assert_eq!(outcome.build_id(), honest);
        let said = format!("{what}` is not of the commit that Cargo.lock names");
        assert!(outcome.stderr.contains(&said), "{}", outcome.page());
    };
    kept_out("src/lib.rs");

    // It stands at another revision.
    scene.write("../menu/src/lib.rs", "pub fn dish() -> &'static str { \"stew\" }\n");
    scene.git(&format!("-C {} commit -qam second", menu.display()));
    scene.git(&format!("-C {} fetch -q {} main", theirs.display(), menu.display()));
    scene.git(&format!("-C {} checkout -qf FETCH_HEAD", theirs.display()));
    kept_out("src/lib.rs");

    // A file was added to it.
    std::fs::remove_dir_all(&theirs).expect("it stands");
    cargo(&["fetch", "--locked"]);
    std::fs::write(theirs.join("build.rs"), "compile_error!(\"tampered\");\n").expect("written");
    kept_out("build.rs");

    // Ours is edited: it is thrown away.
    let ours = checkout(&scene.path().join("target/twelve/work/shop/cargo/git/checkouts"));
    append(&ours.join("src/lib.rs"), "compile_error!(\"tampered\");\n");
    std::fs::write(ours.join("build.rs"), "compile_error!(\"tampered\");\n").expect("written");
    assert_eq!(build().build_id(), honest);
    assert!(!ours.join("build.rs").exists());
}

/// The only checkout of the only repository.
fn checkout(folder: &std::path::Path) -> PathBuf {
    let only = |folder: PathBuf| {
        let all: Vec<_> = std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
        let [one] = all.as_slice() else { panic!("{all:?}") };
        one.clone()
    };
    only(only(folder.to_path_buf()))
}

#[test]
fn vendored_sources_that_differ_from_the_registry_are_refused() {
    let stage = Stage::new();
    let scene = &stage.scene;
    let vendored = scene.path().join("vendor/itoa");
    std::fs::create_dir_all(scene.path().join("vendor")).expect("a folder");
    let copied = scene.outcome(scene.command("cp").arg("-r").arg(stage.sources()).arg(&vendored));
    assert_eq!(copied.code, Some(0), "{}", copied.stderr);
    scene.write(
        ".cargo/config.toml",
        "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendor\"\n",
    );
    commit(scene, "vendored");
    stage.build().build_id();
    append(&vendored.join("src/lib.rs"), "// mended here\n");
    commit(scene, "edited");
    stage.build().refused(77, &["`vendor/itoa/src/lib.rs` is not what the registry published of `itoa-"]);
}
