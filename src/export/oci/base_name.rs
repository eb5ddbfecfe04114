//! Which image an image is built on: none, or one by its digest. A tag is refused: what it names is another image
//! tomorrow, and the same release would be another one then.

use super::descriptor::BlobDigest;
use oci_client::Reference;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The base of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseName {
    /// Nothing.
    Scratch,
    /// An image in a folder with the image layout.
    Layout {
        /// The folder.
        folder: PathBuf,
        /// The digest of its manifest or index.
        digest: BlobDigest,
    },
    /// An image in a registry.
    Registry {
        /// Its registry, name and digest.
        reference: Box<Reference>,
        /// The digest of its manifest or index.
        digest: BlobDigest,
    },
}

/// A word that names no base.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoBase(String);

impl FromStr for BaseName {
    type Err = NoBase;

    fn from_str(word: &str) -> Result<Self, NoBase> {
        let image = word.strip_prefix("docker://").unwrap_or(word);
        let folder = word.strip_prefix("oci:");
        let refuse = |why: &str| NoBase(why.to_owned());
        if word == "scratch" {
            return Ok(Self::Scratch);
        }
        let Some((place, digest)) = image.rsplit_once('@') else {
            let shown = folder.map_or_else(|| format!("docker://{image}"), |_| word.to_owned());
            return Err(NoBase(format!(
                "a tag can name another image tomorrow, so a base is named by its digest, `NAME@sha256:...`; \
                 `skopeo inspect --format '{{{{.Digest}}}}' {shown}` tells it"
            )));
        };
        let digest = BlobDigest::try_from(digest.to_owned()).map_err(|why| refuse(&why))?;
        if let Some(folder) = folder {
            let folder = PathBuf::from(folder.rsplit_once('@').map_or(folder, |(folder, _)| folder));
            return Ok(Self::Layout { folder, digest });
        }
        let named = place.parse::<Reference>().map_err(|_| refuse("this is no name of an image"))?;
        let (registry, repository) = (named.registry().to_owned(), named.repository().to_owned());
        let reference = Box::new(Reference::with_digest(registry, repository, digest.to_string()));
        Ok(Self::Registry { reference, digest })
    }
}

impl BaseName {
    /// The same, with the path of a folder from this one.
    #[must_use]
    pub fn below(self, directory: &Path) -> Self {
        match self {
            Self::Layout { folder, digest } => Self::Layout { folder: directory.join(folder), digest },
            other => other,
        }
    }
}

impl fmt::Display for BaseName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scratch => formatter.write_str("scratch"),
            Self::Layout { folder, digest } => write!(formatter, "oci:{}@{digest}", folder.display()),
            Self::Registry { reference, .. } => formatter.write_str(&reference.whole()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BaseName;

    #[test]
    fn a_base_is_named_by_digest_alone() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let read =
            |word: &str| word.parse::<BaseName>().map(|name| name.to_string()).map_err(|refusal| refusal.to_string());
        assert_eq!(read("scratch"), Ok("scratch".to_owned()));
        assert_eq!(read(&format!("debian@{digest}")), Ok(format!("docker.io/library/debian@{digest}")));
        assert_eq!(
            read(&format!("docker://127.0.0.1:5000/a/b:12@{digest}")),
            Ok(format!("127.0.0.1:5000/a/b@{digest}"))
        );
        assert_eq!(read(&format!("oci:bases/debian@{digest}")), Ok(format!("oci:bases/debian@{digest}")));
        let refusal = read("debian:12").expect_err("a tag");
        assert!(refusal.contains("skopeo inspect --format '{{.Digest}}' docker://debian:12"), "{refusal}");
        for bad in ["debian@sha256:12", "debian@sha512:aa", "", "oci:x"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
