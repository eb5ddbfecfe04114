//! Exceptions: `[allow]` of twelve.toml, comments in the source, a baseline. Each excuses what it names and nothing
//! else; one that nothing needs is told, so that stale ones die.

use super::{Baseline, Error, Excuse, Facts, Finding, Unused, catalogue};
use std::collections::BTreeSet;

/// One exception.
struct Exception {
    rule: &'static str,
    reason: String,
    path: String,
    line: usize,
    /// The lines that it covers; none means the whole app.
    covers: Option<Vec<usize>>,
}

/// All exceptions of an app.
pub(super) struct Exceptions<'a> {
    all: Vec<Exception>,
    used: BTreeSet<usize>,
    baseline: Option<&'a Baseline>,
}

impl<'a> Exceptions<'a> {
    /// Reads them.
    ///
    /// # Errors
    /// Where one names no rule, or is written wrongly.
    pub(super) fn of(facts: &Facts, baseline: Option<&'a Baseline>) -> Result<Self, Error> {
        let mut all = Vec::new();
        let twelve_toml = facts.texts.twelve_toml.as_deref().unwrap_or_default();
        let path = facts.declaration_path("twelve.toml");
        for (rule, reason) in &facts.declaration.allow {
            let line =
                twelve_toml.lines().position(|line| line.trim_start().starts_with(rule.as_str())).unwrap_or(0) + 1;
            let known = known(rule, &path, line)?;
            all.push(Exception { rule: known, reason: reason.clone(), path: path.clone(), line, covers: None });
        }
        for source in &facts.sources {
            for allowance in &source.allowances {
                let (rule, reason) = allowance.means.as_ref().map_err(|rule| Error::Allow {
                    place: format!("{}:{}", source.path, allowance.line),
                    rule: (*rule).to_owned(),
                    hint: "write `// twelve: allow(TF0701, reason = \"why\")`".to_owned(),
                })?;
                all.push(Exception {
                    rule: known(rule, &source.path, allowance.line)?,
                    reason: reason.clone(),
                    path: source.path.clone(),
                    line: allowance.line,
                    covers: Some(allowance.covers.clone()),
                });
            }
        }
        Ok(Self { all, used: BTreeSet::new(), baseline })
    }

    /// Why a finding does not count, where something says so.
    pub(super) fn excuse(&mut self, rule: &str, finding: &Finding) -> Option<Excuse> {
        let mut excuse = None;
        for (index, exception) in self.all.iter().enumerate() {
            let covered = exception.covers.as_ref().is_none_or(|lines| {
                finding.place().is_some_and(|place| place.path == exception.path && lines.contains(&place.line))
            });
            if exception.rule == rule && covered {
                self.used.insert(index);
                excuse.get_or_insert_with(|| Excuse::Allowed(exception.reason.clone()));
            }
        }
        excuse.or_else(|| self.baseline.filter(|baseline| baseline.knows(finding)).map(|_| Excuse::Known))
    }

    /// Those that nothing needed. One for an observed rule is not unused where nothing was observed.
    pub(super) fn unused(self, watched: bool) -> Vec<Unused> {
        let unused = self.all.into_iter().enumerate().filter(|(index, _)| !self.used.contains(index));
        let speaks =
            |rule: &str| watched || catalogue::rule(rule).is_ok_and(|rule| rule.method() == super::Method::Read);
        unused
            .filter(|(_, one)| speaks(one.rule))
            .map(|(_, one)| Unused { rule: one.rule.to_owned(), path: one.path, line: one.line })
            .collect()
    }
}

fn known(rule: &str, path: &str, line: usize) -> Result<&'static str, Error> {
    catalogue::rule(rule).map(|rule| rule.id).map_err(|error| Error::Allow {
        place: format!("{path}:{line}"),
        hint: match &error {
            Error::NoRule { nearest: Some(near), .. } => format!("did you mean `{near}`?"),
            _ => "`cargo twelve check --rules` lists them".to_owned(),
        },
        rule: error.to_string(),
    })
}
