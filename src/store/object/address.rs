//! The address of an object store: `s3://bucket/prefix`, and the variables that say where it is and who asks. Their
//! values are never shown.

use super::trouble::Kind;
use crate::config::Secret;
use crate::store::Error;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

/// The address of a bucket, or of the part of one below a prefix.
#[derive(Debug, Clone)]
pub struct Address {
    pub(super) kind: Kind,
    pub(super) bucket: String,
    prefix: String,
    /// The variables of this kind of store, their names in lower case.
    variables: BTreeMap<String, Secret>,
}

impl Address {
    /// The address that stands behind `scheme://`.
    ///
    /// # Errors
    /// Where it is of another kind, or not one that this program understands.
    pub(in crate::store) fn parse(scheme: &str, rest: &str) -> Result<Self, Error> {
        // What was typed may hold a credential, so that nothing of it is repeated.
        let refuse = |why: &str| Error::Unsupported { location: format!("{scheme}://..."), why: why.to_owned() };
        let kind = match scheme {
            "s3" => Kind::Amazon,
            "gs" => Kind::Google,
            "az" => Kind::Azure,
            _ => return Err(refuse("a store is a folder, `s3://`, `gs://` or `az://`")),
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.contains(['@', ':']) {
            return Err(refuse("credentials stand in variables and never in an address"));
        }
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if bucket.is_empty() || !plain(bucket) {
            return Err(refuse("behind `://` stands the name of a bucket: letters, digits, `.`, `_` and `-`"));
        }
        let parts: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
        if parts.iter().any(|part| !plain(part) || [".", ".."].contains(part)) {
            return Err(refuse("a prefix has letters, digits, `.`, `_` and `-` between its `/`"));
        }
        Ok(Self { kind, bucket: bucket.to_owned(), prefix: parts.join("/"), variables: BTreeMap::new() })
    }

    /// The same address, with those of these variables that are for its kind of store.
    #[must_use]
    pub(in crate::store) fn with_environment(mut self, environment: &BTreeMap<OsString, OsString>) -> Self {
        let named = environment.iter().filter_map(|(name, value)| Some((name.to_str()?, value)));
        let ours = named.filter(|(name, value)| name.starts_with(self.kind.variables()) && !value.is_empty());
        self.variables =
            ours.map(|(name, value)| (name.to_ascii_lowercase(), Secret::from(value.as_os_str()))).collect();
        self
    }

    /// The variables that are text, with their names in lower case.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().filter_map(|(name, value)| Some((name.as_str(), value.expose_text()?)))
    }

    /// The variable of this name.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.expose_text()
    }

    /// The endpoint, where one is named, without what may be a credential.
    pub(super) fn endpoint(&self) -> Option<String> {
        let named = [
            "aws_endpoint_url_s3",
            "aws_endpoint_url",
            "aws_endpoint",
            "azure_endpoint",
            "azure_storage_endpoint",
            "google_base_url",
        ];
        let mut url = named.iter().find_map(|name| url::Url::parse(self.variable(name)?).ok())?;
        // A URL that cannot have these has none.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        url.set_query(None);
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    /// Refuses an endpoint without TLS, unless that is wanted: credentials and releases would pass in the open.
    pub(super) fn refuse_plain_http(&self) -> Result<(), Error> {
        let allow = format!("{}ALLOW_HTTP", self.kind.variables());
        let wanted = self.variable(&allow.to_ascii_lowercase()).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if wanted || !self.endpoint().is_some_and(|endpoint| endpoint.starts_with("http://")) {
            return Ok(());
        }
        Err(Error::PlainHttp { location: self.to_string(), allow })
    }

    /// The whole key of one below the prefix.
    pub(super) fn below(&self, key: &str) -> String {
        let parts = [self.prefix.as_str(), key];
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/")
    }

    /// A key, named so that a person can find it.
    pub(super) fn name(&self, key: &str) -> String {
        format!("{}://{}/{}", self.kind.scheme(), self.bucket, self.below(key))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name("").trim_end_matches('/'))?;
        // Two servers may each have a bucket of this name.
        self.endpoint().map_or(Ok(()), |endpoint| write!(formatter, " at {endpoint}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use std::collections::BTreeMap;
    use std::ffi::OsString;

    fn address(rest: &str, variables: &[(&str, &str)]) -> Address {
        let environment: BTreeMap<OsString, OsString> =
            variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Address::parse("s3", rest).expect("an address").with_environment(&environment)
    }

    #[test]
    fn an_address_names_a_bucket_and_a_prefix() {
        let address = address("rel/team//a/", &[]);
        assert_eq!(address.to_string(), "s3://rel/team/a");
        assert_eq!(address.name("shop/codebase.json"), "s3://rel/team/a/shop/codebase.json");
        for bad in ["", "/x", "a b", "rel/../x", "rel/a b"] {
            assert!(Address::parse("s3", bad).is_err(), "{bad}");
        }
        assert!(Address::parse("ftp", "rel").is_err());
    }

    #[test]
    fn an_endpoint_without_tls_is_refused_of_every_kind_of_store() {
        for (scheme, variable) in [("s3", "AWS_ENDPOINT_URL"), ("az", "AZURE_ENDPOINT"), ("gs", "GOOGLE_BASE_URL")] {
            let environment = BTreeMap::from([(variable.into(), "http://127.0.0.1:8333".into())]);
            let address = Address::parse(scheme, "rel").expect("an address").with_environment(&environment);
            assert_eq!(address.to_string(), format!("{scheme}://rel at http://127.0.0.1:8333"));
            assert!(address.refuse_plain_http().is_err(), "{scheme}");
        }
    }

    #[test]
    fn no_credential_is_shown() {
        let variables = [
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ("AWS_ENDPOINT_URL", "http://ada:hunter2@127.0.0.1:8333/?sig=hunter2"),
            ("DATABASE_URL", "hunter2"),
        ];
        let address = address("rel", &variables);
        assert_eq!(address.to_string(), "s3://rel at http://127.0.0.1:8333");
        assert!(!format!("{address:?}").contains("hunter2"));
        assert_eq!(address.variables().count(), 2, "another service's variables are not ours");
        let refused = Address::parse("s3", "key:hunter2@rel").expect_err("refused").to_string();
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}
