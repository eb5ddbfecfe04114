//! What a project remembers of its making, in `.twelve/`: the receipt (which template, which answers) and the base (what
//! was rendered then), so that an update needs nobody to say what was changed since.

use super::offer::{Offer, Origin};
use super::plan::{Mode, Plan, PlannedFile};
use super::source::{Network, Provenance, Source};
use super::{Answers, Error, ProjectPath, Template, folder};
use crate::artifact::Digest;
use crate::codebase::remote_tree::Wanted;
use flate2::{Compression, GzBuilder, read::GzDecoder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The receipt.
pub const RECEIPT: &str = ".twelve/scaffold.toml";

/// What was rendered.
pub(super) const BASE: &str = ".twelve/base.tar.gz";

/// The format that this version reads and writes.
const FORMAT: u32 = 1;

const HEAD: &str = "# What this project was made from. `cargo twelve update` reads it and writes it anew: commit it, and do not edit it.\n\n";

/// What a project remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Receipt {
    format: u32,
    /// The template.
    pub template: ReceiptTemplate,
    /// Whether the project was made as a member of a workspace.
    #[serde(default, skip_serializing_if = "is_false")]
    pub member: bool,
    /// The sha256 of the base.
    base: Digest,
    answers: BTreeMap<String, serde_json::Value>,
    /// The sha256 of each file as it was rendered.
    pub files: BTreeMap<String, Digest>,
}

/// The template of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReceiptTemplate {
    /// What it calls itself.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
    /// A folder, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<PathBuf>,
    /// The address of a repository, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rev: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subfolder: Option<String>,
    /// The commit that it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Plan {
    /// The plan with the receipt and the base of what it has so far.
    ///
    /// # Errors
    /// Where memory cannot be written, which it can.
    pub(super) fn with_receipt(mut self, template: &Template, answers: &Answers) -> Result<Self, Error> {
        let base = packed(self.files()).map_err(Error::machine("pack", BASE))?;
        let receipt = Receipt::of(template, answers, &self, Digest::of(&base));
        let text = toml::to_string(&receipt).map_err(|cause| Error::template(RECEIPT, cause.to_string()))?;
        for (path, bytes) in [(BASE, base), (RECEIPT, format!("{HEAD}{text}").into_bytes())] {
            self.files.insert(0, PlannedFile { path: ProjectPath::own(path), mode: Mode::Plain, bytes: bytes.into() });
        }
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(self)
    }
}

impl Receipt {
    fn of(template: &Template, answers: &Answers, plan: &Plan, base: Digest) -> Self {
        let digests = plan.files().iter().map(|file| (file.path.as_str().to_owned(), Digest::of(&file.bytes)));
        let answers = answers.without_secrets(template).map(|(name, value)| (name.to_owned(), value.clone()));
        Self {
            format: FORMAT,
            template: ReceiptTemplate::of(template),
            member: plan.member,
            base,
            answers: answers.collect(),
            files: digests.collect(),
        }
    }

    /// The nearest folder from here upwards that has a receipt; this one, where none has.
    #[must_use]
    pub fn project_above(folder: &Path) -> &Path {
        folder.ancestors().find(|above| above.join(RECEIPT).is_file()).unwrap_or(folder)
    }

    /// The receipt of a project.
    ///
    /// # Errors
    /// Where there is none, or it is not one of ours.
    pub fn read(project: &Path) -> Result<Self, Error> {
        let path = project.join(RECEIPT);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoReceipt { project: project.to_owned() });
            }
            Err(cause) => return Err(Error::machine("read", path)(cause)),
        };
        let bad = |reason: String| Error::BadReceipt { file: RECEIPT, reason };
        let table: toml::Table = toml::from_str(&text).map_err(|cause| bad(cause.message().to_owned()))?;
        let format = table.get("format").and_then(toml::Value::as_integer);
        if format != Some(i64::from(FORMAT)) {
            let format = format.map_or_else(|| "no format".to_owned(), |format| format!("format {format}"));
            return Err(bad(format!("it has {format}, and this version reads format {FORMAT}")));
        }
        toml::from_str(&text).map_err(|cause| bad(cause.message().to_owned()))
    }

    /// What was rendered then, by path.
    ///
    /// # Errors
    /// Where it is not what the receipt says.
    pub fn base(&self, project: &Path) -> Result<BTreeMap<String, PlannedFile>, Error> {
        let path = project.join(BASE);
        let bytes = fs::read(&path).map_err(Error::machine("read", path))?;
        let bad = |reason: String| Error::BadReceipt { file: BASE, reason };
        if Digest::of(&bytes) != self.base {
            return Err(bad(format!("its sha256 is not the one that {RECEIPT} names")));
        }
        let files = unpacked(&bytes).map_err(bad)?;
        Ok(files.into_iter().map(|file| (file.path.as_str().to_owned(), file)).collect())
    }

    /// What is offered now, with the answers of then among it: behind what was said for this update, before what
    /// holds for every template.
    ///
    /// # Errors
    /// Where one of then is no answer.
    pub fn offers_among(&self, now: Vec<Offer>) -> Result<Vec<Offer>, Error> {
        let (said, standing): (Vec<_>, Vec<_>) = now.into_iter().partition(|offer| offer.origin.is_meant_for_this());
        Ok(said.into_iter().chain(self.offers()?).chain(standing).collect())
    }

    fn offers(&self) -> Result<Vec<Offer>, Error> {
        let bad = |reason: String| Error::BadReceipt { file: RECEIPT, reason };
        let text = toml::to_string(&self.answers).map_err(|cause| bad(cause.to_string()))?;
        Offer::of_toml(&text, &Origin::Receipt).map_err(|(_, reason)| bad(reason))
    }
}

impl ReceiptTemplate {
    fn of(template: &Template) -> Self {
        let mut receipt = Self {
            name: template.name().to_owned(),
            version: template.version().clone(),
            folder: None,
            url: None,
            tag: None,
            branch: None,
            rev: None,
            subfolder: None,
            commit: None,
        };
        match template.provenance() {
            Provenance::BuiltIn => {}
            Provenance::Folder(path) => receipt.folder = Some(path.clone()),
            Provenance::Git { url, wanted, commit, subfolder } => {
                receipt.url = Some(url.clone());
                receipt.commit = Some(commit.clone());
                receipt.subfolder = Some(subfolder.clone()).filter(|subfolder| !subfolder.is_empty());
                match wanted.clone() {
                    Wanted::Head => {}
                    Wanted::Tag(name) => receipt.tag = Some(name),
                    Wanted::Branch(name) => receipt.branch = Some(name),
                    Wanted::Revision(name) => receipt.rev = Some(name),
                }
            }
        }
        receipt
    }

    /// Where an update finds the template: where it was, at the newest version or at what is wanted now.
    ///
    /// # Errors
    /// Where part of a repository is wanted of what is in none; where nothing is wanted, and one commit was then.
    pub fn source_now(&self, wanted: Wanted, subfolder: Option<&str>, network: Network) -> Result<Source, Error> {
        let (url, known, folder) = match self.source() {
            Source::Git { url, wanted, subfolder } => (url, wanted, subfolder),
            source if wanted == Wanted::Head && subfolder.is_none() => return Ok(source),
            source => return Err(Error::NoRepository { place: source.to_string() }),
        };
        let subfolder = subfolder.map_or(folder, |subfolder| subfolder.trim_matches('/').to_owned());
        match (wanted, known) {
            (Wanted::Head, Wanted::Tag(_)) => Source::newest_tag(&url, &subfolder, network),
            (Wanted::Head, known @ Wanted::Revision(_)) => Err(Error::Pinned { wanted: known.to_string() }),
            (Wanted::Head, wanted) | (wanted, _) => Ok(Source::Git { url, wanted, subfolder }),
        }
    }

    /// Refuses a template that is older than this one.
    ///
    /// # Errors
    /// Where it is.
    pub fn refuse_older(&self, template: &Template) -> Result<(), Error> {
        let (found, known) = (template.version().clone(), self.version.clone());
        if found < known { Err(Error::Older { found, known }) } else { Ok(()) }
    }

    /// Where the template was, and what of it was wanted.
    fn source(&self) -> Source {
        match (&self.url, &self.folder) {
            (Some(url), _) => Source::Git {
                url: url.clone(),
                wanted: match (&self.tag, &self.branch, &self.rev) {
                    (Some(name), ..) => Wanted::Tag(name.clone()),
                    (_, Some(name), _) => Wanted::Branch(name.clone()),
                    (.., Some(name)) => Wanted::Revision(name.clone()),
                    _ => Wanted::Head,
                },
                subfolder: self.subfolder.clone().unwrap_or_default(),
            },
            (None, Some(folder)) => Source::Folder(folder.clone()),
            (None, None) => Source::BuiltIn(self.name.clone()),
        }
    }
}

/// The files as a tarball that is a function of them alone.
fn packed(files: &[PlannedFile]) -> io::Result<Vec<u8>> {
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(gzip);
    archive.mode(tar::HeaderMode::Deterministic);
    for file in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(file.bytes.len() as u64);
        header.set_mode(if file.mode == Mode::Executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        archive.append_data(&mut header, file.path.as_path(), &*file.bytes)?;
    }
    archive.into_inner()?.finish()
}

fn unpacked(bytes: &[u8]) -> Result<Vec<PlannedFile>, String> {
    let limit = folder::LIMITS.bytes;
    let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(2 * limit));
    let mut files = Vec::new();
    for entry in archive.entries().map_err(|cause| cause.to_string())? {
        let mut entry = entry.map_err(|cause| cause.to_string())?;
        if !entry.header().entry_type().is_file() || files.len() >= folder::LIMITS.files {
            return Err("it holds something that this program never writes".to_owned());
        }
        let path = String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| "a path is not UTF-8".to_owned())?;
        let path = ProjectPath::checked(path).map_err(str::to_owned)?;
        let executable = entry.header().mode().map_err(|cause| cause.to_string())? & 0o100 != 0;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|cause| cause.to_string())?;
        let mode = if executable { Mode::Executable } else { Mode::Plain };
        files.push(PlannedFile { path, mode, bytes: bytes.into() });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::ReceiptTemplate;
    use crate::codebase::remote_tree::Wanted;
    use crate::scaffold::{Error, Network, Source};

    fn of_a_repository(wanted: &str) -> ReceiptTemplate {
        let text = format!("name = 't'\nversion = '1.0.0'\nurl = 'https://example.org/t'\nsubfolder = 'old'\n{wanted}");
        toml::from_str(&text).expect("a receipt's template")
    }

    fn git(wanted: Wanted, subfolder: &str) -> Source {
        Source::Git { url: "https://example.org/t".to_owned(), wanted, subfolder: subfolder.to_owned() }
    }

    #[test]
    fn a_folder_that_is_named_for_an_update_is_the_one_that_is_read() -> Result<(), Error> {
        let main = Wanted::Branch("main".to_owned());
        let known = of_a_repository("branch = 'main'");
        let found = |wanted, subfolder| known.source_now(wanted, subfolder, Network::Unattended);
        assert_eq!(found(Wanted::Head, None)?, git(main.clone(), "old"));
        assert_eq!(found(Wanted::Head, Some("new/"))?, git(main, "new"));
        let tag = Wanted::Tag("v2".to_owned());
        assert_eq!(found(tag.clone(), None)?, git(tag, "old"));
        Ok(())
    }

    #[test]
    fn what_never_changes_and_what_lies_in_no_repository_is_refused() {
        let refused = |known: &ReceiptTemplate, wanted| {
            known.source_now(wanted, None, Network::Unattended).expect_err("refused").to_string()
        };
        let pinned = of_a_repository("rev = 'abc'");
        assert!(refused(&pinned, Wanted::Head).ends_with("of its template, which never changes"));
        let built_in: ReceiptTemplate =
            toml::from_str("name = 'web'\nversion = '1.0.0'").expect("a receipt's template");
        let branch = Wanted::Branch("main".to_owned());
        assert_eq!(refused(&built_in, branch), "the project's template is in no repository");
    }
}
