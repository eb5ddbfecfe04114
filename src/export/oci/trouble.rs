//! What went wrong between us and a registry, in words: the shortest true cause, and nothing that could be a credential.

use super::credentials::Login;
use super::{Error, RegistryCause};
use crate::report::Printable;
use oci_client::Reference;
use oci_client::errors::{OciDistributionError, OciErrorCode};
use std::error::Error as StdError;

/// The longest answer that is repeated, in characters.
const LONGEST: usize = 300;

/// Why a registry did not do what it was asked.
pub(super) enum Refusal {
    /// What its client says.
    Said(OciDistributionError),
    /// Nothing moved any more.
    Silent,
}

impl From<OciDistributionError> for Refusal {
    fn from(said: OciDistributionError) -> Self {
        Self::Said(said)
    }
}

/// Whether what was asked for is not there.
pub(super) fn is_absent(refusal: &Refusal) -> bool {
    let absent =
        [OciErrorCode::ManifestUnknown, OciErrorCode::NameUnknown, OciErrorCode::BlobUnknown, OciErrorCode::NotFound];
    match refusal {
        Refusal::Said(OciDistributionError::RegistryError { envelope, .. }) => {
            envelope.errors.iter().any(|error| absent.contains(&error.code))
        }
        Refusal::Said(refusal) => status(refusal) == Some(404),
        Refusal::Silent => false,
    }
}

/// Whether what was refused may be granted a moment later.
pub(super) fn is_passing(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Said(OciDistributionError::RequestError(error)) => {
            let lasting = error.is_builder() || of_tls(&innermost(error)) != RegistryCause::Network;
            error.status().is_none_or(|status| status.is_server_error()) && !lasting
        }
        Refusal::Said(OciDistributionError::RegistryError { envelope, .. }) => {
            envelope.errors.iter().any(|error| error.code == OciErrorCode::Toomanyrequests)
        }
        Refusal::Said(refusal) => {
            status(refusal).is_some_and(|status| status >= 500 || [408, 425, 429].contains(&status))
        }
        Refusal::Silent => false,
    }
}

fn status(refusal: &OciDistributionError) -> Option<u16> {
    match refusal {
        OciDistributionError::ServerError { code, .. } => Some(*code),
        OciDistributionError::RequestError(error) => error.status().map(|status| status.as_u16()),
        _ => None,
    }
}

/// Why something was not done.
pub(super) fn trouble(image: &Reference, login: &Login, act: &'static str, refusal: &Refusal) -> Error {
    let denied = [OciErrorCode::Denied, OciErrorCode::Unauthorized];
    let cause = match refusal {
        Refusal::Said(
            OciDistributionError::AuthenticationFailure(_) | OciDistributionError::UnauthorizedError { .. },
        ) => RegistryCause::Credentials,
        Refusal::Said(OciDistributionError::RegistryError { envelope, .. })
            if envelope.errors.iter().any(|error| denied.contains(&error.code)) =>
        {
            RegistryCause::Credentials
        }
        Refusal::Said(refusal) if matches!(status(refusal), Some(401 | 403)) => RegistryCause::Credentials,
        Refusal::Said(OciDistributionError::RequestError(error)) => of_tls(&innermost(error)),
        _ => RegistryCause::Network,
    };
    let why = match refusal {
        _ if cause == RegistryCause::NoTls => "it speaks no TLS".to_owned(),
        Refusal::Said(refusal) => login.redacted(&Printable(&shortest(refusal)).to_string()),
        Refusal::Silent => "it fell silent".to_owned(),
    };
    let (registry, source) = (image.registry().to_owned(), login.source().map(str::to_owned));
    Error::Registry { registry, act, name: image.repository().to_owned(), why, cause, login: source }
}

fn innermost(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// What to look at where a connection is refused in these words, which are rustls's own.
fn of_tls(said: &str) -> RegistryCause {
    if said.contains("InvalidContentType") {
        RegistryCause::NoTls
    } else if said.contains("certificate") {
        RegistryCause::Certificate
    } else {
        RegistryCause::Network
    }
}

/// The innermost cause, or what the registry itself says; of a page, its first line.
fn shortest(refusal: &OciDistributionError) -> String {
    let text = match refusal {
        OciDistributionError::RegistryError { envelope, .. } => {
            let said: Vec<&str> = envelope.errors.iter().map(|error| error.message.as_str()).collect();
            said.join("; ")
        }
        OciDistributionError::ServerError { code, message, .. } => format!("{code} {message}"),
        OciDistributionError::UnauthorizedError { .. } => "it asks for a login".to_owned(),
        OciDistributionError::AuthenticationFailure(said) => format!("it refuses the login: {said}"),
        other => innermost(other),
    };
    text.lines().next().unwrap_or_default().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::{RegistryCause, of_tls};

    #[test]
    fn what_tls_has_against_a_registry_is_told_apart() {
        // As rustls and its verifier word it.
        for (said, cause) in [
            ("received corrupt message of type InvalidContentType", RegistryCause::NoTls),
            ("invalid peer certificate: UnknownIssuer", RegistryCause::Certificate),
            ("Connection refused (os error 111)", RegistryCause::Network),
        ] {
            assert_eq!(of_tls(said), cause, "{said}");
        }
    }
}
