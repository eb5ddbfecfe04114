//! The key that fingerprints of configs are made with: the machine's own, or one that many machines share.

use super::failure::UsageError;
use super::surroundings::Surroundings;
use crate::artifact::ConfigFingerprint;
use crate::config::Config;
use crate::release::{FingerprintKey, SHORTEST_KEY};
use crate::report::Event;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The variable that holds a shared key.
const KEY: &str = "TWELVE_FINGERPRINT_KEY";

/// The fingerprint of a config under this machine's key; none, with a warning, where it has no place for one.
pub(crate) fn fingerprint(
    config: &Config,
    state: Option<&PathBuf>,
    surroundings: &Surroundings,
) -> anyhow::Result<Option<ConfigFingerprint>> {
    if let Some(shared) = surroundings.text(KEY) {
        let key = FingerprintKey::new(Zeroizing::new(shared.as_bytes().to_vec())).ok_or_else(|| UsageError {
            message: format!("{KEY} is shorter than {SHORTEST_KEY} bytes"),
            hint: format!("`export {KEY}=$(openssl rand -hex 32)`, the same on all machines that deploy"),
        })?;
        return Ok(key.fingerprint(config));
    }
    let folder = state.map(|folder| surroundings.resolve(folder)).or_else(|| surroundings.state_folder());
    let key = folder.ok_or_else(|| io::Error::other("there is no HOME")).and_then(|folder| own_key(&folder));
    match key {
        Ok(bytes) => Ok(FingerprintKey::new(bytes).and_then(|key| key.fingerprint(config))),
        Err(cause) => {
            surroundings.reporter.tell(&Event::warning_with_hint(
                format!(
                    "the entry will not tell whether the config changed: this machine's key cannot be kept ({cause})"
                ),
                format!("name a folder for it with `--state DIR`, or set {KEY}"),
            ));
            Ok(None)
        }
    }
}

/// The machine's own key, made at first use.
fn own_key(folder: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let path = folder.join("fingerprint.key");
    match std::fs::read(&path) {
        Ok(bytes) => return Ok(Zeroizing::new(bytes)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause),
    }
    std::fs::create_dir_all(folder)?;
    let mut key = Zeroizing::new(vec![0; SHORTEST_KEY]);
    getrandom::fill(&mut key).map_err(|cause| io::Error::other(cause.to_string()))?;
    // A temporary file is its owner's alone, and keeps that when it gets its name.
    let mut unfinished = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder)?;
    unfinished.write_all(&key)?;
    unfinished.as_file().sync_all()?;
    match unfinished.persist_noclobber(&path) {
        Ok(_) => Ok(key),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => std::fs::read(&path).map(Zeroizing::new),
        Err(failed) => Err(failed.error),
    }
}
