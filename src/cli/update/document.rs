//! What `update --format json` prints: every file, and what becomes of it.

use super::words::word;
use crate::artifact::Digest;
use crate::scaffold::{Receipt, Template, Update};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    format: u32,
    path: String,
    template: &'a str,
    from: String,
    to: String,
    dry_run: bool,
    conflicts: bool,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<Side<'a>>,
}

#[derive(Serialize)]
struct Side<'a> {
    place: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    yours: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
}

/// The document.
pub(super) fn of<'a>(
    project: &Path,
    receipt: &Receipt,
    template: &'a Template,
    update: &'a Update,
    dry_run: bool,
) -> Document<'a> {
    let files = update.files().iter().map(|file| File {
        path: file.path.as_str(),
        action: word(file.action),
        mode: file.becomes.as_ref().map(|(mode, _)| mode.to_string()),
        size: file.becomes.as_ref().map(|(_, bytes)| bytes.len()),
        sha256: file.becomes.as_ref().map(|(_, bytes)| Digest::of(bytes).to_string()),
        conflicts: file
            .conflicts
            .iter()
            .map(|side| Side { place: &side.place, yours: side.yours.as_deref(), template: side.template.as_deref() })
            .collect(),
    });
    Document {
        format: 1,
        path: project.to_string_lossy().into_owned(),
        template: template.name(),
        from: receipt.template.version.to_string(),
        to: template.version().to_string(),
        dry_run,
        conflicts: update.has_conflicts(),
        files: files.collect(),
    }
}
