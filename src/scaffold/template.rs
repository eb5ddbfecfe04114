//! A template: the files that a project is made from, and the questions they need answered.
//!
//! Files that end in `.hbs` are rendered and lose that ending; all others are copied byte for byte, so that braces in
//! Rust source and in CI files mean what they say. `dot_` at the start of a name stands for `.`: the ignore rules of
//! the repository that holds the template then do not apply to it.

use super::Error;
use super::built_in;
use super::manifest::Manifest;
use super::variable::{Variable, nearest};
use std::borrow::Cow;

const MANIFEST: &str = "template.toml";
const RENDERED: &str = ".hbs";

/// The files and questions of one template.
#[derive(Debug)]
pub struct Template {
    name: String,
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
        let files = built_in::files(name).ok_or_else(unknown)?;
        Self::read(name, files.into_iter().map(|(path, bytes)| (path, Cow::Borrowed(bytes))).collect())
    }

    /// The template that these files make up: paths below its folder, with `/` between their parts.
    pub(super) fn read(name: &str, files: Vec<(String, Cow<'static, [u8]>)>) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::Template { place: format!("{name}/{MANIFEST}"), reason: reason.to_owned() };
        let (manifests, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| path == MANIFEST);
        let (_, bytes) = manifests.first().ok_or_else(|| wrong("the file is missing"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("the file is not UTF-8"))?;
        let manifest = Manifest::read(name, text)?;
        let files = files.into_iter().map(|(stored, bytes)| SourceFile { stored, bytes }).collect();
        Ok(Self { name: name.to_owned(), manifest, files })
    }

    /// What `--template` calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
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

    /// The question of this name.
    pub(super) fn variable(&self, name: &str) -> Result<&Variable, Error> {
        self.variables().iter().find(|variable| variable.name == name).ok_or_else(|| Error::UnknownVariable {
            template: self.name.clone(),
            name: name.to_owned(),
            nearest: nearest(name, &self.manifest.names()).map(str::to_owned),
            known: self.manifest.names(),
        })
    }
}

impl SourceFile {
    /// Where the file goes before answers are put into its path, and what becomes of it.
    pub(super) fn destination(&self) -> (String, Treatment) {
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
            let file = SourceFile { stored: stored.to_owned(), bytes: b"".into() };
            assert_eq!(file.destination(), (path.to_owned(), treatment));
        }
    }

    #[test]
    fn the_built_in_template_is_complete() {
        let template = Template::built_in("web").expect("the template");
        let stored: Vec<&str> = template.files().iter().map(|file| file.stored.as_str()).collect();
        for needed in ["Cargo.toml.hbs", "Cargo.lock.hbs", "dot_gitignore", "twelve.toml.hbs", "src/main.rs"] {
            assert!(stored.contains(&needed), "{needed} in {stored:?}");
        }
        assert!(!stored.contains(&"template.toml"));
    }
}
