//! A template: the files that a project is made from, and the questions they need answered.
//!
//! Files that end in `.hbs` are rendered and lose that ending; all others are copied byte for byte, so that braces in
//! Rust source and in CI files mean what they say. `dot_` at the start of a name stands for `.`: the ignore rules of
//! the repository that holds the template then do not apply to it.

use super::manifest::Manifest;
use super::variable::{Variable, nearest};
use super::{Error, Provenance, built_in};
use std::borrow::Cow;

const MANIFEST: &str = "template.toml";
const RENDERED: &str = ".hbs";

/// The files and questions of one template.
#[derive(Debug)]
pub struct Template {
    label: String,
    provenance: Provenance,
    manifest: Manifest,
    files: Vec<SourceFile>,
}

/// One file of a template.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Its path below the template's folder, as stored.
    pub(super) stored: String,
    /// Its bytes as stored.
    pub(super) bytes: Cow<'static, [u8]>,
    /// Whether it is kept as a program.
    pub(super) executable: bool,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Its text is rendered.
    Rendered,
    /// Its bytes are copied.
    Copied,
}

impl Template {
    /// The built-in template of this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn built_in(name: &str) -> Result<Self, Error> {
        let unknown = || Error::UnknownTemplate { name: name.to_owned(), known: built_in::names() };
        let files = built_in::files(name).ok_or_else(unknown)?.into_iter();
        let file = |(stored, bytes)| SourceFile { stored, bytes: Cow::Borrowed(bytes), executable: false };
        Self::read(name, Provenance::BuiltIn, files.map(file).collect())
    }

    /// The template that these files make up: paths below its folder, with `/` between their parts. Messages call it
    /// by the label.
    pub(super) fn read(label: &str, provenance: Provenance, files: Vec<SourceFile>) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::template(format!("{label}/{MANIFEST}"), reason);
        let (manifests, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.stored == MANIFEST);
        let manifest = manifests.first().ok_or_else(|| no_manifest(label, &files))?;
        let text = std::str::from_utf8(&manifest.bytes).map_err(|_| wrong("the file is not UTF-8"))?;
        let stored: Vec<&str> = files.iter().map(|file| file.stored.as_str()).collect();
        let manifest = Manifest::read(label, text, &stored)?;
        Ok(Self { label: label.to_owned(), provenance, manifest, files })
    }

    /// The template of these texts, for the tests of this room.
    #[cfg(test)]
    pub(super) fn of(name: &str, files: &[(&str, &'static str)]) -> Result<Self, Error> {
        let file = |(path, text): &(&str, &'static str)| SourceFile {
            stored: (*path).to_owned(),
            bytes: text.as_bytes().into(),
            executable: false,
        };
        Self::read(name, Provenance::BuiltIn, files.iter().map(file).collect())
    }

    /// What messages call it: the last part of its place.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Where it was found.
    #[must_use]
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// What it calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &semver::Version {
        &self.manifest.version
    }

    /// What it makes, in one line.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.manifest.description
    }

    /// Its questions in the order of asking; the first is the name of the service.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.manifest.variables
    }

    pub(super) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The expression under which a file is part of the project.
    pub(super) fn condition(&self, file: &SourceFile) -> Option<&str> {
        self.manifest.files.get(&file.stored)?.when.as_deref()
    }

    /// Where a file goes before answers are put into its path, and what becomes of it.
    pub(super) fn destination(&self, file: &SourceFile) -> (String, Treatment) {
        let (path, treatment) = file.destination();
        let to = self.manifest.files.get(&file.stored).and_then(|rule| rule.to.clone());
        (to.unwrap_or(path), treatment)
    }

    /// The question of this name.
    pub(super) fn variable(&self, name: &str) -> Result<&Variable, Error> {
        self.variables().iter().find(|variable| variable.name == name).ok_or_else(|| Error::UnknownVariable {
            template: self.name().to_owned(),
            name: name.to_owned(),
            nearest: nearest(name, &self.manifest.names()).map(str::to_owned),
            known: self.manifest.names(),
        })
    }
}

impl SourceFile {
    /// Where its own name says that it goes, and what becomes of it.
    fn destination(&self) -> (String, Treatment) {
        let (path, treatment) = match self.stored.strip_suffix(RENDERED) {
            Some(path) => (path, Treatment::Rendered),
            None => (self.stored.as_str(), Treatment::Copied),
        };
        let parts: Vec<String> = path
            .split('/')
            .map(|part| part.strip_prefix("dot_").map_or_else(|| part.to_owned(), |rest| format!(".{rest}")))
            .collect();
        (parts.join("/"), treatment)
    }
}

/// A collection of templates is no template: which folders of it are, a few of them.
fn no_manifest(label: &str, files: &[SourceFile]) -> Error {
    let folders = files.iter().filter_map(|file| file.stored.strip_suffix(MANIFEST)?.strip_suffix('/'));
    Error::NoManifest { template: label.to_owned(), folders: folders.take(10).map(str::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::{SourceFile, Template, Treatment};

    #[test]
    fn a_stored_name_says_where_a_file_goes_and_what_becomes_of_it() {
        for (stored, path, treatment) in [
            ("Cargo.toml.hbs", "Cargo.toml", Treatment::Rendered),
            ("src/main.rs", "src/main.rs", Treatment::Copied),
            ("dot_gitignore", ".gitignore", Treatment::Copied),
            ("dot_github/workflows/ci.yml", ".github/workflows/ci.yml", Treatment::Copied),
            ("dot_env.example.hbs", ".env.example", Treatment::Rendered),
        ] {
            let file = SourceFile { stored: stored.to_owned(), bytes: b"".into(), executable: false };
            assert_eq!(file.destination(), (path.to_owned(), treatment));
        }
    }

    #[test]
    fn the_built_in_templates_are_complete() {
        for name in super::built_in::names() {
            let template = Template::built_in(&name).expect("the template");
            assert_eq!(template.name(), name);
            let stored: Vec<&str> = template.files().iter().map(|file| file.stored.as_str()).collect();
            for needed in ["Cargo.toml.hbs", "Cargo.lock.hbs", "dot_gitignore", "twelve.toml.hbs", "src/main.rs.hbs"] {
                assert!(stored.contains(&needed), "{needed} in {stored:?}");
            }
            assert!(!stored.contains(&"template.toml"));
        }
    }
}
