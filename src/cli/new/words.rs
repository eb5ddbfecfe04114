//! What `new` tells people.

use crate::codebase::first_commit::FirstCommit;
use crate::report::{Event, Printable, ScaffoldEvent, shell_word};
use crate::scaffold::{Membership, Plan, Repository, Template, Workspace};
use std::path::Path;

/// The script of the built-in templates that releases in CI; the workflow that calls it is left out of a member.
const RELEASE_SCRIPT: &str = "ci/release";

/// One line a file: mode, size in bytes, path.
pub(super) fn plan(plan: &Plan, workspace: Option<&Workspace>) -> String {
    let lines = plan.files().iter().map(|file| format!("{} {:>7} {}\n", file.mode, file.bytes.len(), file.path));
    let added = workspace.filter(|workspace| workspace.membership() == Membership::Added).map(|workspace| {
        let (member, manifest) = (Printable(workspace.member()), printable(workspace.manifest()));
        format!("member       - `{member}` in `{manifest}`\n")
    });
    lines.chain(added).collect()
}

/// What was made, and what became of the repository.
pub(super) fn events(
    (typed, folder): (&Path, &Path),
    template: &Template,
    plan: &Plan,
    repository: &Repository,
    workspace: Option<&Workspace>,
) -> Vec<Event> {
    let created = Event::Scaffold(ScaffoldEvent::ProjectCreated {
        path: printable(typed),
        template: template.name().to_owned(),
        files: plan.files().len(),
    });
    let committed = match repository {
        Repository::None => None,
        Repository::Created(FirstCommit::Made { commit }) => {
            Some(Event::Scaffold(ScaffoldEvent::FirstCommit { commit: commit.clone() }))
        }
        Repository::Created(FirstCommit::NoIdentity { missing }) => Some(no_identity(folder, missing)),
        Repository::Enclosing(work_tree) => {
            Some(Event::note(format!("no repository of its own: it lies in that of `{}`", printable(work_tree))))
        }
    };
    let member = workspace.map(|workspace| {
        let (member, manifest) = (Printable(workspace.member()), printable(workspace.manifest()));
        let word = match workspace.membership() {
            Membership::Added => "it is a member now",
            Membership::Standing => "it is a member already",
        };
        Event::note(format!("`{member}` in `{manifest}`: {word}; `cargo build` adds its packages to Cargo.lock"))
    });
    let release = plan.files().iter().any(|file| file.path.as_str() == RELEASE_SCRIPT);
    let ci = workspace.filter(|_| release).map(|workspace| {
        let folder = shell_word(&Printable(workspace.member()).to_string());
        Event::note(format!("a job of the workspace's own CI releases it: `cd {folder} && sh {RELEASE_SCRIPT}`"))
    });
    std::iter::once(created).chain(committed).chain(member).chain(ci).collect()
}

/// The folder by its full path: who has typed `new shop && cd shop` reads this in the project.
fn no_identity(folder: &Path, missing: &[&str]) -> Event {
    let value = |key: &str| if key == "user.name" { "Your Name" } else { "you@example.org" };
    let set = missing.iter().map(|key| format!("git config --global {key} \"{}\"", value(key)));
    let commit = format!("git -C {} commit -m \"First commit\"", shell_word(&printable(folder)));
    let commands: Vec<_> = set.chain([commit]).collect();
    let text = format!("no first commit: git does not know {}", missing.join(" and "));
    Event::warning_with_hint(text, commands.join(" && "))
}

fn printable(path: &Path) -> String {
    Printable(path.to_string_lossy()).to_string()
}
