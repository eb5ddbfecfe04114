//! The set of files that an exporter makes: path, mode and bytes, in the order of their paths, and a list of them by
//! which a later export knows them as its own.

use crate::artifact::Digest;
use crate::report::Printable;
use std::collections::BTreeMap;
use std::fs::File;

/// The name of the list: digests and paths as sha256sum(1) reads them, so that `sha256sum -c` checks a folder.
pub const MARK: &str = ".cargo-twelve-export";

/// Files that belong together.
#[derive(Debug)]
pub struct GeneratedFiles {
    origin: String,
    files: BTreeMap<String, GeneratedFile>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct GeneratedFile {
    pub(super) mode: u32,
    pub(super) content: Content,
}

/// What is in a file.
#[derive(Debug)]
pub enum Content {
    /// A text or a document that was made here.
    Bytes(Vec<u8>),
    /// A file that is taken over as it is, from its first byte; it may have no name.
    File {
        /// It.
        file: File,
        /// Its digest, verified.
        sha256: Digest,
    },
}

impl Content {
    fn sha256(&self) -> Digest {
        match self {
            Self::Bytes(bytes) => Digest::of(bytes),
            Self::File { sha256, .. } => *sha256,
        }
    }
}

impl GeneratedFiles {
    /// No files yet. `release` says what they are made from, `command` is the command line that makes them.
    #[must_use]
    pub fn new(release: &str, command: &str) -> Self {
        let origin = format!("{}, exported by: {}", Printable(release), Printable(command));
        Self { origin, files: BTreeMap::new() }
    }

    /// The line that says which release and which command made them, without a comment's sign.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Adds a text whose format has `#` for comments; its first line says where it is from. `path` is relative, with `/`.
    pub fn add_text(&mut self, path: impl Into<String>, text: &str) {
        let bytes = format!("# {}\n{text}", self.origin).into_bytes();
        self.add(path, 0o644, bytes);
    }

    /// Adds a text that holds secrets: its file is for its owner alone.
    pub fn add_private_text(&mut self, path: impl Into<String>, text: &str) {
        let bytes = format!("# {}\n{text}", self.origin).into_bytes();
        self.add(path, 0o600, bytes);
    }

    /// Adds a file as it is.
    pub fn add(&mut self, path: impl Into<String>, mode: u32, bytes: Vec<u8>) {
        self.add_content(path, mode, Content::Bytes(bytes));
    }

    /// Adds a file with this content.
    pub fn add_content(&mut self, path: impl Into<String>, mode: u32, content: Content) {
        self.files.insert(path.into(), GeneratedFile { mode, content });
    }

    /// The paths, sorted by their bytes.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files, by their paths.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &GeneratedFile)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The list of them, which is a file too.
    pub(super) fn mark(&self) -> GeneratedFile {
        let line = |(path, file): (&String, &GeneratedFile)| format!("{}  {path}\n", file.content.sha256());
        let lines: String = self.files.iter().map(line).collect();
        let bytes = format!("# {}\n{lines}", self.origin).into_bytes();
        GeneratedFile { mode: 0o644, content: Content::Bytes(bytes) }
    }
}

/// The digests and paths of a list; none where it is no list of ours.
pub(super) fn listed(mark: &str) -> Option<BTreeMap<String, Digest>> {
    let lines = mark.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (digest, path) = line.split_once("  ")?;
            Some((path.to_owned(), digest.parse().ok()?))
        })
        .collect()
}
