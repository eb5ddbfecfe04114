//! A baseline: the findings that an old codebase had when it began to be checked. They are shown and do not count; a
//! new one does. It knows a finding by its fingerprint, which stays when lines move.

use super::{Error, Finding, Report, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The findings that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    format: u32,
    findings: Vec<Known>,
    #[serde(skip)]
    fingerprints: BTreeSet<String>,
}

/// One of them. Rule and path are for people who read the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    fingerprint: String,
}

impl Baseline {
    /// Reads one.
    ///
    /// # Errors
    /// Where the text is no baseline.
    pub fn parse(path: &str, text: &str) -> Result<Self, Error> {
        let bad = |rule: String| Error::Baseline { path: path.to_owned(), rule };
        let mut baseline: Self = serde_json::from_str(text).map_err(|cause| bad(cause.to_string()))?;
        if baseline.format != 1 {
            return Err(bad(format!("its format {} is not 1", baseline.format)));
        }
        baseline.fingerprints = baseline.findings.iter().map(|known| known.fingerprint.clone()).collect();
        Ok(baseline)
    }

    /// The one that knows what a report found and nobody allowed.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let counted = report.findings().filter(|(_, finding)| {
            finding.verdict > Verdict::Note && !matches!(finding.excused, Some(super::Excuse::Allowed(_)))
        });
        let findings = counted.map(|(rule, finding)| Known {
            rule: rule.id.to_owned(),
            path: finding.place().map(|place| place.path.clone()),
            fingerprint: finding.fingerprint.to_string(),
        });
        Self { format: 1, findings: findings.collect(), fingerprints: BTreeSet::new() }
    }

    /// As a file.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings and numbers always serialise.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// How many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn knows(&self, finding: &Finding) -> bool {
        self.fingerprints.contains(&finding.fingerprint.to_string())
    }
}
