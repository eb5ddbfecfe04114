//! What to do when a build or a record is not what it should be.

use super::{Advice, ExitCode};
use crate::artifact::{Error, Signable};

pub(super) fn advice(error: &Error) -> Advice {
    match error {
        Error::Damaged { .. } => Advice::hint(ExitCode::Data, "restore it from a copy of the store"),
        Error::UnknownFormat { found, .. } => {
            Advice::hint(ExitCode::Data, format!("install a newer cargo-twelve, one that reads format {found}"))
        }
        Error::Unpackable { .. } => Advice::hint(ExitCode::Data, "rename it, or leave it out of `assets`"),
        Error::NoRelease { .. } => Advice::hint(ExitCode::Usage, "list them with `cargo twelve releases`"),
        Error::Unsigned { document } => {
            Advice::hint(ExitCode::Refused, format!("sign it where the key is: `{}`", signing(document)))
        }
        Error::Untrusted { document, .. } => Advice::hint(
            ExitCode::Refused,
            format!("sign it with a key that the signers file lists: `{}`", signing(document)),
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

/// The line that signs a document which stands.
fn signing(document: &Signable) -> String {
    match document {
        Signable::Release(app, id) => format!("cargo twelve sign {app}@{id} --key KEYFILE"),
        Signable::Entry(app, deploy, _) => format!("cargo twelve rollback {app}@{deploy} RELEASE --sign KEYFILE"),
    }
}
