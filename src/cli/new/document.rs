//! What `new --format json` prints: the plan, and what became of it.

use crate::artifact::Digest;
use crate::codebase::first_commit::FirstCommit;
use crate::scaffold::{Fate, Membership, Plan, Repository, Template, Workspace};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    format: u32,
    path: String,
    template: &'a str,
    template_version: String,
    dry_run: bool,
    files: Vec<File<'a>>,
    repository: RepositoryWord,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<WorkspaceWord<'a>>,
}

#[derive(Serialize)]
struct WorkspaceWord<'a> {
    manifest: String,
    member: &'a str,
    added: bool,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    action: Action,
    mode: String,
    size: usize,
    sha256: String,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Create,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum RepositoryWord {
    Created,
    Enclosing,
    None,
}

/// The document; where nothing was made, that of a dry run.
pub(super) fn of<'a>(
    folder: &Path,
    (template, plan): (&'a Template, &'a Plan),
    fate: Fate,
    made: Option<&'a Repository>,
    workspace: Option<&'a Workspace>,
) -> Document<'a> {
    let files = plan.files().iter().map(|file| File {
        path: file.path.as_str(),
        action: Action::Create,
        mode: file.mode.to_string(),
        size: file.bytes.len(),
        sha256: Digest::of(&file.bytes).to_string(),
    });
    let word = match fate {
        Fate::None => RepositoryWord::None,
        Fate::Enclosing => RepositoryWord::Enclosing,
        Fate::Created => RepositoryWord::Created,
    };
    let commit = match made {
        Some(Repository::Created(FirstCommit::Made { commit })) => Some(commit.as_str()),
        _ => None,
    };
    Document {
        format: 1,
        path: folder.to_string_lossy().into_owned(),
        template: template.name(),
        template_version: template.version().to_string(),
        dry_run: made.is_none(),
        files: files.collect(),
        repository: word,
        commit,
        workspace: workspace.map(|workspace| WorkspaceWord {
            manifest: workspace.manifest().to_string_lossy().into_owned(),
            member: workspace.member(),
            added: workspace.membership() == Membership::Added,
        }),
    }
}
