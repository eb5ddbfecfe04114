//! Where a template is: inside this program, in a folder, or in a git repository.

use super::folder;
use super::template::SourceFile;
use super::{Error, Template, built_in};
use crate::codebase::remote_tree::{self, RemoteTree, Wanted};
use crate::codebase::without_credentials;
use crate::report::Printable;
use std::fmt;
use std::path::{Path, PathBuf};

/// A template's place, as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A name of a built-in template.
    BuiltIn(String),
    /// A folder.
    Folder(PathBuf),
    /// A git repository.
    Git {
        /// Its address.
        url: String,
        /// What of it is wanted.
        wanted: Wanted,
        /// The folder in it, with `/` between its parts; empty for the root.
        subfolder: String,
    },
}

/// Where a template was found: what a project remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// Inside this program.
    BuiltIn,
    /// In a folder.
    Folder(PathBuf),
    /// In a commit of a git repository.
    Git {
        /// Its address, without what could let somebody in.
        url: String,
        /// The tag, branch or revision that was asked for.
        wanted: Wanted,
        /// The commit that it was then.
        commit: String,
        /// The folder in it.
        subfolder: String,
    },
}

/// How git may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Its questions (a passphrase, a user's name) reach a person.
    Attended,
    /// It asks nothing.
    Unattended,
}

impl Source {
    /// What the words of a command line mean: an address with `://` or `user@host:path` is a repository, and so is any
    /// path of which a tag, branch or revision is wanted; a name without `/` is built in; all else is a folder, from
    /// `directory`.
    ///
    /// # Errors
    /// Where a part of a repository is wanted of something that is none.
    pub fn named(text: &str, wanted: Wanted, subfolder: &str, directory: &Path) -> Result<Self, Error> {
        let subfolder = subfolder.trim_matches('/').to_owned();
        let address = text.contains("://") || is_scp_like(text);
        if address || wanted != Wanted::Head {
            let local = (!address).then(|| directory.join(text).to_string_lossy().into_owned());
            return Ok(Self::Git { url: local.unwrap_or_else(|| text.to_owned()), wanted, subfolder });
        }
        let path = directory.join(text);
        if !text.contains('/') && (built_in::names().iter().any(|name| name == text) || !path.is_dir()) {
            return match subfolder.is_empty() {
                true => Ok(Self::BuiltIn(text.to_owned())),
                false => Err(Error::template(text, "a built-in template has no subfolder")),
            };
        }
        let path = path.canonicalize().map_err(Error::machine("open the template", &path))?;
        Ok(Self::Folder(if subfolder.is_empty() { path } else { path.join(subfolder) }))
    }

    /// The template at the newest version that a tag of its repository names: `v1.2.3` or `1.2.3`.
    ///
    /// # Errors
    /// Where no tag is a version, or git refuses.
    pub fn newest_tag(url: &str, subfolder: &str, network: Network) -> Result<Self, Error> {
        let tags = remote_tree::tags(url, network == Network::Attended).map_err(Error::Remote)?;
        let version = |tag: &String| tag.strip_prefix('v').unwrap_or(tag).parse::<semver::Version>().ok();
        let newest = tags.into_iter().filter_map(|tag| Some((version(&tag)?, tag))).max();
        let (_, tag) = newest.ok_or_else(|| Error::Pinned { wanted: "a tag".to_owned() })?;
        Ok(Self::Git { url: url.to_owned(), wanted: Wanted::Tag(tag), subfolder: subfolder.to_owned() })
    }

    /// Reads the template.
    ///
    /// # Errors
    /// Where it is not there, or something of it may not be part of a template.
    pub fn read(&self, network: Network) -> Result<Template, Error> {
        match self {
            Self::BuiltIn(name) => Template::built_in(name),
            Self::Folder(path) => {
                let label = label(&path.to_string_lossy());
                Template::read(&label, Provenance::Folder(path.clone()), folder::files(path, &label)?)
            }
            Self::Git { url, wanted, subfolder } => {
                let attended = network == Network::Attended;
                let tree = RemoteTree::fetch(url, wanted, attended).map_err(Error::Remote)?;
                let label = label(if subfolder.is_empty() { url } else { subfolder });
                let files = tree.files(subfolder, &folder::LIMITS).map_err(|cause| match cause {
                    remote_tree::Error::Unfit { path, reason } => Error::template(format!("{label}/{path}"), reason),
                    other => Error::Remote(other),
                })?;
                let files = files.into_iter().map(|file| SourceFile {
                    stored: file.path,
                    bytes: file.bytes.into(),
                    executable: file.executable,
                });
                let provenance = Provenance::Git {
                    url: without_credentials(url),
                    wanted: wanted.clone(),
                    commit: tree.commit().to_owned(),
                    subfolder: subfolder.clone(),
                };
                Template::read(&label, provenance, files.collect())
            }
        }
    }
}

/// As a sentence has it.
impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(name) => write!(formatter, "the built-in `{}`", Printable(name)),
            Self::Folder(path) => write!(formatter, "the folder `{}`", Printable(path.to_string_lossy())),
            Self::Git { url, .. } => write!(formatter, "`{}`", Printable(url)),
        }
    }
}

/// `user@host:path`, as ssh and git have it.
fn is_scp_like(text: &str) -> bool {
    text.split_once(':').is_some_and(|(host, path)| {
        host.contains('@') && !host.contains('/') && !path.is_empty() && !host.starts_with('-')
    })
}

/// The last part of a path or address: what messages call a template.
fn label(place: &str) -> String {
    let last = place.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let last = last.strip_suffix(".git").unwrap_or(last);
    if last.is_empty() { "template".to_owned() } else { last.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Source, label};
    use crate::codebase::remote_tree::Wanted;
    use std::path::Path;

    #[test]
    fn a_word_a_path_and_an_address_are_told_apart() {
        let here = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(here.path().join("mine")).expect("a folder");
        let named = |text: &str, wanted| Source::named(text, wanted, "", here.path()).expect("a source");
        assert_eq!(named("web", Wanted::Head), Source::BuiltIn("web".to_owned()));
        assert!(matches!(named("mine", Wanted::Head), Source::Folder(_)));
        assert!(matches!(named("./mine", Wanted::Head), Source::Folder(_)));
        assert_eq!(named("wbe", Wanted::Head), Source::BuiltIn("wbe".to_owned()));
        for address in ["https://example.org/t.git", "git@example.org:ada/t.git", "file:///srv/t"] {
            assert!(matches!(named(address, Wanted::Head), Source::Git { url, .. } if url == address));
        }
        let tag = named("mine", Wanted::Tag("v1".to_owned()));
        assert!(matches!(tag, Source::Git { url, .. } if Path::new(&url) == here.path().join("mine")));
    }

    #[test]
    fn a_template_is_called_by_the_last_part_of_its_place() {
        for (place, called) in
            [("https://example.org/ada/t.git", "t"), ("git@host:t", "t"), ("/srv/t/", "t"), ("/", "template")]
        {
            assert_eq!(label(place), called);
        }
    }
}
