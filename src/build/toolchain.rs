//! The toolchain: the one that the commit asks for, else the one that `cargo` means where the user stands. Its own bin
//! folder is called directly, never rustup's proxies, which listen to the environment.

use super::Error;
use super::kept_out::kept_out_wrapper;
use super::outside::Outside;
use crate::codebase::cargo::cargo_platform::Cfg;
use crate::codebase::{Repository, Snapshot, beside, self_and_above};
use crate::report::Reporter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

/// What compiles.
#[derive(Debug, Clone)]
pub(super) struct InstalledToolchain {
    /// cargo itself.
    pub(super) cargo: PathBuf,
    /// rustc itself.
    pub(super) rustc: PathBuf,
    /// The folder that the toolchain lies in.
    pub(super) sysroot: PathBuf,
    /// The lines of `rustc -Vv`.
    pub(super) rustc_lines: Vec<String>,
    /// The line of `cargo -V`.
    pub(super) cargo_line: String,
    /// The first line of `cc --version`.
    pub(super) cc: Option<String>,
    /// The host's target triple.
    pub(super) host: String,
    /// The name that the commit or rustup gives it.
    name: Option<String>,
}

/// The commit's file that names a toolchain.
struct Pinned {
    file: &'static str,
    text: String,
}

impl InstalledToolchain {
    /// Finds the toolchain for a package of a commit.
    pub(super) fn find(
        outside: &Outside,
        repository: &Repository,
        snapshot: &Snapshot,
        package: &str,
        reporter: &Reporter,
    ) -> Result<Self, Error> {
        let pinned = pinned(repository, snapshot, package)?;
        let cargo = outside.cargo()?;
        let rustc = beside_or_on_path(outside, &cargo, "rustc");
        let rustup = beside_or_on_path(outside, &cargo, "rustup");
        let has_beside = |program: &Path, name: &str| program.with_file_name(name).is_file();
        // rustup's proxies lie beside it. They know no toolchain in the clean environment of a build.
        let is_proxy =
            [Some(&cargo), rustc.as_ref()].into_iter().flatten().any(|program| has_beside(program, "rustup"));
        match rustup {
            Some(rustup) if pinned.is_some() || is_proxy => {
                let ask = |program: &str| ask_rustup(outside, &rustup, pinned.as_ref(), program);
                let own = [ask("cargo")?, ask("rustc")?];
                if !has_beside(&cargo, "rustc") {
                    reporter.tell(&kept_out_wrapper(&cargo));
                }
                let [cargo, rustc] = own;
                Self::read(cargo, rustc, pinned.as_ref().and_then(Pinned::channel), outside)
            }
            _ => Self::read(cargo, rustc.ok_or(Error::NoCargo)?, None, outside),
        }
    }

    fn read(cargo: PathBuf, rustc: PathBuf, pinned: Option<String>, outside: &Outside) -> Result<Self, Error> {
        let mut found = Self {
            cargo,
            rustc,
            sysroot: PathBuf::new(),
            rustc_lines: Vec::new(),
            cargo_line: String::new(),
            cc: None,
            host: String::new(),
            name: pinned.or_else(|| outside.variable("RUSTUP_TOOLCHAIN")?.to_str().map(str::to_owned)),
        };
        found.rustc_lines = lines(found.clean(&found.rustc).arg("-Vv"))?;
        let host = found.rustc_lines.iter().find_map(|line| line.strip_prefix("host: "));
        found.host =
            host.ok_or_else(|| Error::Misunderstood { said: "`rustc -Vv` names no host".to_owned() })?.to_owned();
        let sysroot = lines(found.clean(&found.rustc).args(["--print", "sysroot"]))?;
        found.sysroot = sysroot.into_iter().next().map_or_else(|| PathBuf::from("/"), PathBuf::from);
        found.cargo_line = lines(found.clean(&found.cargo).arg("-V"))?.into_iter().next().unwrap_or_default();
        // Nothing is linked without one, and then rustc says so itself.
        found.cc = lines(found.clean(Path::new("cc")).arg("--version")).ok().and_then(|lines| lines.into_iter().next());
        Ok(found)
    }

    /// PATH in a build: the toolchain and the system's own folders.
    pub(super) fn path(&self) -> String {
        let own =
            [&self.cargo, &self.rustc].map(|program| program.parent().unwrap_or(Path::new("/")).display().to_string());
        let own = if own[0] == own[1] { own[0].clone() } else { own.join(":") };
        format!("{own}:/usr/bin:/bin")
    }

    /// A command with the clean environment that every program of a build gets.
    pub(super) fn clean(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", self.path())
            .env("HOME", "/nonexistent")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir("/");
        command
    }

    /// The same toolchain, where its folder stands elsewhere. There is none where its programs lie outside of it.
    pub(super) fn moved_to(&self, sysroot: &Path) -> Option<Self> {
        let programs = [(&self.cargo, "bin/cargo"), (&self.rustc, "bin/rustc")];
        let own = |(program, name): &(&PathBuf, &str)| {
            let known = self.sysroot.join(name).canonicalize();
            known.is_ok_and(|known| program.canonicalize().is_ok_and(|program| program == known))
        };
        let [cargo, rustc] = programs.map(|(_, name)| sysroot.join(name));
        programs.iter().all(own).then(|| Self { cargo, rustc, sysroot: sysroot.to_path_buf(), ..self.clone() })
    }

    /// Makes sure that a target's standard library is there.
    pub(super) fn require_target(&self, target: &str) -> Result<(), Error> {
        if self.sysroot.join("lib/rustlib").join(target).join("lib").is_dir() {
            return Ok(());
        }
        Err(Error::NoTarget { target: target.to_owned(), toolchain: self.name.clone() })
    }

    /// The `cfg` of a target.
    pub(super) fn cfgs(&self, target: &str) -> Result<Vec<Cfg>, Error> {
        let lines = lines(self.clean(&self.rustc).args(["--print", "cfg", "--target", target]))?;
        Ok(lines.iter().filter_map(|line| Cfg::from_str(line).ok()).collect())
    }
}

impl Pinned {
    /// The name of the toolchain that it asks for.
    fn channel(&self) -> Option<String> {
        match self.text.parse::<toml::Table>() {
            Ok(table) => table.get("toolchain")?.get("channel")?.as_str().map(str::to_owned),
            // The file without an extension may hold the bare name.
            Err(_) => self.text.lines().next().map(|line| line.trim().to_owned()),
        }
    }
}

fn pinned(repository: &Repository, snapshot: &Snapshot, package: &str) -> Result<Option<Pinned>, Error> {
    for folder in self_and_above(package) {
        // Where both stand, rustup reads the one without an extension.
        for file in ["rust-toolchain", "rust-toolchain.toml"] {
            let path = beside(folder, file);
            let Some(text) = repository.text(snapshot, &path)? else { continue };
            let table = text.parse::<toml::Table>().unwrap_or_default();
            if table.get("toolchain").is_some_and(|toolchain| toolchain.get("path").is_some()) {
                return Err(Error::ToolchainByPath { file: path });
            }
            return Ok(Some(Pinned { file, text }));
        }
    }
    Ok(None)
}

fn beside_or_on_path(outside: &Outside, cargo: &Path, name: &str) -> Option<PathBuf> {
    Some(cargo.with_file_name(name)).filter(|path| path.is_file()).or_else(|| outside.program(name))
}

/// Where rustup keeps a program of the toolchain. It is asked in a folder that holds the commit's file and nothing
/// else; where the commit has none, what the user's `cargo` means here holds.
fn ask_rustup(outside: &Outside, rustup: &Path, pinned: Option<&Pinned>, program: &str) -> Result<PathBuf, Error> {
    let folder = tempfile::tempdir().map_err(Error::machine("a temporary folder", "made"))?;
    let mut command = outside.command(rustup);
    command.args(["which", program]).env("RUSTUP_AUTO_INSTALL", "0");
    match pinned {
        Some(pinned) => {
            let path = folder.path().join(pinned.file);
            std::fs::write(&path, &pinned.text).map_err(Error::machine(path, "written"))?;
            command.current_dir(folder.path());
        }
        None => {
            let inherited = outside.variable("RUSTUP_TOOLCHAIN").map(|name| ("RUSTUP_TOOLCHAIN", name));
            command.envs(inherited);
        }
    }
    let output = command.output().map_err(|cause| Error::NotStarted { program: rustup.to_path_buf(), cause })?;
    if output.status.success() {
        return Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let said = text.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or(text.trim()).to_owned();
    let named = said.split("toolchain '").nth(1).and_then(|rest| rest.split('\'').next()).map(str::to_owned);
    Err(match pinned.and_then(Pinned::channel).or(named) {
        Some(toolchain) => Error::NoToolchain { toolchain, said },
        None => Error::NoneChosen { said },
    })
}

fn lines(command: &mut Command) -> Result<Vec<String>, Error> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(|cause| Error::NotStarted { program: program.clone(), cause })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Misunderstood { said: format!("`{}`: {said}", program.display()) });
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}
