//! The key that signs a release or a deploy: a key file, or a public key whose other half an ssh-agent holds.

use super::Error;
use super::agent::{self, AgentKey};
use super::rsa_key;
use crate::artifact::{Namespace, SIGNATURE_HASH, Signature};
use ssh_key::private::KeypairData;
use ssh_key::{HashAlg, PrivateKey, PublicKey, SshSig};
use std::path::Path;
use zeroize::Zeroizing;

/// The largest key file that is read, in bytes.
const LARGEST_KEY: u64 = 256 << 10;

/// A key that can sign.
pub struct SigningKey(Kind);

enum Kind {
    // Boxed: a private key is much larger than what an agent needs.
    File(Box<PrivateKey>),
    Agent(AgentKey),
}

impl SigningKey {
    /// Reads a key file. Where it holds a public key, the agent behind `agent` signs; where it is locked, `passphrase`
    /// is asked for what opens it.
    ///
    /// # Errors
    /// Where the file is no key that can sign, or it stays locked.
    pub fn read(
        path: &Path,
        agent: Option<&Path>,
        passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
    ) -> Result<Self, Error> {
        let refuse = |why: String| Error::NoSigningKey { path: path.to_path_buf(), why };
        let bytes = read(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| refuse("it is no text".to_owned()))?.trim();
        if let Ok(public) = PublicKey::from_openssh(text) {
            let Some(socket) = agent else { return Err(Error::NoAgent { path: path.to_path_buf() }) };
            if !agent::is_usable(&public.algorithm()) {
                return Err(refuse(format!("keys of the kind `{}` cannot sign here", public.algorithm())));
            }
            return Ok(Self(Kind::Agent(AgentKey { socket: socket.to_path_buf(), public })));
        }
        if !text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----") {
            let why = match text.starts_with("-----BEGIN") {
                true => format!("it is no OpenSSH key: `ssh-keygen -p -f {}` makes it one", path.display()),
                false => "it is neither a private nor a public key of OpenSSH".to_owned(),
            };
            return Err(refuse(why));
        }
        let key = PrivateKey::from_openssh(text).map_err(|cause| refuse(cause.to_string()))?;
        if !key.is_encrypted() {
            return Ok(Self(Kind::File(key.into())));
        }
        let passphrase = passphrase().ok_or_else(|| Error::KeyLocked { path: path.to_path_buf() })?;
        let key =
            key.decrypt(passphrase.as_bytes()).map_err(|_| Error::WrongPassphrase { path: path.to_path_buf() })?;
        Ok(Self(Kind::File(key.into())))
    }

    /// Signs these bytes in a namespace. What is made is verified before it is handed on.
    ///
    /// # Errors
    /// Where the key or its agent does not sign.
    pub fn sign(&self, namespace: Namespace, bytes: &[u8]) -> Result<Signature, Error> {
        let failed = |cause: ssh_key::Error| Error::NotSigned { why: cause.to_string() };
        let signature: Signature = match &self.0 {
            Kind::File(key) => match key.key_data() {
                KeypairData::Rsa(pair) => {
                    let data = SshSig::signed_data(namespace.as_str(), SIGNATURE_HASH, bytes).map_err(failed)?;
                    let signature = rsa_key::sign(pair, &data).map_err(failed)?;
                    SshSig::new(key.public_key().key_data().clone(), namespace.as_str(), SIGNATURE_HASH, signature)
                }
                _ => key.sign(namespace.as_str(), SIGNATURE_HASH, bytes),
            }
            .map_err(failed)?,
            Kind::Agent(key) => {
                let data = SshSig::signed_data(namespace.as_str(), SIGNATURE_HASH, bytes).map_err(failed)?;
                let (public, signature) = (key.public.key_data().clone(), key.sign(&data)?);
                SshSig::new(public, namespace.as_str(), SIGNATURE_HASH, signature).map_err(failed)?
            }
        }
        .into();
        if signature.fits(namespace, bytes) {
            return Ok(signature);
        }
        Err(Error::NotSigned { why: "the signature that it made does not fit".to_owned() })
    }

    /// The fingerprint of the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let public = match &self.0 {
            Kind::File(key) => key.public_key(),
            Kind::Agent(key) => &key.public,
        };
        public.fingerprint(HashAlg::Sha256).to_string()
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    use std::io::Read;
    let unreadable = |cause| Error::KeyUnreadable { path: path.to_path_buf(), cause };
    let mut bytes = Zeroizing::new(Vec::new());
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LARGEST_KEY).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
