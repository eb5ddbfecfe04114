//! What to do when a codebase cannot be read, or may not be built.

use super::{Advice, ExitCode, listed};
use crate::codebase::Error;
#[cfg(target_os = "linux")]
use crate::codebase::Unwatched;
use crate::report::{nearest, shell_word};

pub(super) fn advice(error: &Error) -> Advice {
    let refused = |hint: String| Advice::hint(ExitCode::Refused, hint);
    match error {
        Error::NoRepository { .. } => refused("git init && git add -A && git commit -m 'first commit'".to_owned()),
        Error::NoClone { .. } => refused("go to a clone of the codebase, or name it: `--repository PATH`".to_owned()),
        Error::NothingAtHand { .. } => {
            Advice::hint(ExitCode::NotFound, "go to the folder of a package; `cargo twelve new PATH` makes a service")
        }
        Error::NoFolder { .. } => {
            Advice::hint(ExitCode::NotFound, "name one that is there, or make it: `cargo twelve new PATH`")
        }
        Error::OtherOwner { folder } => {
            refused(format!("git config --global --add safe.directory {}", folder.display()))
        }
        Error::Bare { folder } => {
            let clone = folder.file_stem().unwrap_or_default().to_string_lossy();
            let (from, to) = (folder.display().to_string(), format!("../{clone}"));
            refused(format!("git clone {} {to} && cd {to}", shell_word(&from), to = shell_word(&to)))
        }
        Error::Shallow { .. } => {
            refused("git fetch --unshallow; in a CI job, `fetch-depth: 0` for the checkout".to_owned())
        }
        Error::NoCommit { .. } => refused("git add -A && git commit -m 'first commit'".to_owned()),
        Error::NoRevision { .. } => Advice::hint(ExitCode::NotFound, "git log --oneline --all"),
        Error::NoSuchCommit { .. } => {
            Advice::hint(ExitCode::NotFound, "git fetch --all, or work in a clone that has it")
        }
        Error::Changed { .. } => {
            refused("git commit -a, or name a commit with `--rev`: `--rev HEAD` leaves these changes out".to_owned())
        }
        Error::PathNotText { .. } => refused("git mv it to a name in UTF-8".to_owned()),
        Error::NoManifest { .. } => Advice::hint(
            ExitCode::NotFound,
            "git add Cargo.toml && git commit -m 'the package', or name another with `--manifest-path PATH`",
        ),
        Error::BadManifest { path, .. } => Advice::hint(
            ExitCode::Data,
            format!("mend `{path}`: `cargo metadata --no-deps` says what cargo thinks of it; and commit it"),
        ),
        Error::BadLock { path, .. } => Advice::hint(
            ExitCode::Data,
            format!("git checkout HEAD~ -- {path}, or rm {path} && cargo generate-lockfile; and commit it"),
        ),
        Error::NoPackage { package, known } => {
            let near = nearest(package, known.iter().map(String::as_str));
            Advice::hint(
                ExitCode::NotFound,
                match near {
                    Some(near) => format!("did you mean `-p {near}`?"),
                    None => format!("it has {}", listed(known)),
                },
            )
        }
        Error::SeveralPackages { packages } => refused(match packages.first() {
            Some(first) => {
                format!("choose one with `-p {first}`, or for good with `[build] package = \"{first}\"` in twelve.toml")
            }
            None => "choose one with `-p NAME`".to_owned(),
        }),
        Error::NoBin { with_bins, .. } if with_bins.is_empty() => {
            refused("a build needs a program: src/main.rs, or `[[bin]]` in Cargo.toml".to_owned())
        }
        Error::NoBin { with_bins, .. } => {
            refused(format!("these have one: {}; choose with `-p NAME`", listed(with_bins)))
        }
        Error::LockMissing { path } => refused(format!(
            "cargo generate-lockfile && git add {} && git commit -m 'lock the dependencies'",
            from_top(path)
        )),
        Error::LockUntracked { path, ignored: false } => {
            refused(format!("git add {} && git commit -m 'lock the dependencies'", from_top(path)))
        }
        Error::LockUntracked { path, ignored: true } => refused(format!(
            "an ignore file names it; take that line out, then git add {} && git commit -m 'lock the dependencies'",
            from_top(path)
        )),
        Error::LockStale { path, .. } => refused(format!(
            "cargo update --workspace && git add {} && git commit -m 'update the lockfile'",
            from_top(path)
        )),
        Error::NoChecksum { path, .. } => {
            refused(format!("rm {path} && cargo generate-lockfile, which writes checksums, and commit it"))
        }
        Error::PathOutside { .. } => {
            refused("move it into the repository, or depend on it by `git = \"...\"` or by a registry".to_owned())
        }
        Error::Metadata { .. } => refused("`cargo metadata --locked` shows the same; mend what it names".to_owned()),
        Error::NotStarted { program, cause } => super::machine::advice(cause, Some(program)),
        Error::Git(_) => Advice::hint(ExitCode::Machine, "git fsck"),
    }
}

/// A path of the repository as git takes it in any of its folders: what a lockfile is committed from may be a member's.
fn from_top(path: &str) -> String {
    shell_word(&format!(":/{path}"))
}

/// What to do when the working tree cannot be watched.
#[cfg(target_os = "linux")]
pub(super) fn unwatched(error: &Unwatched) -> Advice {
    let raise =
        "`sysctl fs.inotify.max_user_watches=524288` raises the limit; `/target` in .gitignore keeps folders out";
    if error.limit {
        Advice::hint(ExitCode::Machine, raise)
    } else {
        super::machine::advice(&error.cause, Some(&error.path))
    }
}
