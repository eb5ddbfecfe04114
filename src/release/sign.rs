//! Signing a release. The signature lies beside the record, which stays as it is.

use super::{Error, SigningKey};
use crate::artifact::{DeployEntry, Namespace, ReleaseRecord, Signature};
use crate::store::{Created, Store};

/// A signature that stands in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Its place among those of its release, from 1.
    pub place: usize,
    /// Whether it was added now. A key signs a release once.
    pub is_new: bool,
}

/// Signs an entry of a deploy once more: after its key was replaced.
///
/// # Errors
/// Where the key does not sign, or the store fails.
pub fn sign_entry(store: &Store, entry: &DeployEntry, key: &SigningKey) -> Result<(), Error> {
    let bytes = entry.to_bytes()?;
    if own_place(&store.entry_signatures(entry)?, Namespace::Deploy, &bytes, key).is_none() {
        store.add_entry_signature(entry, &key.sign(Namespace::Deploy, &bytes)?.to_bytes()?)?;
    }
    Ok(())
}

/// The place from 1 of a key's own signature among those of a document.
fn own_place(signatures: &[Vec<u8>], namespace: Namespace, bytes: &[u8], key: &SigningKey) -> Option<usize> {
    let is_own = |standing: &Vec<u8>| {
        Signature::from_bytes("", standing)
            .is_ok_and(|signature| signature.fingerprint() == key.fingerprint() && signature.fits(namespace, bytes))
    };
    signatures.iter().position(is_own).map(|index| index + 1)
}

/// Signs the bytes of a release's record as the store has them.
///
/// # Errors
/// Where the key does not sign, or the store fails.
pub fn sign(store: &Store, record: &ReleaseRecord, key: &SigningKey) -> Result<Signed, Error> {
    let (app, id) = (&record.app, record.release);
    let bytes = store.record_bytes(app, id)?.unwrap_or_default();
    // What is signed is the record that was looked at.
    if ReleaseRecord::from_bytes(id, &bytes)? != *record {
        return Err(Error::Broken { app: app.clone(), at: id, why: "its record has just changed".to_owned() });
    }
    if let Some(place) = own_place(&store.release_signatures(app, id)?, Namespace::Release, &bytes, key) {
        return Ok(Signed { place, is_new: false });
    }
    let signature = key.sign(Namespace::Release, &bytes)?.to_bytes()?;
    let (place, created) = store.add_release_signature(app, id, &signature)?;
    Ok(Signed { place, is_new: created == Created::New })
}
