//! A mount namespace in which the folders of every build stand at the same paths, whoever builds, and wherever. What
//! takes a path into its output (`env!("CARGO_MANIFEST_DIR")`, a build script that prints it) takes the same one.
//!
//! It holds the system's own folders, the folders of the build below `/b`, and an empty `/tmp`; there is no home, no
//! network, and no other folder of the machine. It is made by util-linux's `unshare` (user_namespaces(7)), so it needs
//! no rights, where the kernel's owner allows it. Against mistakes it is a wall, against malice it is not.

use super::Error;
use super::toolchain::InstalledToolchain;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Where the folders stand in it.
pub(super) const CARGO_HOME: &str = "/b/cargo";
/// The source folder.
pub(super) const SOURCE: &str = "/b/src";
/// The target folder.
pub(super) const TARGET: &str = "/b/target";
/// The toolchain.
pub(super) const SYSROOT: &str = "/b/rust";

/// Furnishes the namespace, names the machine in it `b`, and becomes the program: root, /tmp, cargo's home, source, target, sysroot, and then what
/// env(1) takes. The shell sees every path as an argument, never as its own text.
const ENTER: &str = r#"
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1
# A build script that asks gets the same answer everywhere, where the kernel's settings may be written.
{ echo b >/proc/sys/kernel/hostname; } 2>/dev/null || true
mount -t tmpfs -o mode=0755 none "$root"
mkdir "$root/tmp" "$root/b" "$root/b/cargo" "$root/b/src" "$root/b/target" "$root/b/rust"
for folder in /usr /etc /dev /proc /sys /bin /sbin /lib*; do
    if [ -L "$folder" ]; then
        ln -s "$(readlink "$folder")" "$root$folder"
    elif [ -d "$folder" ]; then
        mkdir "$root$folder"
        mount --rbind "$folder" "$root$folder"
    fi
done
mount --rbind "$2" "$root/tmp"
mount --rbind "$3" "$root/b/cargo"
mount --rbind "$4" "$root/b/src"
mount --rbind "$5" "$root/b/target"
mount --rbind "$6" "$root/b/rust"
shift 6
exec chroot "$root" /usr/bin/env -i "$@"
"#;

/// The folders of the machine that stand in it.
#[derive(Debug)]
pub(super) struct Furniture {
    pub(super) cargo_home: PathBuf,
    pub(super) source: PathBuf,
    pub(super) target: PathBuf,
    pub(super) sysroot: PathBuf,
}

/// A namespace, made anew for every program that runs in it.
#[derive(Debug)]
pub(super) struct Namespace {
    unshare: PathBuf,
    furniture: Furniture,
    // Holds the place of its root, and its /tmp.
    folder: TempDir,
}

impl Namespace {
    /// Prepares one; `folder` is removed with it.
    pub(super) fn of(furniture: Furniture, folder: TempDir) -> Result<Self, Error> {
        for name in ["root", "tmp"] {
            let path = folder.path().join(name);
            fs::create_dir(&path).map_err(Error::machine(&path, "made"))?;
        }
        let places = ["/usr/bin/unshare", "/bin/unshare"].map(PathBuf::from);
        let unshare = places.into_iter().find(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("unshare"));
        Ok(Self { unshare, furniture, folder })
    }

    /// The same call in the namespace, in its root folder. It is one process all along, so a signal reaches what runs
    /// there as it would outside.
    pub(super) fn enter(&self, command: &Command) -> Command {
        let Furniture { cargo_home, source, target, sysroot } = &self.furniture;
        let (root, temporary) = (self.folder.path().join("root"), self.folder.path().join("tmp"));
        let mut entered = Command::new(&self.unshare);
        entered.args(["--user", "--map-root-user", "--mount", "--net", "--uts", "--", "/bin/sh", "-c", ENTER, "sh"]);
        entered.args([&root, &temporary, cargo_home, source, target, sysroot]).env_clear().current_dir("/");
        for (name, value) in command.get_envs() {
            let mut pair = OsString::from(name);
            pair.push("=");
            pair.push(value.unwrap_or_default());
            entered.arg(pair);
        }
        entered.arg(command.get_program()).args(command.get_args());
        entered
    }

    /// Why no build can be made in one here, where it cannot.
    pub(super) fn obstacle(toolchain: &InstalledToolchain) -> Result<Option<String>, Error> {
        let Some(moved) = toolchain.moved_to(Path::new(SYSROOT)) else {
            return Ok(Some("cargo and rustc lie outside of their toolchain's folder".to_owned()));
        };
        let folder = tempfile::tempdir().map_err(Error::machine("a temporary folder", "made"))?;
        let stand_in = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir(&path).map_err(Error::machine(&path, "made")).map(|()| path)
        };
        let furniture = Furniture {
            cargo_home: stand_in("cargo")?,
            source: stand_in("src")?,
            target: stand_in("target")?,
            sysroot: toolchain.sysroot.clone(),
        };
        let namespace = Self::of(furniture, folder)?;
        let output = match namespace.enter(moved.clean(&moved.rustc).arg("-Vv")).output() {
            Ok(output) => output,
            Err(cause) => return Ok(Some(format!("`{}`: {cause}", namespace.unshare.display()))),
        };
        if output.status.success() && String::from_utf8_lossy(&output.stdout).lines().eq(&toolchain.rustc_lines) {
            return Ok(None);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(Some(said.lines().last().unwrap_or("the toolchain does not run there").to_owned()))
    }
}
