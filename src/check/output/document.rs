//! The report as JSON. Field names are stable; `snapshots/` guards them.

use crate::check::{Evidence, Excuse, Factor, Method, Report, RuleResult, Unread, Unused, Verdict};
use serde::Serialize;

/// The report as a document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    format: u32,
    package: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    /// The package's folder, from the codebase's root.
    folder: &'a str,
    programs: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<&'a str>,
    files: usize,
    lines: usize,
    pass: usize,
    applicable: usize,
    unknown: usize,
    factors: Vec<FactorLine>,
    rules: Vec<RuleLine<'a>>,
    unread: &'a [Unread],
    unused_exceptions: &'a [Unused],
}

#[derive(Debug, Serialize)]
struct FactorLine {
    factor: Factor,
    number: usize,
    verdict: Verdict,
    pass: usize,
    applicable: usize,
    unknown: usize,
}

#[derive(Debug, Serialize)]
struct RuleLine<'a> {
    id: &'static str,
    name: &'static str,
    factor: Factor,
    observed: bool,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    evidence: &'a [Evidence],
    findings: Vec<FindingLine<'a>>,
}

#[derive(Debug, Serialize)]
struct FindingLine<'a> {
    verdict: Verdict,
    message: &'a str,
    evidence: &'a [Evidence],
    fingerprint: String,
    /// The reason of the exception that excuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<&'a str>,
    /// Whether the baseline has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    known: bool,
}

impl<'a> Document<'a> {
    /// The document of a report.
    #[must_use]
    pub fn of(report: &'a Report) -> Self {
        let count = Report::count(report.results.iter());
        Self {
            format: 1,
            package: &report.package,
            version: report.version.as_deref(),
            folder: &report.folder,
            programs: &report.programs,
            commit: report.commit.as_deref(),
            release: report.release.as_deref(),
            files: report.files,
            lines: report.lines,
            pass: count.pass,
            applicable: count.applicable,
            unknown: count.unknown,
            factors: Factor::ALL.map(|factor| factor_line(report, factor)).into(),
            rules: report.results.iter().map(rule_line).collect(),
            unread: &report.unread,
            unused_exceptions: &report.unused,
        }
    }
}

fn factor_line(report: &Report, factor: Factor) -> FactorLine {
    let count = Report::count(report.of(factor));
    FactorLine {
        factor,
        number: factor.number(),
        verdict: report.verdict(factor),
        pass: count.pass,
        applicable: count.applicable,
        unknown: count.unknown,
    }
}

fn rule_line(result: &RuleResult) -> RuleLine<'_> {
    RuleLine {
        id: result.rule.id,
        name: result.rule.name,
        factor: result.rule.factor,
        observed: result.rule.method() == Method::Observe,
        verdict: result.verdict,
        why: result.why.as_deref(),
        evidence: &result.shown_by,
        findings: result
            .findings
            .iter()
            .map(|finding| FindingLine {
                verdict: finding.verdict,
                message: &finding.message,
                evidence: &finding.evidence,
                fingerprint: finding.fingerprint.to_string(),
                allowed: match &finding.excused {
                    Some(Excuse::Allowed(reason)) => Some(reason),
                    _ => None,
                },
                known: finding.excused == Some(Excuse::Known),
            })
            .collect(),
    }
}
