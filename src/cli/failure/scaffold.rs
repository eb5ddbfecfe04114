//! What to do when there is no new project.

use super::{Advice, ExitCode, listed};
use crate::codebase::remote_tree;
use crate::report::{Printable, nearest, shell_word};
use crate::scaffold::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::UnknownTemplate { name, known } => {
            let near = nearest(name, known.iter().map(String::as_str));
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            Advice::hint(ExitCode::NotFound, format!("{near}the templates are {}", listed(known)))
        }
        Error::Template { .. } => {
            Advice::hint(ExitCode::Data, "for its author: `cargo twelve template check PATH` shows all that is wrong")
        }
        Error::NoManifest { folders, .. } if folders.is_empty() => Advice::hint(
            ExitCode::Data,
            "a template has a template.toml: `[template]` with name, version and description",
        ),
        Error::NoManifest { folders, .. } => {
            let flags: Vec<String> = folders.iter().map(|one| format!("--subfolder {}", shell_word(one))).collect();
            Advice::hint(ExitCode::Data, format!("a template lies deeper in it: add {}", listed(&flags)))
        }
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
        Error::Declaration(error) => super::app::advice(error),
        Error::Merge(_) => Advice::fault(),
        Error::Answers { .. } => {
            Advice::hint(ExitCode::Data, "one `NAME = VALUE` a line, as TOML; `cargo twelve new --help` shows how")
        }
        Error::Remote(cause) => remote(cause),
        Error::InvalidValue { nearest: None, variable, .. } => {
            Advice::hint(ExitCode::Usage, format!("give another: `--set {variable}=VALUE`"))
        }
        Error::SetTwice { name } => Advice::hint(ExitCode::Usage, format!("leave one `--set {name}=...` out")),
        Error::Nameless { .. } => Advice::hint(ExitCode::Usage, "name a folder: `cargo twelve new shop`"),
        Error::Unanswered { variable, .. } => {
            Advice::hint(ExitCode::Usage, format!("answer it on the command line: `--set {variable}=VALUE`"))
        }
        Error::Exists { .. } => {
            Advice::hint(ExitCode::WouldOverwrite, "name a folder that is not there yet, or an empty one")
        }
        Error::Machine { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
            Advice::hint(ExitCode::NotFound, "paths start at the working directory; `ls` shows what is there")
        }
        Error::Machine { path, cause, .. } => super::machine::advice(cause, Some(path)),
        Error::FirstCommit(_) => Advice::hint(
            ExitCode::Machine,
            "the project stands; `git init && git add -A && git commit -m 'first commit'` in it makes it a codebase",
        ),
    }
}

fn remote(error: &remote_tree::Error) -> Advice {
    match error {
        remote_tree::Error::BadWord { .. } => Advice::hint(
            ExitCode::Usage,
            "write it as `git clone` takes it: `https://example.org/templates.git`, `--tag v2.1.0`",
        ),
        remote_tree::Error::NoGit(_) => Advice::hint(ExitCode::Unavailable, "install git"),
        remote_tree::Error::Fetch { url, .. } => {
            Advice::hint(ExitCode::Unavailable, format!("`git ls-remote {}` shows what it has", shell_word(url)))
        }
        remote_tree::Error::NoName { nearest: Some(nearest), .. } => {
            Advice::hint(ExitCode::NotFound, format!("did you mean `{}`?", Printable(nearest)))
        }
        remote_tree::Error::NoName { url, nearest: None, .. } => {
            Advice::hint(ExitCode::NotFound, format!("`git ls-remote {}` shows what it has", shell_word(url)))
        }
        remote_tree::Error::NoFolder { .. } => Advice::hint(ExitCode::NotFound, "name another with `--subfolder PATH`"),
        remote_tree::Error::Folder(cause) => super::machine::advice(cause, None),
        remote_tree::Error::Unfit { .. } | remote_tree::Error::Git(_) => {
            Advice::hint(ExitCode::Data, "clone it, mend it there, and name the folder: `--template PATH`")
        }
    }
}
