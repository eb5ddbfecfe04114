//! How people name a release: `[APP@]REF`.

use super::{Error, ReleaseId};
use crate::app::{AppName, DeployName};
use std::fmt;
use std::str::FromStr;

/// A release as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRef {
    /// The app, where it was typed.
    pub app: Option<AppName>,
    /// Which of its releases.
    pub name: ReleaseName,
}

/// Which release of an app, in the order in which a word is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseName {
    /// `v42` or `42`.
    Id(ReleaseId),
    /// `latest`: the newest of the ledger.
    Latest,
    /// A version: the newest release that has it.
    Version(semver::Version),
    /// A deploy: its current release.
    Deploy(DeployName),
}

impl FromStr for ReleaseRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |rule: String| Error::NoRelease { text: text.escape_debug().to_string(), rule };
        let (app, name) = match text.split_once('@') {
            Some((app, name)) => (Some(app.parse::<AppName>().map_err(|rule| refuse(rule.rule))?), name),
            None => (None, text),
        };
        let name = if name == "latest" {
            ReleaseName::Latest
        } else if let Ok(id) = name.parse() {
            ReleaseName::Id(id)
        } else if let Ok(version) = name.parse() {
            ReleaseName::Version(version)
        } else if let Ok(deploy) = name.parse() {
            ReleaseName::Deploy(deploy)
        } else {
            return Err(refuse("write `v42`, `latest`, a version such as `1.4.0`, or a deploy's name".to_owned()));
        };
        Ok(Self { app, name })
    }
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Latest => formatter.write_str("latest"),
            Self::Version(version) => version.fmt(formatter),
            Self::Deploy(deploy) => deploy.fmt(formatter),
        }
    }
}

impl fmt::Display for ReleaseRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.app {
            Some(app) => write!(formatter, "{app}@{}", self.name),
            None => self.name.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ReleaseName, ReleaseRef};

    fn name(text: &str) -> ReleaseName {
        text.parse::<ReleaseRef>().expect(text).name
    }

    #[test]
    fn a_word_is_understood_in_one_order() {
        assert!(matches!(name("v42"), ReleaseName::Id(_)));
        assert!(matches!(name("42"), ReleaseName::Id(_)));
        assert!(matches!(name("latest"), ReleaseName::Latest));
        assert!(matches!(name("1.4.0"), ReleaseName::Version(_)));
        assert!(matches!(name("production"), ReleaseName::Deploy(_)));
        for bad in ["", "v0", "Production", "a@", "@v1", "A@v1", "../v1", "v1@shop@x"] {
            assert!(bad.parse::<ReleaseRef>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_app_stands_before_the_at() {
        let named: ReleaseRef = "shop@v7".parse().expect("a reference");
        assert_eq!(named.to_string(), "shop@v7");
        assert_eq!(named.app.expect("an app").as_str(), "shop");
    }
}
