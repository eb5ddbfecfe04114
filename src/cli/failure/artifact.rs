//! What to do when a build or a record is not what it should be.

use super::{Advice, ExitCode};
use crate::artifact::Error;

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Damaged { .. } => Advice::hint(ExitCode::Data, "restore it from a copy of the store"),
        Error::UnknownFormat { found, .. } => {
            Advice::hint(ExitCode::Data, format!("install a newer cargo-twelve, one that reads format {found}"))
        }
        Error::Unpackable { .. } => Advice::hint(ExitCode::Data, "rename it, or leave it out of `assets`"),
        Error::NoRelease { .. } => Advice::hint(ExitCode::Usage, "list them with `cargo twelve releases`"),
        Error::Unsigned { .. } => Advice::hint(
            ExitCode::Refused,
            "sign it where the key is: `cargo twelve sign RELEASE --key KEYFILE`, or release with `--sign KEYFILE`",
        ),
        Error::Untrusted { .. } => Advice::hint(
            ExitCode::Refused,
            "sign it with a key that the signers file lists: `cargo twelve sign RELEASE --key KEYFILE`",
        ),
        Error::SignedForAnother { .. } => Advice::hint(
            ExitCode::Refused,
            "somebody has moved a record in the store: restore it from a copy, and ask who could write there",
        ),
        Error::BadSigners { .. } => {
            Advice::hint(ExitCode::Data, "write the line as ssh-keygen(1) says it under ALLOWED SIGNERS")
        }
        Error::Changed { .. } => Advice::hint(ExitCode::Busy, "try again when nothing writes to it"),
        Error::Machine { path, cause, .. } => super::machine::advice(cause, Some(path)),
        Error::Stream { cause, .. } => super::machine::advice(cause, None),
    }
}
