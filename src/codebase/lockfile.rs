//! The commit's Cargo.lock. It is the commit's or it is refused: one that lies about untracked is not what a colleague
//! or a CI job would compile.

use super::manifest::beside;
use super::{ChosenPackage, Error, Repository, Snapshot};
use crate::artifact::Digest;
use cargo_lock::package::SourceKind;

/// The lockfile of a commit.
#[derive(Debug, Clone)]
pub struct Lockfile {
    /// The file, from the repository's root.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Every package of it, sorted by name, version and source.
    pub packages: Vec<LockfilePackage>,
}

/// A package of the lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockfilePackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
    /// Where it is from.
    pub place: Place,
    /// Where it is from, as the lockfile writes it; a package of a path has no source.
    pub source: Option<String>,
}

/// Where a package of the lockfile is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The repository itself.
    Path,
    /// A registry, by its index.
    Registry {
        /// The index, as a source of cargo's config names it.
        index: String,
        /// Whether it is the default one.
        default: bool,
        /// The sha256 of the `.crate`.
        checksum: Digest,
    },
    /// A git repository.
    Git {
        /// Its address.
        url: String,
        /// The locked commit.
        revision: String,
    },
}

impl Lockfile {
    /// Reads the lockfile of a package's workspace.
    ///
    /// # Errors
    /// Where the commit has none, or it cannot be read.
    pub fn of(repository: &Repository, snapshot: &Snapshot, package: &ChosenPackage) -> Result<Self, Error> {
        let path = beside(&package.workspace, "Cargo.lock");
        let Some(file) = snapshot.file(&path) else {
            return Err(if repository.root().join(&path).exists() {
                let ignored = repository.ignores(&path);
                Error::LockUntracked { path, ignored }
            } else {
                Error::LockMissing { path }
            });
        };
        let bytes = repository.content(file)?;
        let bad = |rule: String| Error::BadLock { path: path.clone(), rule };
        let text = std::str::from_utf8(&bytes).map_err(|_| bad("it is not UTF-8".to_owned()))?;
        let parsed: cargo_lock::Lockfile = text.parse().map_err(|cause: cargo_lock::Error| bad(cause.to_string()))?;
        let mut packages =
            parsed.packages.iter().map(|package| read(&path, package)).collect::<Result<Vec<_>, Error>>()?;
        let key = |package: &LockfilePackage| (package.name.clone(), package.version.clone(), package.source.clone());
        packages.sort_by_cached_key(key);
        Ok(Self { path, bytes, packages })
    }

    /// Every package that a registry gives, with its checksum.
    pub fn of_registries(&self) -> impl Iterator<Item = (&LockfilePackage, Digest)> {
        self.packages.iter().filter_map(|package| match package.place {
            Place::Registry { checksum, .. } => Some((package, checksum)),
            _ => None,
        })
    }
}

impl LockfilePackage {
    /// The name of its folder and its `.crate`, without the extension.
    #[must_use]
    pub fn stem(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// The source as cargo's own messages and this lockfile both write it.
    #[must_use]
    pub fn same_source(&self, source: Option<&str>) -> bool {
        // Both are read and written by one hand, so that a difference in spelling is none.
        let spelled = |text: &str| text.parse::<cargo_lock::SourceId>().map(|id| id.to_string()).ok();
        match (self.source.as_deref(), source) {
            (None, None) => true,
            (Some(one), Some(other)) => one == other || spelled(one) == spelled(other),
            _ => false,
        }
    }
}

fn read(path: &str, package: &cargo_lock::Package) -> Result<LockfilePackage, Error> {
    let name = package.name.as_str().to_owned();
    let bad = |rule: &str| Error::BadLock { path: path.to_owned(), rule: format!("package `{name}`: {rule}") };
    let place = match &package.source {
        None => Place::Path,
        Some(source) => match source.kind() {
            SourceKind::Registry | SourceKind::SparseRegistry => {
                let checksum = package.checksum.as_ref().map(|checksum| format!("{checksum:x}"));
                let checksum = checksum
                    .ok_or_else(|| Error::NoChecksum { path: path.to_owned(), package: name.clone() })?
                    .parse()
                    .map_err(|_| bad("its checksum is no sha256"))?;
                let scheme = if *source.kind() == SourceKind::SparseRegistry { "sparse+" } else { "" };
                Place::Registry {
                    index: format!("{scheme}{}", source.url()),
                    default: source.is_default_registry(),
                    checksum,
                }
            }
            SourceKind::Git(_) => Place::Git {
                url: source.url().to_string(),
                revision: source.precise().ok_or_else(|| bad("no commit is locked"))?.to_owned(),
            },
            _ => return Err(bad("its source is of no kind that a build can verify")),
        },
    };
    let source = package.source.as_ref().map(ToString::to_string);
    Ok(LockfilePackage { name, version: package.version.clone(), place, source })
}
