//! Signing with an RSA key file. `ssh_key` can verify what RSA keys sign, and not sign with them: its release 0.6.7 makes
//! the key from the prime p taken twice, which is no key.

use rsa::pkcs1v15::SigningKey;
use rsa::sha2::Sha512;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::{BigUint, RsaPrivateKey};
use ssh_key::private::RsaKeypair;
use ssh_key::{Algorithm, Error, HashAlg, Signature};

/// An `rsa-sha2-512` signature (RFC 8332, section 3) of these bytes.
pub(super) fn sign(pair: &RsaKeypair, bytes: &[u8]) -> Result<Signature, Error> {
    let (public, private) = (&pair.public, &pair.private);
    let primes = vec![BigUint::try_from(&private.p)?, BigUint::try_from(&private.q)?];
    let [n, e, d] = [&public.n, &public.e, &private.d].map(BigUint::try_from);
    let key = RsaPrivateKey::from_components(n?, e?, d?, primes).map_err(|_| Error::Crypto)?;
    let signature = SigningKey::<Sha512>::new(key).try_sign(bytes).map_err(|_| Error::Crypto)?;
    Signature::new(Algorithm::Rsa { hash: Some(HashAlg::Sha512) }, signature.to_vec())
}
