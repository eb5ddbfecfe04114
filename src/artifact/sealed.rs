//! Sealed documents: canonical JSON that holds its own digest, so that a damaged one is known even unsigned.

use super::{Digest, Error, FORMAT, canonical_json};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The one text of a document, with the digest of the rest of it.
pub(super) fn seal(what: &str, document: &impl Serialize) -> Result<Vec<u8>, Error> {
    let digest = Digest::of(&canonical_json(document)?);
    let mut value = serde_json::to_value(document).map_err(|cause| Error::damaged(what, cause.to_string()))?;
    if let Value::Object(members) = &mut value {
        members.insert("digest".to_owned(), Value::String(digest.to_string()));
    }
    canonical_json(&value)
}

/// Reads a sealed document. Its own digest is verified before anything of it is believed; keys that this version does
/// not know are covered by the digest and otherwise ignored.
pub(super) fn unseal<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, Error> {
    let damaged = |why: &str| Error::damaged(what, why);
    let mut value: Value = serde_json::from_slice(bytes).map_err(|cause| damaged(&format!("no JSON ({cause})")))?;
    // What another format demands of its bytes is not ours to judge.
    if let Some(found) = value.get("format").and_then(Value::as_u64).filter(|found| *found != FORMAT) {
        return Err(Error::UnknownFormat { what: what.to_owned(), found });
    }
    if canonical_json(&value)? != bytes {
        return Err(damaged("it is not in its canonical form"));
    }
    let stated = value.as_object_mut().and_then(|members| members.remove("digest"));
    let stated = stated.as_ref().and_then(Value::as_str).and_then(|text| text.parse::<Digest>().ok());
    if stated != Some(Digest::of(&canonical_json(&value)?)) {
        return Err(damaged("its digest differs from its content"));
    }
    super::release_record::from_json(what, bytes)
}
