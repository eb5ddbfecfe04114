//! `cargo twelve sign R`: adds a signature to a release.

use super::ExitCode;
use super::signing::signing_key;
use super::surroundings::Surroundings;
use crate::artifact::{ReleaseRef, signature_name};
use crate::release::sign;
use crate::report::{Audience, Event, ReleaseEvent, data};
use clap::Args;
use std::path::PathBuf;

/// Sign a release once more: with a new key, or as a second builder
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve sign v42 --key ~/.ssh/release_ed25519")]
pub(crate) struct Arguments {
    /// The release: [APP@]v42, latest, a version, or a deploy
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
    /// The key: an OpenSSH key file, or the public half of a key that the ssh-agent holds
    #[arg(long, value_name = "KEYFILE", visible_alias = "sign")]
    key: PathBuf,
}

/// Signs it and prints the name of the signature's file.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let store = surroundings.store()?;
    let key = signing_key(&arguments.key, surroundings)?;
    let record = store.find(&arguments.release, surroundings.app_at_hand()?.as_ref())?;
    let signed = sign(&store, &record, &key)?;
    let file = signature_name(&format!("{}.json", record.release), signed.place);
    surroundings.reporter.tell(&Event::Release(ReleaseEvent::Signed {
        what: format!("{} {}", record.app, record.release),
        key: key.fingerprint(),
        file: file.clone(),
        new: signed.is_new,
    }));
    if surroundings.reporter.audience() == Audience::Human {
        data::text(&format!("{file}\n"))?;
    }
    Ok(ExitCode::Done)
}
