//! What to do when a build cannot become a release.

use super::{Advice, ExitCode, listed};
use crate::release::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Older { .. } => Advice::hint(
            ExitCode::Refused,
            "to release it all the same, add `--older`; to go back, run the older release",
        ),
        Error::Several { .. } => Advice::hint(ExitCode::Refused, "build them again: one app, from one commit"),
        Error::TargetTwice { .. } => Advice::hint(ExitCode::Refused, "name one of them"),
        Error::NoBuild { .. } => Advice::hint(ExitCode::Data, "copy it again from where `cargo twelve build` left it"),
        Error::Unreadable { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => Advice::hint(
            ExitCode::NotFound,
            "`cargo twelve build` leaves it in target/twelve, named after app, version and target",
        ),
        Error::Unreadable { path, cause } => super::machine::advice(cause, Some(path)),
        Error::NoTarget { known, .. } => {
            Advice::hint(ExitCode::NotFound, format!("it has builds for {}", listed(known)))
        }
        Error::Broken { .. } => Advice::hint(ExitCode::Data, "restore the record from a copy of the store"),
        Error::PrunedMeanwhile { commit, .. } => Advice::hint(
            ExitCode::Busy,
            format!(
                "type it again; where that does not do, `cargo twelve release --rev {commit} --older` puts it back"
            ),
        ),
        Error::BrokenDeploy { .. } => Advice::hint(ExitCode::Data, "restore the entry from a copy of the store"),
        Error::DeployOpen { entry } => Advice::hint(
            ExitCode::Busy,
            format!(
                "wait until it is closed (`cargo twelve deploys {}@{}`); if that process is gone, the same command with `--take-over`",
                entry.app, entry.deploy
            ),
        ),
        Error::DeployMoved { entry } => Advice::hint(
            ExitCode::Busy,
            format!("look at it (`cargo twelve deploys {}@{}`) and try again", entry.app, entry.deploy),
        ),
        Error::TakenOver { app, deploy, .. } => Advice::hint(
            ExitCode::Busy,
            format!("ask them what they found; `cargo twelve deploys {app}@{deploy}` says what is current"),
        ),
        Error::NothingBefore { app, deploy, .. } => {
            Advice::hint(ExitCode::NotFound, format!("name one: `cargo twelve rollback {app}@{deploy} RELEASE`"))
        }
        Error::NoWayBack { app, deploy, release, .. } => Advice::hint(
            ExitCode::Refused,
            format!("`cargo twelve deploy {app}@{deploy} {release} --env-file FILE` runs its release phase first"),
        ),
        Error::ConfigUnproved { .. } => {
            Advice::hint(ExitCode::Findings, "add `--env-file FILE`, the config that it would run with: it is checked")
        }
        Error::PhaseFailed { app, deploy, .. } => Advice::hint(
            ExitCode::Findings,
            format!(
                "mend it and deploy again; `cargo twelve deploys {app}@{deploy}` shows the entry that is closed `failed`"
            ),
        ),
        Error::NoSigningKey { .. } => {
            Advice::hint(ExitCode::Data, "name a key of OpenSSH: `ssh-keygen -t ed25519 -f KEYFILE` makes one")
        }
        Error::KeyUnreadable { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
            Advice::hint(ExitCode::NotFound, "`ssh-keygen -t ed25519 -f KEYFILE` makes one")
        }
        Error::KeyUnreadable { path, cause } => super::machine::advice(cause, Some(path)),
        Error::NoAgent { .. } => Advice::hint(
            ExitCode::Usage,
            "name the private key, or start an agent: `eval $(ssh-agent) && ssh-add KEYFILE` sets SSH_AUTH_SOCK",
        ),
        Error::Agent { .. } => Advice::hint(ExitCode::Unavailable, "`ssh-add KEYFILE` gives it the key"),
        Error::KeyLocked { .. } => Advice::hint(
            ExitCode::Usage,
            "set TWELVE_KEY_PASSPHRASE, or load it into an ssh-agent with `ssh-add` and name its public key",
        ),
        Error::WrongPassphrase { .. } => {
            Advice::hint(ExitCode::Refused, "look at TWELVE_KEY_PASSPHRASE, or type it again")
        }
        Error::NotSigned { .. } => Advice::hint(ExitCode::Internal, "sign with an ed25519 key"),
        Error::NoRandomness(_) => Advice::hint(
            ExitCode::Machine,
            "`head -c 32 /dev/urandom | xxd` shows whether the kernel gives random bytes",
        ),
        Error::Unwritable { path, cause } => super::machine::advice(cause, Some(path)),
        Error::Store(error) => super::store::advice(error),
        Error::Artifact(error) => super::artifact::advice(error),
    }
}
