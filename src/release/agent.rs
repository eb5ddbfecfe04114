//! An ssh-agent as a signer: the key stays with it, and we send what is to be signed
//! (draft-ietf-sshm-ssh-agent, sections 3 and 4.6).

use super::Error;
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, PublicKey, Signature};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;
/// An RSA key is to sign with SHA-512; without the flag an agent would use SHA-1, which nobody accepts.
const RSA_SHA2_512: u32 = 4;
/// The largest answer that is read, in bytes (OpenSSH's own limit).
const LARGEST_ANSWER: u32 = 256 << 10;
/// How long an answer may take: it may be a person who is asked to confirm or to touch a token.
const LONGEST: Duration = Duration::from_secs(120);

/// A key that an agent holds.
#[derive(Debug, Clone)]
pub(super) struct AgentKey {
    /// The agent's socket.
    pub(super) socket: PathBuf,
    /// The key.
    pub(super) public: PublicKey,
}

impl AgentKey {
    /// Has the agent sign these bytes.
    pub(super) fn sign(&self, bytes: &[u8]) -> Result<Signature, Error> {
        let unusable = |why: String| Error::Agent { socket: self.socket.clone(), why };
        let request = request(&self.public, bytes).map_err(|cause| unusable(cause.to_string()))?;
        let answer = ask(&self.socket, &request).map_err(|cause| unusable(cause.to_string()))?;
        let Some(body) = answer.strip_prefix(&[SIGN_RESPONSE]) else {
            let fingerprint = self.public.fingerprint(ssh_key::HashAlg::Sha256);
            return Err(unusable(format!(
                "it does not sign with the key {fingerprint}: `ssh-add -l` lists what it holds"
            )));
        };
        // One string: its length, then the signature, which is all there is.
        let blob = body.get(4..).unwrap_or_default();
        Signature::try_from(blob).map_err(|cause| unusable(format!("it answers no signature ({cause})")))
    }
}

fn request(public: &PublicKey, bytes: &[u8]) -> Result<Vec<u8>, ssh_key::Error> {
    let flags: u32 = if matches!(public.key_data(), KeyData::Rsa(_)) { RSA_SHA2_512 } else { 0 };
    let mut request = vec![SIGN_REQUEST];
    string(&mut request, &public.to_bytes()?);
    string(&mut request, bytes);
    request.extend(flags.to_be_bytes());
    Ok(request)
}

/// A string of the protocol (RFC 4251, section 5). What is signed here is shorter than 4 GiB by far.
fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(bytes);
}

fn ask(socket: &Path, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut agent = UnixStream::connect(socket)?;
    agent.set_read_timeout(Some(LONGEST))?;
    let length = u32::try_from(request.len()).map_err(io::Error::other)?;
    agent.write_all(&[&length.to_be_bytes(), request].concat())?;
    let mut length = [0; 4];
    agent.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > LARGEST_ANSWER {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it answers more than a signature"));
    }
    let mut answer = Vec::new();
    agent.take(length.into()).read_to_end(&mut answer)?;
    if answer.len() as u64 == u64::from(length) { Ok(answer) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Whether an agent can sign for us with keys of this kind.
pub(super) fn is_usable(algorithm: &Algorithm) -> bool {
    !matches!(algorithm, Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 | Algorithm::Dsa)
}
