//! What went wrong between us and an object store, in words: the shortest true cause, and nothing that could be a
//! credential.

use super::Address;
use crate::store::{Error, RemoteCause};
use object_store::Error as Refusal;
use std::error::Error as StdError;

/// Whose object store it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Amazon S3, and what speaks like it.
    Amazon,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure,
}

impl Kind {
    /// How its addresses begin.
    pub(super) fn scheme(self) -> &'static str {
        match self {
            Self::Amazon => "s3",
            Self::Google => "gs",
            Self::Azure => "az",
        }
    }

    /// How the names of its variables begin.
    pub(super) fn variables(self) -> &'static str {
        match self {
            Self::Amazon => "AWS_",
            Self::Google => "GOOGLE_",
            Self::Azure => "AZURE_",
        }
    }

    /// The variable that names its server, where it is none of the cloud's own.
    pub(super) fn endpoint_variable(self) -> &'static str {
        match self {
            Self::Amazon => "AWS_ENDPOINT_URL",
            Self::Google => "GOOGLE_BASE_URL",
            Self::Azure => "AZURE_ENDPOINT",
        }
    }
}

impl Address {
    /// Why something was not done.
    pub(super) fn trouble(&self, act: &'static str, key: &str, refusal: &Refusal) -> Error {
        let cause = match (refusal, status(refusal)) {
            (Refusal::PermissionDenied { .. } | Refusal::Unauthenticated { .. }, _) | (_, Some(401 | 403)) => {
                RemoteCause::Credentials
            }
            // What may be absent was asked for as such: this is the bucket.
            (Refusal::NotFound { .. }, _) | (_, Some(404)) => RemoteCause::NoBucket,
            // S3 answers so, also with 400, where a token has expired or the region is another one.
            _ if ["ExpiredToken", "InvalidToken", "AuthorizationHeaderMalformed"]
                .iter()
                .any(|code| element(&refusal.to_string(), "Code") == Some(*code)) =>
            {
                RemoteCause::Credentials
            }
            // Requests of ours are well-formed: who does not understand them is another kind of server.
            (_, Some(400 | 405 | 501)) => RemoteCause::OtherServer,
            _ if is_of_authorities(refusal) => RemoteCause::Authorities,
            _ => RemoteCause::Network,
        };
        self.failed(act, key, cause, &shortest(refusal))
    }

    /// Why there is no client. A machine that knows no authority gets none, whatever else it is told.
    pub(super) fn unmade(&self, refusal: &Refusal) -> Error {
        if is_of_authorities(refusal) {
            return self.unopened(RemoteCause::Authorities, &shortest(refusal));
        }
        self.unopened(RemoteCause::Credentials, &refusal.to_string())
    }

    /// The same, of what is not the object store's own answer.
    pub(super) fn failed(&self, act: &'static str, key: &str, cause: RemoteCause, why: &str) -> Error {
        Error::Remote { store: self.to_string(), act, key: key.to_owned(), why: self.redacted(why), cause }
    }

    /// Why nothing could even be asked.
    pub(super) fn unopened(&self, cause: RemoteCause, why: &str) -> Error {
        self.failed("open", &self.name(""), cause, why)
    }

    /// The text without what may be a credential: queries of URLs, and values of variables that are no address.
    fn redacted(&self, text: &str) -> String {
        let query = regex_lite::Regex::new(r"(https?://[^\s?]*)\?[^\s)]*");
        let mut text = query.map_or_else(|_| String::new(), |query| query.replace_all(text, "$1?...").into_owned());
        for (name, value) in self.variables() {
            if ["key", "secret", "token", "sas", "password"].iter().any(|word| name.contains(word)) && value.len() > 3 {
                text = text.replace(value, "[secret]");
            }
        }
        text
    }
}

/// Whether what was refused may be granted a moment later: not what the server has understood and refused.
pub(super) fn is_passing(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Generic { .. })
        && status(refusal).is_none_or(|status| status >= 500 || [408, 425, 429].contains(&status))
}

/// Whether a certificate is what is wrong, in the words of rustls and of who verifies for it.
fn is_of_authorities(refusal: &Refusal) -> bool {
    let said = shortest(refusal);
    said.contains("CA certificates") || said.contains("invalid peer certificate")
}

/// The HTTP status in an answer that has no variant of its own.
fn status(refusal: &Refusal) -> Option<u16> {
    refusal.to_string().split_once("status code: ")?.1.get(..3)?.parse().ok()
}

/// The innermost cause; of an answer of S3 or Azure, its code and its message.
fn shortest(refusal: &Refusal) -> String {
    let text = refusal.to_string();
    if let (Some(code), message) = (element(&text, "Code"), element(&text, "Message")) {
        return message.map_or_else(|| code.to_owned(), |message| format!("{code}: {}", first_line(message)));
    }
    let mut cause: &dyn StdError = refusal;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    first_line(&cause.to_string()).to_owned()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The text of an XML element.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

#[cfg(test)]
mod tests {
    use super::Address;
    use object_store::Error as Refusal;
    use std::collections::BTreeMap;

    fn worded(text: &str) -> String {
        let environment = BTreeMap::from([("AWS_SECRET_ACCESS_KEY".into(), "hunter2".into())]);
        let address = Address::parse("s3", "rel").expect("an address").with_environment(&environment);
        address.trouble("read", "x", &Refusal::Generic { store: "S3", source: text.into() }).to_string()
    }

    #[test]
    fn what_the_server_says_is_worded_by_its_code() {
        let said = worded("status 400: <Error><Code>Slow</Code><Message>be patient\nplease</Message></Error>");
        assert_eq!(said, "the store `s3://rel` did not let us read `x`: Slow: be patient");
    }

    #[test]
    fn who_speaks_for_a_certificate_is_told_apart_from_the_way() {
        let address = Address::parse("s3", "rel").expect("an address");
        // As rustls words it.
        for (said, authorities) in [("invalid peer certificate: UnknownIssuer", true), ("Connection refused", false)] {
            let error = address.trouble("read", "x", &Refusal::Generic { store: "S3", source: said.into() });
            let crate::store::Error::Remote { cause, .. } = error else { unreachable!("it is remote") };
            assert_eq!(cause == crate::store::RemoteCause::Authorities, authorities, "{said}");
        }
    }

    #[test]
    fn no_credential_is_in_an_error() {
        let said = worded("error for url (https://x.blob.core.windows.net/a?sv=1&sig=hunter2): key hunter2");
        assert!(!said.contains("hunter2") && said.contains("https://x.blob.core.windows.net/a?..."), "{said}");
    }
}
