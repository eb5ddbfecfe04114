//! What is in an image's layers: which paths, and of libraries of the C library the bytes. Nothing of a layer is ever
//! written to this machine's own file system under the name that it has there.

use super::Error;
use crate::artifact::{Digest, Hashed, Root};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use tar::EntryType;

/// Links that are followed for one path, as Linux has it (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// The largest file that is kept, in bytes: a C library has about 2 MB, a loader's cache some hundred KB.
const LARGEST_KEPT: u64 = 32 << 20;

/// What a name in a layer hides of the layers below: itself, or all of its folder (image specification, "Whiteouts").
const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..wh..opq";

/// The files of an image, by their absolute paths.
#[derive(Debug, Default)]
pub(super) struct Files(BTreeMap<PathBuf, Node>);

#[derive(Debug, Clone)]
enum Node {
    Folder { mode: u32 },
    File { mode: u32, kept: Option<Vec<u8>> },
    Link(PathBuf),
}

impl Files {
    /// Adds a layer on top, and gives the digest of its tar.
    pub(super) fn add_layer(&mut self, tar: impl Read) -> io::Result<Digest> {
        let mut hashed = Hashed::over(tar);
        let mut archive = tar::Archive::new(&mut hashed);
        let mut added = BTreeMap::new();
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = absolute(&entry.path()?);
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
            let folder = path.parent().unwrap_or(Path::new("/")).to_path_buf();
            if name == OPAQUE {
                self.0.retain(|known, _| known == &folder || !known.starts_with(&folder));
            } else if let Some(hidden) = name.strip_prefix(WHITEOUT) {
                let hidden = folder.join(hidden);
                self.0.retain(|known, _| !known.starts_with(&hidden));
            } else if let Some(node) = self.node(&mut entry, &added, &name)? {
                added.insert(path, node);
            }
        }
        for (path, node) in added {
            if !matches!(node, Node::Folder { .. }) {
                self.0.retain(|known, _| !known.starts_with(&path));
            }
            self.0.insert(path, node);
        }
        io::copy(&mut hashed, &mut io::sink())?;
        Ok(hashed.finish().0)
    }

    fn node(
        &self,
        entry: &mut tar::Entry<'_, impl Read>,
        added: &BTreeMap<PathBuf, Node>,
        name: &str,
    ) -> io::Result<Option<Node>> {
        let mode = entry.header().mode()?;
        Ok(match entry.header().entry_type() {
            EntryType::Directory => Some(Node::Folder { mode }),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let mut kept = None;
                if is_kept(name) && entry.size() <= LARGEST_KEPT {
                    entry.read_to_end(kept.insert(Vec::new()))?;
                }
                Some(Node::File { mode, kept })
            }
            EntryType::Symlink => entry.link_name()?.map(|target| Node::Link(target.into_owned())),
            EntryType::Link => {
                let target = entry.link_name()?.map(|target| absolute(&target)).unwrap_or_default();
                added.get(&target).or_else(|| self.0.get(&target)).cloned()
            }
            _ => None,
        })
    }

    /// Whether a program stands there, behind all links.
    pub(super) fn is_program(&self, path: &str) -> bool {
        matches!(self.at(Path::new(path)), Some((_, Node::File { mode, .. })) if mode & 0o111 != 0)
    }

    /// Whether everybody may write into the folder and remove only what is their own, as in `/tmp`.
    pub(super) fn is_shared_folder(&self, path: &str) -> bool {
        matches!(self.at(Path::new(path)), Some((_, Node::Folder { mode })) if mode & 0o1777 == 0o1777)
    }

    /// The path with its links resolved, and what is there.
    fn at(&self, path: &Path) -> Option<(PathBuf, &Node)> {
        let mut ahead: Vec<PathBuf> = components(path);
        let (mut found, mut links) = (PathBuf::from("/"), 0);
        while let Some(next) = ahead.pop() {
            if next == Path::new("..") {
                found.pop();
                continue;
            }
            let one = found.join(&next);
            match self.0.get(&one) {
                Some(Node::Link(target)) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return None;
                    }
                    if target.is_absolute() {
                        found = PathBuf::from("/");
                    }
                    ahead.extend(components(target));
                }
                _ => found = one,
            }
        }
        self.0.get_key_value(&found).map(|(path, node)| (path.clone(), node))
    }
}

impl Root for Files {
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.at(path).map(|(path, _)| path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn has(&self, path: &Path) -> bool {
        self.at(path).is_some()
    }

    fn library(&self, path: &Path) -> Option<Vec<u8>> {
        match self.at(path)?.1 {
            Node::File { kept, .. } => kept.clone(),
            _ => None,
        }
    }

    /// Where an image has no cache, its loader looks beside itself and in the usual folders.
    fn loader_cache(&self) -> Option<Vec<u8>> {
        Some(self.library(Path::new("/etc/ld.so.cache")).unwrap_or_default())
    }
}

fn is_kept(name: &str) -> bool {
    name == "ld.so.cache" || name.starts_with("libc.so") || (name.starts_with("libc-") && name.ends_with(".so"))
}

/// A name in a layer as a path from the root; it cannot lead out of it.
fn absolute(name: &Path) -> PathBuf {
    let mut path = PathBuf::from("/");
    for component in name.components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::ParentDir => {
                path.pop();
            }
            _ => {}
        }
    }
    path
}

/// The components of a path, last first.
fn components(path: &Path) -> Vec<PathBuf> {
    let kept = path.components().filter(|one| matches!(one, Component::Normal(_) | Component::ParentDir));
    kept.map(|one| PathBuf::from(one.as_os_str())).rev().collect()
}

/// Why a layer cannot be read.
pub(super) fn unreadable(image: &str, cause: &io::Error) -> Error {
    Error::BadBase { image: image.to_owned(), why: format!("a layer of it is no tar: {cause}") }
}
