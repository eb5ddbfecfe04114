//! Where an image goes to: a folder, or a name in a registry.

use oci_client::Reference;
use std::path::PathBuf;
use std::str::FromStr;

/// How a name in a registry is told from a folder.
const SCHEME: &str = "docker://";

/// Where an image goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImagePlace {
    /// A folder, which gets the image layout.
    Folder(PathBuf),
    /// A name in a registry.
    Registry {
        /// The registry and the name.
        name: Box<Reference>,
        /// The tag, where one was said.
        tag: Option<String>,
    },
}

/// A word that names no place for an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoPlace(String);

impl FromStr for ImagePlace {
    type Err = NoPlace;

    fn from_str(word: &str) -> Result<Self, NoPlace> {
        let Some(name) = word.strip_prefix(SCHEME) else {
            return match word.split_once("://") {
                None if word.is_empty() => Err(NoPlace("name a folder, or `docker://REGISTRY/NAME`".to_owned())),
                None => Ok(Self::Folder(PathBuf::from(word))),
                // What stands before `://` may be no credential, what follows may hold one.
                Some((scheme, _)) => Err(NoPlace(format!(
                    "`{scheme}://` is not known: a registry is `docker://REGISTRY/NAME`, anything else a folder"
                ))),
            };
        };
        if name.split('/').next().is_some_and(|registry| registry.contains('@')) {
            return Err(NoPlace("a login is not part of a name: `docker login` or `podman login` keeps it".to_owned()));
        }
        if name.contains('@') {
            return Err(NoPlace("the digest of an image follows from it: leave out `@...`".to_owned()));
        }
        let read = name.parse::<Reference>();
        let read = read.map_err(|why| NoPlace(format!("{why}: write `docker://REGISTRY/NAME` or `...:TAG`")))?;
        let tagged = name.rsplit('/').next().is_some_and(|last| name.contains('/') && last.contains(':'));
        let tagged = tagged || (!name.contains('/') && name.contains(':'));
        let tag = read.tag().filter(|_| tagged).map(str::to_owned);
        let name = Reference::with_tag(read.registry().to_owned(), read.repository().to_owned(), "latest".to_owned());
        Ok(Self::Registry { name: Box::new(name), tag })
    }
}

#[cfg(test)]
mod tests {
    use super::ImagePlace;

    fn read(word: &str) -> Result<String, String> {
        match word.parse::<ImagePlace>().map_err(|refusal| refusal.to_string())? {
            ImagePlace::Folder(path) => Ok(format!("folder {}", path.display())),
            ImagePlace::Registry { name, tag } => Ok(format!("{} {} {tag:?}", name.registry(), name.repository())),
        }
    }

    #[test]
    fn a_place_is_a_folder_or_a_name_in_a_registry() {
        assert_eq!(read("images/shop"), Ok("folder images/shop".to_owned()));
        assert_eq!(read("docker://127.0.0.1:5000/shop"), Ok("127.0.0.1:5000 shop None".to_owned()));
        assert_eq!(read("docker://r.example.org/a/shop:next"), Ok("r.example.org a/shop Some(\"next\")".to_owned()));
        assert_eq!(read("docker://ada/shop"), Ok("docker.io ada/shop None".to_owned()));
    }

    #[test]
    fn a_login_in_a_name_is_refused_and_not_repeated() {
        let refusal = read("docker://ada:hunter2@r.example.org/shop").expect_err("refused");
        assert!(refusal.contains("podman login") && !refusal.contains("hunter2"), "{refusal}");
        let refusal = read("https://ada:hunter2@r.example.org/shop").expect_err("refused");
        assert!(!refusal.contains("hunter2"), "{refusal}");
        assert!(read("docker://r.example.org/Shop").is_err());
        assert!(read(&format!("docker://r.example.org/shop@sha256:{}", "a".repeat(64))).is_err());
    }
}
