//! Signatures in a store: beside the document that they speak for, in the order in which they were added. They are
//! create-only as all else, so none is lost when another is added.

use super::{Created, Error, Store, layout};
use crate::app::AppName;
use crate::artifact::{
    Endorsement, Error as ArtifactError, LARGEST_SIGNATURE, MOST_SIGNATURES, ReleaseId, ReleaseRecord, Trust,
    signature_name,
};

impl Store {
    /// The signatures of a release, unverified, in their order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn release_signatures(&self, app: &AppName, id: ReleaseId) -> Result<Vec<Vec<u8>>, Error> {
        self.signatures(&layout::release(app, id.number()))
    }

    /// Adds a signature to those of a release; gives its place among them, from 1, and whether it is new there: the
    /// same signature is not added twice.
    ///
    /// # Errors
    /// Where there are too many, or the store cannot be written.
    pub fn add_release_signature(
        &self,
        app: &AppName,
        id: ReleaseId,
        signature: &[u8],
    ) -> Result<(usize, Created), Error> {
        self.add_signature(&layout::release(app, id.number()), signature)
    }

    /// A record that is believed: where signers are trusted, its bytes were signed by them before they are parsed.
    ///
    /// # Errors
    /// Where there is none, it is not trusted, or it is damaged.
    pub fn trusted_record(
        &self,
        app: &AppName,
        id: ReleaseId,
        trust: Option<&Trust>,
    ) -> Result<(ReleaseRecord, Vec<Endorsement>), Error> {
        let mut endorsements = Vec::new();
        if let Some(trust) = trust {
            let Some(bytes) = self.record_bytes(app, id)? else { return Err(self.no_release(app, &id.to_string())?) };
            endorsements = trust.believe_release(app, id, &bytes, &self.release_signatures(app, id)?)?;
        }
        Ok((self.record(app, id)?, endorsements))
    }

    pub(super) fn signatures(&self, document: &str) -> Result<Vec<Vec<u8>>, Error> {
        let mut all = Vec::new();
        while all.len() < MOST_SIGNATURES {
            match self.place.get(&signature_name(document, all.len() + 1), LARGEST_SIGNATURE)? {
                Some(signature) => all.push(signature),
                None => break,
            }
        }
        Ok(all)
    }

    pub(super) fn add_signature(&self, document: &str, signature: &[u8]) -> Result<(usize, Created), Error> {
        for place in 1..=MOST_SIGNATURES {
            let key = signature_name(document, place);
            if self.place.create(&key, signature)? == Created::New {
                return Ok((place, Created::New));
            }
            if self.place.get(&key, LARGEST_SIGNATURE)?.as_deref() == Some(signature) {
                return Ok((place, Created::Stands));
            }
        }
        Err(ArtifactError::damaged(format!("`{document}`"), format!("it has {MOST_SIGNATURES} signatures already"))
            .into())
    }
}
