//! The app that build scenes build: a program on std alone, or with two small packages of a registry, committed.

use crate::scene::{Outcome, Scene};
use std::path::{Path, PathBuf};

/// The declaration of the app.
const TWELVE_TOML: &str = "[build]\nassets = [\"static/**\"]\n\n[processes.web]\ncommand = \"shop\"\nport = true\n";

/// A scene with the app on std alone, in one commit.
pub(crate) fn shop() -> Scene {
    let scene = Scene::new();
    let manifest = "[package]\nname = \"shop\"\nversion = \"1.4.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n";
    scene.write("Cargo.toml", manifest);
    scene.write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"shop\"\nversion = \"1.4.0\"\n");
    scene.write("src/main.rs", "fn main() {\n    println!(\"one\");\n}\n");
    scene.write("static/site.css", "body {}\n");
    scene.write("twelve.toml", TWELVE_TOML);
    scene.write(".gitignore", "/target\n");
    scene.git("init -q");
    commit(&scene, "first");
    scene
}

/// The same app with two packages of a registry: those that this project itself locks, so that they are at hand.
pub(crate) fn shop_with_packages() -> Scene {
    let scene = shop();
    let [cfg_if, itoa] = ["cfg-if", "itoa"].map(Locked::find);
    let manifest = std::fs::read_to_string(scene.path().join("Cargo.toml")).expect("the manifest");
    let dependencies = format!("[dependencies]\ncfg-if = \"{}\"\nitoa = \"{}\"\n", cfg_if.version, itoa.version);
    scene.write("Cargo.toml", format!("{manifest}\n{dependencies}"));
    let own = "[[package]]\nname = \"shop\"\nversion = \"1.4.0\"\ndependencies = [\n \"cfg-if\",\n \"itoa\",\n]\n";
    scene.write("Cargo.lock", format!("version = 4\n\n{}\n{}\n{own}", cfg_if.entry(), itoa.entry()));
    scene.write("src/main.rs", "fn main() {\n    println!(\"{}\", itoa::Buffer::new().format(42));\n}\n");
    commit(&scene, "packages");
    scene
}

/// A package as this project's own lockfile has it.
pub(crate) struct Locked {
    name: &'static str,
    pub(crate) version: String,
    pub(crate) checksum: String,
}

impl Locked {
    /// Finds it.
    pub(crate) fn find(name: &'static str) -> Self {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"));
        let table: toml::Table = text.expect("our lockfile").parse().expect("TOML");
        let packages = table["package"].as_array().expect("packages");
        let package = packages.iter().find(|package| package["name"].as_str() == Some(name)).expect(name);
        let text = |key: &str| package[key].as_str().expect("text").to_owned();
        Self { name, version: text("version"), checksum: text("checksum") }
    }

    fn entry(&self) -> String {
        let Self { name, version, checksum } = self;
        let source = "registry+https://github.com/rust-lang/crates.io-index";
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\nchecksum = \"{checksum}\"\n"
        )
    }

    /// `NAME-VERSION`.
    pub(crate) fn stem(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

/// A CARGO_HOME of the scene's own with the two packages in its cache and unpacked, as cargo leaves them.
pub(crate) fn cargo_home(scene: &Scene) -> PathBuf {
    let home = scene.home().join("cargo");
    let real = PathBuf::from(
        scene
            .command("true")
            .get_envs()
            .find(|(name, _)| *name == "CARGO_HOME")
            .and_then(|(_, value)| value)
            .expect("set"),
    );
    for stem in ["cfg-if", "itoa"].map(|name| Locked::find(name).stem()) {
        let found = std::fs::read_dir(real.join("registry/cache")).expect("a cache").flatten();
        let found = found.map(|index| index.path().join(format!("{stem}.crate"))).find(|path| path.is_file());
        let (cache, sources) = (home.join("registry/cache/index"), home.join("registry/src/index"));
        std::fs::create_dir_all(&cache).expect("folders");
        std::fs::create_dir_all(&sources).expect("folders");
        let archive = cache.join(format!("{stem}.crate"));
        std::fs::copy(found.expect("cargo has fetched it"), &archive).expect("a copy");
        let unpacked = scene.outcome(scene.command("tar").arg("-xzf").arg(&archive).arg("-C").arg(&sources));
        assert_eq!(unpacked.code, Some(0), "{}", unpacked.stderr);
    }
    home
}

/// What the program that was compiled last prints.
pub(crate) fn compiled_program_prints(scene: &Scene) -> String {
    let targets = std::fs::read_dir(scene.path().join("target/twelve/work/shop/target")).expect("a target folder");
    // The host's target has a folder of its own.
    let mut programs = targets.flatten().map(|target| target.path().join("release/shop")).filter(|path| path.is_file());
    let outcome = scene.outcome(&mut scene.command(programs.next().expect("a program")));
    assert_eq!(outcome.code, Some(0), "{}", outcome.page());
    outcome.stdout
}

/// Commits all that stands.
pub(crate) fn commit(scene: &Scene, message: &str) {
    scene.git("add -A");
    scene.git(&format!("commit -q --allow-empty -m {message}"));
}

impl Outcome {
    /// The build id that a successful build printed.
    pub(crate) fn build_id(&self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.page());
        let id = self.stdout.trim().to_owned();
        assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", self.page());
        id
    }

    /// Asserts that it was refused with this code, and that it said all of this.
    pub(crate) fn refused(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.page());
        assert_eq!(self.stdout, "", "{}", self.page());
        for part in said {
            assert!(self.stderr.contains(part), "`{part}` is not in:\n{}", self.page());
        }
    }
}
