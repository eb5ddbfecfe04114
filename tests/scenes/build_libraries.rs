//! Twelve-factor, dependencies: a shared library that is no crate is declared too, or the build is refused with the
//! name of the crate that links it. Real crates, that link the system's real zlib.

use crate::scene::Scene;
use crate::shop::{commit, shop};

const CALL: &str = "unsafe extern \"C\" {\n    fn zlibVersion() -> *const std::ffi::c_char;\n}\n";

/// The app with these lines in its manifest and this program, or none where the machine has no zlib to link.
fn shop_that_links(manifest: &str, program: &str) -> Option<Scene> {
    let scene = shop();
    let zlib = scene.outcome(scene.command("pkg-config").args(["--exists", "zlib"]));
    if zlib.code != Some(0) {
        eprintln!("SKIPPED: pkg-config knows no zlib here (Debian packages pkg-config and zlib1g-dev)");
        return None;
    }
    let own = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    scene.write("Cargo.toml", format!("{own}\n{manifest}"));
    scene.write("src/main.rs", program);
    Some(scene)
}

fn lock_and_commit(scene: &Scene) {
    // What this project itself depends on is at hand.
    let locked = scene.outcome(scene.command("cargo").args(["generate-lockfile", "--offline", "--quiet"]));
    assert_eq!(locked.code, Some(0), "{}", locked.page());
    commit(scene, "zlib");
}

fn refused_naming(scene: &Scene, package: &str) {
    scene.twelve(["build"]).refused(
        77,
        &[
            "error: binary `shop` needs the shared library `libz.so.1`, which twelve.toml does not declare",
            &format!("hint: package `{package}` most likely links it"),
            "`[build] system-libraries = [\"libz.so.1\"]` in twelve.toml declares it",
        ],
    );
}

#[test]
fn the_crate_whose_build_script_asks_for_a_library_is_named() {
    let program = "fn main() {\n    let version = unsafe { std::ffi::CStr::from_ptr(libz_sys::zlibVersion()) };\n    println!(\"{version:?}\");\n}\n";
    let manifest = "[dependencies]\nlibz-sys = { version = \"1\", default-features = false, features = [\"libc\"] }\n";
    let Some(scene) = shop_that_links(manifest, program) else { return };
    lock_and_commit(&scene);
    refused_naming(&scene, "libz-sys");
    scene.write("twelve.toml", "[build]\nsystem-libraries = [\"libz.so.1\"]\n[processes.web]\ncommand = \"shop\"\n");
    commit(&scene, "declared");
    scene.twelve(["build"]).build_id();
}

#[test]
fn the_crate_whose_source_asks_for_a_library_is_named() {
    let program = "fn main() {\n    println!(\"{:?}\", squeeze::version());\n}\n";
    let Some(scene) = shop_that_links("[dependencies]\nsqueeze = { path = \"squeeze\" }\n", program) else { return };
    scene.write("squeeze/Cargo.toml", "[package]\nname = \"squeeze\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let version = "pub fn version() -> String {\n    let version = unsafe { std::ffi::CStr::from_ptr(zlibVersion()) };\n    version.to_string_lossy().into_owned()\n}\n";
    scene.write("squeeze/src/lib.rs", format!("#[link(name = \"z\")]\n{CALL}\n{version}"));
    lock_and_commit(&scene);
    refused_naming(&scene, "squeeze");
}
