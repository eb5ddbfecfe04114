//! Mirrors and registries of one's own: it does not matter who gives the bytes, as long as Cargo.lock names them.

use crate::registry::Registry;
use crate::scene::{Outcome, PROGRAM, Scene};
use crate::shop::{Locked, cargo_home, commit, compiled_program_prints, shop, shop_with_packages};
use std::path::{Path, PathBuf};

const TOKEN: &str = "s3cr3t-t0ken";

/// An empty CARGO_HOME with this config.
fn home_with(scene: &Scene, config: &str) -> PathBuf {
    scene.write_home("empty/config.toml", config);
    scene.home().join("empty")
}

fn build(scene: &Scene, home: &Path) -> Outcome {
    scene.outcome(scene.command(PROGRAM).arg("build").env("CARGO_HOME", home))
}

/// The app with a dependency on a library of the registry `own`, locked by the real cargo, and its CARGO_HOME.
fn shop_of(registry: &Registry, dependencies: &str, program: &str) -> (Scene, PathBuf) {
    let scene = shop();
    registry.publish_library(&scene, "menu-card", "pub fn dish() -> &'static str { \"soup\" }\n");
    let manifest = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    scene.write("Cargo.toml", format!("{manifest}\n[dependencies]\n{dependencies}"));
    scene.write("src/main.rs", program);
    let providers = "[registry]\nglobal-credential-providers = [\"cargo:token\"]\n";
    let home = home_with(&scene, &format!("{providers}[registries.own]\nindex = \"{}\"\n", registry.index));
    scene.write_home("empty/credentials.toml", format!("[registries.own]\ntoken = \"{TOKEN}\"\n"));
    let locked = scene.outcome(scene.command("cargo").arg("generate-lockfile").env("CARGO_HOME", &home));
    assert_eq!(locked.code, Some(0), "{}", locked.page());
    commit(&scene, "menu");
    (scene, home)
}

const PROGRAM_TEXT: &str = "fn main() {\n    println!(\"{}\", menu_card::dish());\n}\n";
const MENU: &str = "menu-card = { version = \"1\", registry = \"own\" }\n";

/// Every file below a folder that holds this text.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path).is_ok_and(|bytes| memchr::memmem::find(&bytes, text.as_bytes()).is_some()) {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_registry_with_a_token_gives_what_the_lockfile_names() {
    let registry = Registry::start(Some(TOKEN));
    let (scene, home) = shop_of(&registry, MENU, PROGRAM_TEXT);
    let outcome = build(&scene, &home);
    let id = outcome.build_id();
    assert!(!outcome.stderr.contains("kept out"), "an address and a token change nothing: {}", outcome.page());
    assert_eq!(compiled_program_prints(&scene), "soup\n");
    let manifest = std::fs::read_to_string(scene.store().join("shop/builds").join(&id).join("build.json"));
    let source = format!("\"source\":\"{}\"", registry.index);
    assert!(manifest.expect("a manifest").contains(&source), "the source is `{source}`");
    for folder in [scene.path(), scene.store()] {
        assert_eq!(files_with(&folder, TOKEN), Vec::<PathBuf>::new());
    }
    // The cache is warm now: neither the registry nor the token is needed.
    std::fs::remove_file(home.join("credentials.toml")).expect("it stands");
    std::fs::remove_dir_all(scene.path().join("target")).expect("it stands");
    assert_eq!(build(&scene, &home).build_id(), id);
}

#[test]
fn a_registry_that_asks_for_a_token_that_is_not_there_is_unavailable() {
    let registry = Registry::start(Some(TOKEN));
    let (scene, home) = shop_of(&registry, MENU, PROGRAM_TEXT);
    std::fs::remove_dir_all(home.join("registry")).expect("it stands");
    std::fs::remove_file(home.join("credentials.toml")).expect("it stands");
    build(&scene, &home).refused(69, &["cargo could not fetch what Cargo.lock names", "hint: cargo fetch --locked"]);
    let mut told = scene.command(PROGRAM);
    told.arg("build").env("CARGO_HOME", &home).env("CARGO_REGISTRIES_OWN_TOKEN", TOKEN);
    scene.outcome(&mut told).build_id();
}

#[test]
fn a_registry_that_only_the_commit_names_is_asked_wherever_the_user_stands() {
    let registry = Registry::start(None);
    let (scene, _) = shop_of(&registry, MENU, PROGRAM_TEXT);
    scene.write(".cargo/config.toml", format!("[registries.own]\nindex = \"{}\"\n", registry.index));
    commit(&scene, "config");
    let home = home_with(&scene, "");
    std::fs::remove_dir_all(home.join("registry")).expect("it stands");
    let mut elsewhere = scene.command(PROGRAM);
    elsewhere.args(["build", "--manifest-path", "../work/Cargo.toml"]).current_dir(scene.home());
    scene.outcome(elsewhere.env("CARGO_HOME", &home)).build_id();
}

#[test]
fn one_name_and_version_of_two_registries_is_two_packages() {
    let [one, other] = [Registry::start(None), Registry::start(None)];
    let scene = shop();
    one.publish_library(&scene, "menu-card", "pub fn dish() -> &'static str { \"soup\" }\n");
    other.publish_library(&scene, "menu-card", "pub fn dish() -> &'static str { \"stew\" }\n");
    let manifest = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    let renamed =
        |name: &str| format!("{name} = {{ version = \"1\", registry = \"{name}\", package = \"menu-card\" }}\n");
    scene.write("Cargo.toml", format!("{manifest}\n[dependencies]\n{}{}", renamed("one"), renamed("other")));
    scene.write("src/main.rs", "fn main() {\n    println!(\"{} {}\", one::dish(), other::dish());\n}\n");
    let registries =
        format!("[registries]\none = {{ index = \"{}\" }}\nother = {{ index = \"{}\" }}\n", one.index, other.index);
    let home = home_with(&scene, &registries);
    let locked = scene.outcome(scene.command("cargo").arg("generate-lockfile").env("CARGO_HOME", &home));
    assert_eq!(locked.code, Some(0), "{}", locked.page());
    commit(&scene, "two");
    let first = build(&scene, &home);
    let id = first.build_id();
    assert_eq!(compiled_program_prints(&scene), "soup stew\n");
    let unpacked = scene.outcome(scene.command("cargo").args(["check", "-q"]).env("CARGO_HOME", &home));
    assert_eq!(unpacked.code, Some(0), "{}", unpacked.page());
    let again = build(&scene, &home);
    assert_eq!(again.build_id(), id);
    assert!(!again.stderr.contains("kept out"), "neither is the other's forgery: {}", again.page());
}

#[test]
fn a_mirror_gives_the_same_build() {
    let (scene, mirror, home) = mirrored_shop();
    for name in ["cfg-if", "itoa"] {
        mirror_locked(&mirror, &cargo_home(&scene), name);
    }
    let honest = scene.twelve(["build"]).build_id();
    std::fs::remove_dir_all(scene.path().join("target")).expect("it stands");
    let outcome = build(&scene, &home);
    assert_eq!(outcome.build_id(), honest);
    assert!(!outcome.stderr.contains("kept out"), "a mirror is not meddling: {}", outcome.page());
}

#[test]
fn a_mirror_that_gives_other_bytes_is_refused() {
    let (scene, mirror, home) = mirrored_shop();
    mirror_locked(&mirror, &cargo_home(&scene), "cfg-if");
    let itoa = Locked::find("itoa");
    let forged = b"another package";
    let true_of_forged = cargo_twelve::artifact::Digest::of(forged).to_string();
    // A forger of the bytes, and one who forges the index too, so that what it says of them is true.
    for checksum in [&itoa.checksum, &true_of_forged] {
        mirror.publish("itoa", &itoa.version, forged, checksum);
        let said = format!("`itoa v{}` came from its registry with other bytes than Cargo.lock names", itoa.version);
        build(&scene, &home).refused(77, &[&said, "hint: tell whoever runs the registry"]);
        let _ = std::fs::remove_dir_all(home.join("registry"));
    }
}

/// The app with its packages, a mirror of crates.io that is empty yet, and an empty CARGO_HOME that names it.
fn mirrored_shop() -> (Scene, Registry, PathBuf) {
    let (scene, mirror) = (shop_with_packages(), Registry::start(None));
    let config =
        format!("[source.crates-io]\nreplace-with = \"mirror\"\n[source.mirror]\nregistry = \"{}\"\n", mirror.index);
    let home = home_with(&scene, &config);
    (scene, mirror, home)
}

fn mirror_locked(mirror: &Registry, home: &Path, name: &'static str) {
    let locked = Locked::find(name);
    let file = home.join("registry/cache/index").join(format!("{}.crate", locked.stem()));
    mirror.mirror(name, &locked.version, &locked.checksum, &file);
}
