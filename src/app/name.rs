//! Names of apps and deploys. They are parts of paths, keys and unit names, so the alphabet is small.

use super::Rule;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The most characters a name has.
const MOST_CHARACTERS: usize = 40;

/// The name of an app: `[a-z][a-z0-9-]{0,39}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppName(String);

/// The name of a deploy: as an app's, but never `latest` nor a release id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeployName(String);

fn checked(what: &str, text: &str) -> Result<String, Rule> {
    let first = text.chars().next().is_some_and(|first| first.is_ascii_lowercase());
    let rest = text.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-');
    if first && rest && text.len() <= MOST_CHARACTERS {
        return Ok(text.to_owned());
    }
    let rule = format!("`{}` is no {what}: a to z first, then a to z, 0 to 9 and -, at most 40", text.escape_debug());
    let suggestion: String = text
        .to_ascii_lowercase()
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one } else { '-' })
        .skip_while(|one| !one.is_ascii_lowercase())
        .take(MOST_CHARACTERS)
        .collect();
    if suggestion.is_empty() {
        Err(Rule::new(rule))
    } else {
        Err(Rule::with_hint(rule, format!("write `{suggestion}`")))
    }
}

impl FromStr for AppName {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        checked("app name", text).map(Self)
    }
}

impl FromStr for DeployName {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        let name = checked("deploy name", text)?;
        let number = name.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        if name == "latest" || number {
            return Err(Rule::new(format!("`{name}` names a release, so no deploy can be called that")));
        }
        Ok(Self(name))
    }
}

macro_rules! text {
    ($name:ident) => {
        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Rule;

            fn try_from(text: String) -> Result<Self, Rule> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

text!(AppName);
text!(DeployName);

#[cfg(test)]
mod tests {
    use super::{AppName, DeployName};

    #[test]
    fn a_name_has_a_small_alphabet() {
        for good in ["a", "shop", "shop-2", &"a".repeat(40)] {
            assert!(good.parse::<AppName>().is_ok(), "{good}");
        }
        for bad in ["", "Shop", "2shop", "-a", "a_b", "../x", "a/b", &"a".repeat(41), "ä"] {
            assert!(bad.parse::<AppName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_name_is_answered_with_a_good_one() {
        let rule = "My_Shop".parse::<AppName>().expect_err("upper case");
        assert_eq!(rule.hint.as_deref(), Some("write `my-shop`"));
    }

    #[test]
    fn a_deploy_is_never_called_like_a_release() {
        for bad in ["latest", "v1", "v42", "v"] {
            assert!(bad.parse::<DeployName>().is_err(), "{bad}");
        }
        assert!("v1-old".parse::<DeployName>().is_ok());
    }
}
