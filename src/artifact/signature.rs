//! A signature: an SSHSIG (PROTOCOL.sshsig of OpenSSH), as `ssh-keygen -Y sign` writes it and `ssh-keygen -Y verify`
//! reads it. It speaks for exact bytes in one namespace, so that a signature of one purpose never serves another.

use super::Error;
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, PublicKey, SshSig};
use std::fmt;

/// The largest signature that is read, in bytes: one of a 16,384-bit RSA key has 6 KiB.
pub const LARGEST_SIGNATURE: u64 = 64 << 10;

/// How many signatures of one document are looked at. Who can write to a store could add more to no end.
pub const MOST_SIGNATURES: usize = 32;

/// The hash that a document is reduced to before it is signed; ssh-keygen's own default.
pub const SIGNATURE_HASH: HashAlg = HashAlg::Sha512;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// The record of a release.
    Release,
    /// An entry of a deploy.
    Deploy,
}

/// A signature that can be read. Whether it is right, [`super::Trust`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(SshSig);

impl Namespace {
    /// The name that is signed with the bytes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release@cargo-twelve",
            Self::Deploy => "deploy@cargo-twelve",
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Signature {
    /// Reads a signature; `what` names its file in the message.
    ///
    /// # Errors
    /// Where the bytes are no SSHSIG.
    pub fn from_bytes(what: &str, bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |why: String| Error::damaged(format!("signature `{what}`"), why);
        SshSig::from_pem(bytes).map(Self).map_err(|cause| damaged(format!("it is no SSH signature ({cause})")))
    }

    /// The text that ssh-keygen reads.
    ///
    /// # Errors
    /// Where it cannot be written as text, which a signature that was read or made here always can.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let text = self.0.to_pem(LineEnding::LF);
        text.map(String::into_bytes).map_err(|cause| Error::damaged("signature", cause.to_string()))
    }

    /// The namespace that it was made in.
    pub(super) fn namespace(&self) -> &str {
        self.0.namespace()
    }

    /// The key that made it, by its own word.
    pub(super) fn key(&self) -> &KeyData {
        self.0.public_key()
    }

    /// The fingerprint of the key that it says it is from.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.0.public_key().fingerprint(HashAlg::Sha256).to_string()
    }

    /// Whether the key that it names made it over these bytes in this namespace.
    #[must_use]
    pub fn fits(&self, namespace: Namespace, bytes: &[u8]) -> bool {
        PublicKey::from(self.0.public_key().clone()).verify(namespace.as_str(), bytes, &self.0).is_ok()
    }
}

impl From<SshSig> for Signature {
    fn from(signature: SshSig) -> Self {
        Self(signature)
    }
}

/// The name of a document's signature by its place: `v42.json.sig`, `v42.json.sig.2`, ...
#[must_use]
pub fn signature_name(document: &str, place: usize) -> String {
    match place {
        1 => format!("{document}.sig"),
        more => format!("{document}.sig.{more}"),
    }
}
