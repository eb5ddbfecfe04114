//! How people name a deploy: `[APP@]NAME`.

use crate::app::{AppName, DeployName, Rule};
use std::fmt;
use std::str::FromStr;

/// A deploy as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployRef {
    /// The app, where it was typed.
    pub app: Option<AppName>,
    /// Its name.
    pub deploy: DeployName,
}

impl FromStr for DeployRef {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        Ok(match text.split_once('@') {
            Some((app, deploy)) => Self { app: Some(app.parse()?), deploy: deploy.parse()? },
            None => Self { app: None, deploy: text.parse()? },
        })
    }
}

impl fmt::Display for DeployRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.app {
            Some(app) => write!(formatter, "{app}@{}", self.deploy),
            None => self.deploy.fmt(formatter),
        }
    }
}
