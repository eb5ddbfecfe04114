//! Trust: whether what lies in a store was signed by those whom a signers file lists. It is asked before a document is
//! parsed, and answers for its exact bytes.
//!
//! Who signed is matched by key alone. The principals of the file are names for people: what a key may sign is limited
//! by its namespaces and its dates, and what was signed says itself which app and which number it is of.

use super::signers::{Barred, Signer};
use super::{Error, Namespace, ReleaseId, Signable, Signature, Signers, signature_name};
use crate::app::AppName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroUsize;

/// Who is trusted, and at which moment.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The keys.
    pub signers: Signers,
    /// How many different keys must have signed.
    pub required: NonZeroUsize,
    /// The moment that keys must be valid at. It is the present, never the time that a document states: who has stolen
    /// a key can write any time.
    pub now: Timestamp,
}

/// A signature that was found to be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Endorsement {
    /// The key.
    pub fingerprint: String,
    /// Who that is, as the signers file says it.
    pub signer: String,
}

/// A signature that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discounted {
    /// Its file.
    pub file: String,
    /// Why it does not count.
    pub fault: SignatureFault,
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureFault {
    /// It cannot be read.
    Unreadable,
    /// It was made for another purpose.
    OtherNamespace(String),
    /// Nobody lists its key.
    UnknownKey {
        /// The key.
        fingerprint: String,
        /// The signers file.
        signers: String,
    },
    /// A line lists its key for other purposes.
    NotForThis {
        /// The line.
        place: String,
        /// This purpose.
        namespace: Namespace,
    },
    /// Its key's time has not come.
    NotYetValid {
        /// The line that lists the key.
        place: String,
        /// From when.
        from: Timestamp,
    },
    /// Its key's time is over.
    Expired {
        /// The line that lists the key.
        place: String,
        /// Since when.
        since: Timestamp,
    },
    /// It is one of other bytes.
    DoesNotFit,
}

impl Trust {
    /// Believes the record of a release, or says why not.
    ///
    /// # Errors
    /// Where too few trusted keys signed these bytes, or what they signed is another release.
    pub fn believe_release(
        &self,
        app: &AppName,
        id: ReleaseId,
        bytes: &[u8],
        signatures: &[Vec<u8>],
    ) -> Result<Vec<Endorsement>, Error> {
        #[derive(Deserialize)]
        struct Named {
            app: String,
            release: String,
        }
        let document = Signable::Release(app.clone(), id);
        let endorsements = self.endorsements(&document, bytes, signatures)?;
        // A record that was signed and moved to another place is what it always was: genuine, and not this one.
        match serde_json::from_slice::<Named>(bytes) {
            Ok(named) if (named.app.as_str(), named.release.as_str()) != (app.as_str(), id.to_string().as_str()) => {
                Err(Error::SignedForAnother { document, says: format!("`{}` {}", named.app, named.release) })
            }
            _ => Ok(endorsements),
        }
    }

    /// The trusted keys that signed the bytes of a document, each once.
    ///
    /// # Errors
    /// Where they are fewer than are required.
    pub fn endorsements(
        &self,
        document: &Signable,
        bytes: &[u8],
        signatures: &[Vec<u8>],
    ) -> Result<Vec<Endorsement>, Error> {
        if signatures.is_empty() {
            return Err(Error::Unsigned { document: document.clone() });
        }
        let (mut endorsements, mut discounted) = (Vec::new(), Vec::new());
        for (index, signature) in signatures.iter().enumerate() {
            let file = signature_name(&document.file(), index + 1);
            match self.endorsement(&file, document.namespace(), bytes, signature) {
                Ok(one) => endorsements.push(one),
                Err(fault) => discounted.push(Discounted { file, fault }),
            }
        }
        // One key counts once, however often it signed.
        endorsements.sort();
        endorsements.dedup_by(|one, other| one.fingerprint == other.fingerprint);
        let (found, required) = (endorsements.len(), self.required.get());
        if found < required {
            return Err(Error::Untrusted { document: document.clone(), found, required, discounted });
        }
        Ok(endorsements)
    }

    fn endorsement(
        &self,
        file: &str,
        namespace: Namespace,
        bytes: &[u8],
        signature: &[u8],
    ) -> Result<Endorsement, SignatureFault> {
        let signature = Signature::from_bytes(file, signature).map_err(|_| SignatureFault::Unreadable)?;
        if signature.namespace() != namespace.as_str() {
            return Err(SignatureFault::OtherNamespace(signature.namespace().escape_debug().to_string()));
        }
        let signer = self.signer(&signature, namespace)?;
        if !signature.fits(namespace, bytes) {
            return Err(SignatureFault::DoesNotFit);
        }
        Ok(Endorsement { fingerprint: signature.fingerprint(), signer: signer.principals.clone() })
    }

    /// The line that lets a signature's key sign; with several lines for one key, any of them.
    fn signer(&self, signature: &Signature, namespace: Namespace) -> Result<&Signer, SignatureFault> {
        let mut fault = SignatureFault::UnknownKey {
            fingerprint: signature.fingerprint(),
            signers: self.signers.file().to_owned(),
        };
        for signer in self.signers.all().iter().filter(|signer| signer.key.key_data() == signature.key()) {
            let place = signer.place.clone();
            fault = match signer.bars(namespace, self.now) {
                None => return Ok(signer),
                Some(Barred::Namespace) => SignatureFault::NotForThis { place, namespace },
                Some(Barred::NotYet(from)) => SignatureFault::NotYetValid { place, from },
                Some(Barred::Expired(since)) => SignatureFault::Expired { place, since },
            };
        }
        Err(fault)
    }
}

impl fmt::Display for Discounted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` ", self.file)?;
        match &self.fault {
            SignatureFault::Unreadable => formatter.write_str("is no SSH signature"),
            SignatureFault::OtherNamespace(namespace) => write!(formatter, "was made for the namespace `{namespace}`"),
            SignatureFault::UnknownKey { fingerprint, signers } => {
                write!(formatter, "is by the key {fingerprint}, which `{signers}` does not list")
            }
            SignatureFault::NotForThis { place, namespace } => {
                write!(formatter, "is by a key that {place} does not let sign for `{namespace}`")
            }
            SignatureFault::NotYetValid { place, from } => {
                write!(formatter, "is by a key that is valid from {from} on ({place})")
            }
            SignatureFault::Expired { place, since } => {
                write!(formatter, "is by a key that expired at {since} ({place})")
            }
            SignatureFault::DoesNotFit => formatter.write_str("is not one of these bytes"),
        }
    }
}
