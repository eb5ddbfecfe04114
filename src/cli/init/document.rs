//! What `init --format json` prints: what was found, and the files that were written.

use crate::artifact::Digest;
use crate::check::Survey;
use crate::scaffold::Adoption;

/// The document.
pub(super) fn of(survey: &Survey, adoption: &Adoption, dry_run: bool) -> serde_json::Value {
    let files: Vec<_> = adoption
        .files()
        .iter()
        .map(|file| {
            serde_json::json!({
                "path": file.path.as_str(),
                "action": "create",
                "mode": file.mode.to_string(),
                "size": file.bytes.len(),
                "sha256": Digest::of(&file.bytes).to_string(),
            })
        })
        .collect();
    serde_json::json!({
        "format": 1,
        "path": survey.root.to_string_lossy(),
        "folder": survey.folder,
        "package": survey.package,
        "dry_run": dry_run,
        "files": files,
        "standing": adoption.standing(),
        "variables": survey.variables,
        "prefixes": survey.prefixes,
        "unnamed": survey.unnamed,
    })
}
