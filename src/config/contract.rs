//! The contract: which config variables the app reads, and what each must look like. It is declared in twelve.toml,
//! travels inside the build, and is held against the environment before any process starts.

use super::resolution::Setting;
use serde::{Deserialize, Serialize};

/// What an app declares of its config. The order is that of the declaration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Names, or prefixes that end in `*`, that pass unchecked.
    #[serde(default)]
    pub passthrough: Vec<String>,
    /// The declared variables.
    #[serde(default)]
    pub variables: Vec<Variable>,
}

/// One declared variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name in the environment.
    pub name: String,
    /// What its value must look like.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// Whether a process may not start without it. A variable with a default never lacks a value.
    pub required: bool,
    /// Whether its value may never be shown.
    pub secret: bool,
    /// The value where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether the empty string is a value; otherwise empty counts as missing.
    pub allow_empty: bool,
    /// Whether `NAME_FILE` and systemd's credentials may hold the value.
    pub from_file: bool,
    /// The version of the backing service that its URL names, where the app asks for one: a laptop has the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it is for, in the app's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Limits beyond the type's own.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
}

/// The fourteen types of config variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableType {
    /// Any text.
    String,
    /// A whole number that fits into 64 bits with a sign.
    Int,
    /// A decimal number.
    Float,
    /// `true` or `false`.
    Bool,
    /// 1 to 65535.
    Port,
    /// An absolute URL.
    Url,
    /// The URL of a backing service; its schemes are declared.
    ServiceUrl,
    /// One of the declared values.
    Enum,
    /// A number with a unit: `250ms`, `30s`, `5m`, `2h`, `1d`.
    Duration,
    /// A number of bytes: `512`, `64KiB`, `10MB`.
    Bytes,
    /// An address with a port: `127.0.0.1:8080`, `[::1]:8080`.
    SocketAddr,
    /// A path.
    Path,
    /// A JSON document.
    Json,
    /// An e-mail address.
    Email,
}

/// Limits on a value beyond its type's own. Lengths count characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The values of an enum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The schemes of a URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<String>,
    /// The least value of a number, duration or size, written as its type is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The greatest value of a number, duration or size, written as its type is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The least number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_len: Option<u64>,
    /// The greatest number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_len: Option<u64>,
    /// A regular expression that the whole value must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

impl Limits {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Variable {
    /// Whether a text is the name of an environment variable: `[A-Za-z_][A-Za-z0-9_]*` (POSIX.1-2017, 8.1, with lower case
    /// allowed). No contract and no env file holds another.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && text.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
    }

    /// A variable that is required, with no limits beyond its type's own.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: VariableType) -> Self {
        Self {
            name: name.into(),
            kind,
            required: true,
            secret: false,
            default: None,
            allow_empty: false,
            from_file: false,
            version: None,
            doc: None,
            limits: Limits::default(),
        }
    }
}

impl Contract {
    /// The declared variable of this name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// Whether a passthrough pattern lets this name through.
    #[must_use]
    pub fn passes(&self, name: &str) -> bool {
        self.passthrough.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => pattern == name,
        })
    }

    /// Whether all may see a value: its variable is declared, is no secret, and no URL with credentials stands in it.
    #[must_use]
    pub fn is_open(&self, setting: &Setting) -> bool {
        let declared = self.variable(&setting.name).is_some_and(|variable| !variable.secret);
        declared && setting.value.expose_text().is_some_and(|text| !holds_credentials(text))
    }

    /// The same contract, where of the required variables only these must be given.
    #[must_use]
    pub fn requiring(&self, must: impl Fn(&Variable) -> bool) -> Self {
        let lenient = |one: &Variable| Variable { required: one.required && must(one), ..one.clone() };
        Self { passthrough: self.passthrough.clone(), variables: self.variables.iter().map(lenient).collect() }
    }
}

/// Names of parameters of a query that let somebody in.
const LETS_IN: [&str; 8] = ["auth", "credential", "key", "pass", "pwd", "secret", "sig", "token"];

/// Whether a text is a URL that lets somebody in. A user alone counts, since a cluster's URL is none that a parser of
/// URLs takes apart.
fn holds_credentials(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let query = rest.split_once('?').map_or("", |(_, query)| query).to_ascii_lowercase();
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    rest.contains('@') || names.any(|name| LETS_IN.iter().any(|word| name.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::holds_credentials;

    #[test]
    fn a_url_that_lets_somebody_in_is_known() {
        for bad in [
            "postgres://shop:hunter2@db/shop",
            "mongodb://u:hunter2@a:1,b/shop",
            "https://hooks.example.org/x?api_key=hunter2",
            "postgres://db/shop?user=u&PASSWORD=hunter2",
            "https://hunter2@example.org",
        ] {
            assert!(holds_credentials(bad), "{bad}");
        }
        for good in ["", "a b", "redis://cache:6379/0", "https://example.org/a?page=2", "ada@example.org", "[\"a\"]"] {
            assert!(!holds_credentials(good), "{good}");
        }
    }
}
