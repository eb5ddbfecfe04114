//! `build.json`: what is in a build. It holds what is a function of the commit and the toolchain, and nothing else:
//! no number, no date of building, no name of a machine, no config.

use super::{ArchivePath, Digest, Error, Mode, UtcTime, canonical_json};
use crate::app::{AppName, Declaration};
use serde::{Deserialize, Serialize};

/// Where the manifest stands in a build.
pub const MANIFEST_PATH: &str = "app/build.json";
/// Where the lockfile stands in a build.
pub const LOCKFILE_PATH: &str = "app/Cargo.lock";
/// Where the declaration stands in a build.
pub const TWELVE_TOML_PATH: &str = "app/twelve.toml";
/// Where the software bill of materials stands in a build.
pub const SBOM_PATH: &str = "app/sbom.cdx.json";

/// The manifest of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildManifest {
    /// The version of this format.
    pub format: u64,
    /// The app.
    pub app: AppName,
    /// The package that it was made from.
    pub package: String,
    /// The package's version.
    pub version: semver::Version,
    /// The full id of the commit.
    pub commit: String,
    /// When the commit was made.
    pub commit_time: UtcTime,
    /// The target triple.
    pub target: String,
    /// The dependencies, as locked and as compiled.
    pub lockfile: Lockfile,
    /// What compiled it.
    pub toolchain: Toolchain,
    /// What it needs of the system that runs it.
    pub system: System,
    /// What the app declares, normalised.
    pub declaration: Declaration,
    /// Every entry but the manifest, sorted by the bytes of its path.
    pub files: Vec<TreeFile>,
}

/// The lockfile and what it locks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockfile {
    /// The digest of Cargo.lock.
    pub sha256: Digest,
    /// Every package of it, sorted by name, version and source.
    pub packages: Vec<LockedPackage>,
}

/// A package of the lockfile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
    /// Where it is from; a member of the workspace has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The sha256 of its `.crate`, as locked and as hashed before it was compiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Digest>,
    /// Whether anything of it was compiled for this build.
    pub compiled: bool,
    /// As what it was compiled, in this order: `normal`, `build`, `proc-macro`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<PackageKind>,
    /// The features that it was compiled with, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// As what a package was compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageKind {
    /// Its code is in the binaries.
    Normal,
    /// It, or its build script, ran while building.
    Build,
    /// It ran inside the compiler.
    ProcMacro,
}

/// What compiled the build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The lines of `rustc -Vv`.
    pub rustc: Vec<String>,
    /// The line of `cargo -V`.
    pub cargo: String,
    /// The first line of `cc --version`, where there is a C compiler: it links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cc: Option<String>,
    /// The profile.
    pub profile: String,
    /// The features that were asked for.
    pub features: Vec<String>,
    /// The effective flags, with prefixes written as `$CARGO_HOME`, `$SRC` and `$TARGET`.
    pub rustflags: Vec<String>,
    /// Where the source stood when it was compiled.
    pub source_path: SourcePath,
}

/// Where the source stood when it was compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourcePath {
    /// At the one path that every build has, in a mount namespace of its own.
    Canonical,
    /// At a path of this machine, which the compiler was told to write otherwise.
    Remapped,
}

/// What a build needs of the system that runs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// The shared libraries that its binaries name as NEEDED, sorted.
    pub needed: Vec<String>,
    /// The highest version of a GLIBC symbol that a binary needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glibc: Option<String>,
    /// A symbol that needs that version: the first by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glibc_symbol: Option<GlibcSymbol>,
    /// The program that loads its binaries, by its absolute path; a static binary has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loader: Option<String>,
    /// Where its binaries say that their libraries are (RPATH and RUNPATH), sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_path: Vec<String>,
}

/// A symbol of the C library that a binary needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlibcSymbol {
    /// Its name.
    pub symbol: String,
    /// The binary.
    pub bin: String,
}

/// A file of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeFile {
    /// Its path in the archive.
    pub path: ArchivePath,
    /// Its mode.
    pub mode: Mode,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of its content.
    pub sha256: Digest,
}

impl BuildManifest {
    /// The manifest's one text.
    ///
    /// # Errors
    /// Where it holds what canonical JSON cannot.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        canonical_json(self)
    }

    /// The size of all its files in bytes; the largest number where their sum is larger, as only a hostile one's is.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.size))
    }

    /// Reads a manifest whose digest has been verified.
    ///
    /// # Errors
    /// Where the format is another, a field is missing, or the paths are not sorted and unique.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let manifest: Self = super::release_record::from_json("build manifest", bytes)?;
        let paths = manifest.files.iter().map(|file| file.path.as_str());
        let sorted = paths.clone().zip(paths.clone().skip(1)).all(|(one, next)| one < next);
        if !sorted || paths.clone().any(|path| path == MANIFEST_PATH) {
            return Err(Error::damaged("build manifest", "its files are not sorted, or one stands there twice"));
        }
        // A path that is both a file and a folder would make an archive that no reader unpacks.
        let files: std::collections::BTreeSet<&str> = paths.collect();
        let folder = manifest.files.iter().flat_map(|file| file.path.folders()).find(|folder| files.contains(folder));
        match folder {
            Some(folder) => Err(Error::damaged("build manifest", format!("`{folder}` is a file and a folder"))),
            None => Ok(manifest),
        }
    }
}
