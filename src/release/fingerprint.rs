//! The fingerprint of a config: two entries of a deploy have the same one where they were checked with the same config.

use crate::artifact::{ConfigFingerprint, Digest};
use crate::config::Config;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::os::unix::ffi::OsStrExt;
use zeroize::Zeroizing;

/// The fewest bytes of a key.
pub const SHORTEST_KEY: usize = 32;

/// The key of fingerprints. It never lies in a store.
pub struct FingerprintKey(Zeroizing<Vec<u8>>);

impl FingerprintKey {
    /// A key of at least [`SHORTEST_KEY`] bytes; none where it is shorter.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        (bytes.len() >= SHORTEST_KEY).then_some(Self(bytes))
    }

    /// The fingerprint of a config: every name and value, each behind its length, sorted by name.
    #[must_use]
    pub fn fingerprint(&self, config: &Config) -> Option<ConfigFingerprint> {
        let mut settings: Vec<_> = config.settings().iter().collect();
        settings.sort_by(|one, other| one.name.cmp(&other.name));
        // HMAC takes keys of any length (RFC 2104, section 2).
        let mut hmac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for setting in settings {
            for part in [setting.name.as_bytes(), setting.value.expose().as_bytes()] {
                hmac.update(&(part.len() as u64).to_be_bytes());
                hmac.update(part);
            }
        }
        let bytes = hmac.finalize().into_bytes();
        let hmac_sha256 = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = Digest::of(&[b"cargo-twelve fingerprint key\0", self.0.as_slice()].concat()).short();
        Some(ConfigFingerprint { key, hmac_sha256 })
    }
}

#[cfg(test)]
mod tests {
    use super::FingerprintKey;
    use crate::artifact::ConfigFingerprint;
    use crate::config::{Config, EnvFile, Inputs, Typed};
    use std::collections::BTreeMap;
    use zeroize::Zeroizing;

    fn fingerprint(key: u8, env_file: &str) -> ConfigFingerprint {
        let (environment, typed) = (BTreeMap::new(), Typed::default());
        let files = [EnvFile::parse("prod.env", env_file.as_bytes())];
        let inputs = Inputs { environment: &environment, typed: &typed, files: &files, contract: None, exempt: &[] };
        let config = Config::resolve(&inputs, &|path| std::fs::read(path)).expect("a config");
        let key = FingerprintKey::new(Zeroizing::new(vec![key; 32])).expect("a key");
        key.fingerprint(&config).expect("a fingerprint")
    }

    #[test]
    fn the_same_config_has_the_same_fingerprint_under_one_key() {
        let one = fingerprint(1, "A=x\nB=y\n");
        assert_eq!(one, fingerprint(1, "B=y\nA=x\n"));
        for other in ["A=x\nB=z\n", "A=x\n", "A=xB\nB=y\n", "A=x\nC=y\n"] {
            assert_ne!(one.hmac_sha256, fingerprint(1, other).hmac_sha256, "{other}");
        }
        let otherwise = fingerprint(2, "A=x\nB=y\n");
        assert!(one.key != otherwise.key && one.hmac_sha256 != otherwise.hmac_sha256);
        assert!(FingerprintKey::new(Zeroizing::new(vec![1; 31])).is_none());
    }
}
