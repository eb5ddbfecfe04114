//! The entries of a deploy: `17.json` says which release is to be current, with which config; `17.done.json` closes it
//! and says how it ended. Neither is ever changed, and each entry names the one before.

use super::sealed::{seal, unseal};
use super::{Digest, Error, ReleaseId, UtcTime};
use crate::app::{AppName, DeployName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An entry of a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployEntry {
    /// The version of this format.
    pub format: u64,
    /// The app.
    pub app: AppName,
    /// The deploy.
    pub deploy: DeployName,
    /// Its number, from 1 without gaps.
    pub seq: u64,
    /// The release.
    pub release: ReleaseId,
    /// Why it is made.
    pub reason: DeployReason,
    /// What its maker said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The config that it was checked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigFingerprint>,
    /// The digest of the entry before, as it lies in the store; the first has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// When it was opened.
    pub at: UtcTime,
    /// Who opened it.
    pub by: String,
    /// The machine that it was opened on.
    pub host: String,
    /// The process that opened it.
    pub pid: u32,
    /// 32 hex digits that no other entry has.
    pub nonce: String,
}

/// Why an entry is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeployReason {
    /// A release is deployed; its release phase runs.
    Deploy,
    /// The same release with another config.
    Same,
    /// Back to what was current before; nothing runs.
    Rollback,
    /// Something else has deployed it; nothing runs.
    External,
}

/// A config, as far as an entry may know it: whether two are the same, and nothing of what is in them. It is an HMAC
/// under a key that never lies in a store, so that nobody who reads one can try out what a weak secret might be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigFingerprint {
    /// Which key; two fingerprints can be compared where it is the same.
    pub key: String,
    /// The fingerprint.
    pub hmac_sha256: String,
}

/// How an entry ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployOutcome {
    /// The version of this format.
    pub format: u64,
    /// The digest of the entry that it closes, as it lies in the store.
    pub entry: Digest,
    /// How it ended.
    pub outcome: Outcome,
    /// When it was closed.
    pub at: UtcTime,
    /// Who closed it.
    pub by: String,
}

/// How an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its release is current.
    Done,
    /// Its release phase failed; what was current stays so.
    Failed,
    /// Whoever opened it is gone, and somebody else took over.
    Abandoned,
}

impl DeployEntry {
    /// The entry's one text, with its digest.
    ///
    /// # Errors
    /// Where it holds what canonical JSON cannot.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        seal("deploy entry", self)
    }

    /// Reads the entry that a store keeps under a number of a deploy.
    ///
    /// # Errors
    /// Where the bytes are damaged, or it is another entry.
    pub fn from_bytes(app: &AppName, deploy: &DeployName, seq: u64, bytes: &[u8]) -> Result<Self, Error> {
        let what = format!("entry {seq} of the deploy `{deploy}` of `{app}`");
        let entry: Self = unseal(&what, bytes)?;
        if (&entry.app, &entry.deploy, entry.seq) != (app, deploy, seq) {
            let why = format!("it says that it is entry {} of `{}` of `{}`", entry.seq, entry.deploy, entry.app);
            return Err(Error::damaged(what, why));
        }
        Ok(entry)
    }
}

impl DeployOutcome {
    /// The outcome's one text, with its digest.
    ///
    /// # Errors
    /// Where it holds what canonical JSON cannot.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        seal("deploy outcome", self)
    }

    /// Reads the outcome of the entry with these bytes; `what` names it in the message.
    ///
    /// # Errors
    /// Where the bytes are damaged, or it closes another entry.
    pub fn from_bytes(what: &str, entry: &[u8], bytes: &[u8]) -> Result<Self, Error> {
        let outcome: Self = unseal(what, bytes)?;
        if outcome.entry == Digest::of(entry) {
            return Ok(outcome);
        }
        Err(Error::damaged(what, "it closes another entry"))
    }
}

impl fmt::Display for DeployReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Deploy => "deploy",
            Self::Same => "same",
            Self::Rollback => "rollback",
            Self::External => "external",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{DeployEntry, DeployOutcome, DeployReason, Outcome};
    use crate::artifact::{Digest, ReleaseId};

    fn entry() -> DeployEntry {
        DeployEntry {
            format: 1,
            app: "shop".parse().expect("a name"),
            deploy: "production".parse().expect("a name"),
            seq: 7,
            release: ReleaseId::FIRST,
            reason: DeployReason::Deploy,
            message: None,
            config: None,
            previous: Some(Digest::of(b"6")),
            at: "2026-11-22T17:00:00Z".parse().expect("a time"),
            by: "ada".to_owned(),
            host: "ci-7".to_owned(),
            pid: 12,
            nonce: "0".repeat(32),
        }
    }

    #[test]
    fn an_entry_reads_what_it_writes_and_every_flipped_bit_is_found() {
        let bytes = entry().to_bytes().expect("bytes");
        let read = |bytes: &[u8]| DeployEntry::from_bytes(&entry().app, &entry().deploy, 7, bytes);
        assert_eq!(read(&bytes).expect("an entry"), entry());
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(read(&flipped).is_err(), "byte {at}");
        }
    }

    #[test]
    fn an_entry_in_another_place_is_found() {
        let bytes = entry().to_bytes().expect("bytes");
        let error = DeployEntry::from_bytes(&entry().app, &entry().deploy, 8, &bytes).expect_err("moved");
        let said = "entry 8 of the deploy `production` of `shop` is damaged: \
                    it says that it is entry 7 of `production` of `shop`";
        assert_eq!(error.to_string(), said);
    }

    #[test]
    fn an_outcome_closes_one_entry() {
        let (at, by) = (entry().at, "ada".to_owned());
        let outcome = DeployOutcome { format: 1, entry: Digest::of(b"entry"), outcome: Outcome::Done, at, by };
        let bytes = outcome.to_bytes().expect("bytes");
        assert_eq!(DeployOutcome::from_bytes("outcome", b"entry", &bytes).expect("an outcome"), outcome);
        assert!(DeployOutcome::from_bytes("outcome", b"another", &bytes).is_err());
    }
}
