//! What to do when there is no new project.

use super::{Advice, ExitCode, listed};
use crate::codebase::remote_tree;
use crate::report::shell_word;
use crate::scaffold::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::UnknownTemplate { known, .. } => {
            Advice::hint(ExitCode::NotFound, format!("the templates are {}", listed(known)))
        }
        Error::Template { .. } => Advice::code(ExitCode::Data),
        Error::UnknownVariable { nearest: Some(nearest), .. } => {
            Advice::hint(ExitCode::Usage, format!("did you mean `{nearest}`?"))
        }
        Error::UnknownVariable { nearest: None, known, .. } => {
            Advice::hint(ExitCode::Usage, format!("its variables are {}", listed(known)))
        }
        Error::InvalidValue { variable, nearest: Some(nearest), .. } => {
            Advice::hint(ExitCode::Usage, format!("add `--set {variable}={nearest}`"))
        }
        Error::Missing { variables } => {
            let flags: Vec<_> = variables.iter().map(|name| format!("--set {name}=VALUE")).collect();
            Advice::hint(ExitCode::Usage, format!("add `{}`", flags.join(" ")))
        }
        Error::NotAsked { name, .. } => Advice::hint(ExitCode::Usage, format!("leave `--set {name}=...` out")),
        Error::NoReceipt { .. } => Advice::hint(
            ExitCode::NotFound,
            "`update` is for what `cargo twelve new` made; `cargo twelve init` adopts any other crate",
        ),
        Error::BadReceipt { file, .. } => Advice::hint(ExitCode::Data, format!("git checkout HEAD -- {file}")),
        Error::Unresolved { path } => {
            Advice::hint(ExitCode::Refused, format!("settle them in `{path}`, and run it again"))
        }
        Error::Uncommitted { .. } => {
            Advice::hint(ExitCode::Refused, "git commit or git stash them; or add `--allow-dirty`")
        }
        Error::Older { .. } => Advice::hint(ExitCode::Refused, "add `--older` to go back to it"),
        Error::Pinned { .. } => Advice::hint(ExitCode::Usage, "name another with `--tag`, `--branch` or `--rev`"),
        Error::Workspace { .. } => {
            Advice::hint(ExitCode::Data, "mend its `workspace.members`, or name a folder outside of the workspace")
        }
        Error::Adopted { .. } => {
            Advice::hint(ExitCode::WouldOverwrite, "`cargo twelve check` says what it still lacks")
        }
        Error::NoRepository { place } => {
            Advice::hint(ExitCode::Usage, format!("name one with `--template ADDRESS`; it was {place}"))
        }
        Error::Cargo(_) => {
            Advice::hint(ExitCode::Refused, "install Rust from https://rustup.rs, or set CARGO to a cargo")
        }
        Error::Codebase(cause) => super::codebase::advice(cause),
        Error::Declaration(_) => Advice::code(ExitCode::Data),
        Error::Merge(_) => Advice::code(ExitCode::Internal),
        Error::Answers { .. } => Advice::code(ExitCode::Data),
        Error::Remote(cause) => remote(cause),
        Error::InvalidValue { nearest: None, .. }
        | Error::SetTwice { .. }
        | Error::Nameless { .. }
        | Error::Unanswered { .. } => Advice::code(ExitCode::Usage),
        Error::Exists { .. } => {
            Advice::hint(ExitCode::WouldOverwrite, "name a folder that is not there yet, or an empty one")
        }
        Error::Machine { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
            Advice::code(ExitCode::NotFound)
        }
        Error::Machine { .. } | Error::FirstCommit(_) => Advice::code(ExitCode::Machine),
    }
}

fn remote(error: &remote_tree::Error) -> Advice {
    match error {
        remote_tree::Error::BadWord { .. } => Advice::code(ExitCode::Usage),
        remote_tree::Error::NoGit(_) => Advice::hint(ExitCode::Unavailable, "install git"),
        remote_tree::Error::Fetch { url, .. } => {
            Advice::hint(ExitCode::Unavailable, format!("`git ls-remote {}` shows what it has", shell_word(url)))
        }
        remote_tree::Error::NoFolder { .. } => Advice::hint(ExitCode::NotFound, "name another with `--subfolder PATH`"),
        remote_tree::Error::Folder(_) => Advice::code(ExitCode::Machine),
        remote_tree::Error::Unfit { .. } | remote_tree::Error::Git(_) => Advice::code(ExitCode::Data),
    }
}
