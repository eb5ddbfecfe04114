//! What the audit says: each rule with its verdict, each finding with what it rests on.

use super::{Evidence, Factor, Rule, Unread, Verdict};
use crate::artifact::Digest;

/// The whole audit of one app.
#[derive(Debug)]
pub struct Report {
    /// The package that was audited.
    pub package: String,
    /// Its version.
    pub version: Option<String>,
    /// Its folder, from the codebase's root.
    pub folder: String,
    /// The codebase's root.
    pub root: std::path::PathBuf,
    /// The programs that were taken for its processes.
    pub programs: Vec<String>,
    /// The commit that the working tree stands on.
    pub commit: Option<String>,
    /// The release that was watched.
    pub release: Option<String>,
    /// How many files were read.
    pub files: usize,
    /// How many lines they have.
    pub lines: usize,
    /// Files that are no Rust as this version's parser knows it.
    pub unread: Vec<Unread>,
    /// Every rule, in the order of ids.
    pub results: Vec<RuleResult>,
    /// Exceptions that nothing needed any more.
    pub unused: Vec<Unused>,
}

/// What one rule says.
#[derive(Debug)]
pub struct RuleResult {
    /// The rule.
    pub rule: &'static Rule,
    /// The worst of its findings that nobody allowed; what it says without one.
    pub verdict: Verdict,
    /// Why it is unknown or not applicable; what settled it.
    pub why: Option<String>,
    /// What shows that it passes.
    pub shown_by: Vec<Evidence>,
    /// What it found.
    pub findings: Vec<Finding>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How bad it is.
    pub verdict: Verdict,
    /// What is the matter, as a fragment.
    pub message: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What stays the same when lines move: a digest of the rule, the file and the line's words.
    pub fingerprint: Digest,
    /// Why it does not count, where somebody said so.
    pub excused: Option<Excuse>,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excuse {
    /// An exception, with its reason.
    Allowed(String),
    /// The baseline has it.
    Known,
}

/// An exception that nothing needed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unused {
    /// The rule.
    pub rule: String,
    /// `twelve.toml`, `src/main.rs`.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

/// How many checks apply, and how many of them pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Those that pass.
    pub pass: usize,
    /// Those that apply.
    pub applicable: usize,
    /// Those that could not be told.
    pub unknown: usize,
}

impl Report {
    /// The results of one factor.
    pub fn of(&self, factor: Factor) -> impl Iterator<Item = &RuleResult> {
        self.results.iter().filter(move |result| result.rule.factor == factor)
    }

    /// What is to be said of a factor: the worst of what its rules say.
    #[must_use]
    pub fn verdict(&self, factor: Factor) -> Verdict {
        self.of(factor).map(|result| result.verdict).max().unwrap_or(Verdict::NotApplicable)
    }

    /// The count over some results.
    pub fn count<'a>(results: impl Iterator<Item = &'a RuleResult>) -> Count {
        let mut count = Count { pass: 0, applicable: 0, unknown: 0 };
        for result in results {
            count.pass += usize::from(result.verdict.passes());
            count.applicable += usize::from(result.verdict.counts());
            count.unknown += usize::from(result.verdict == Verdict::Unknown);
        }
        count
    }

    /// Every finding with its rule.
    pub fn findings(&self) -> impl Iterator<Item = (&'static Rule, &Finding)> {
        self.results.iter().flat_map(|result| result.findings.iter().map(move |finding| (result.rule, finding)))
    }

    /// The worst finding that nobody excused.
    #[must_use]
    pub fn worst(&self) -> Option<Verdict> {
        self.findings().filter(|(_, finding)| finding.excused.is_none()).map(|(_, finding)| finding.verdict).max()
    }
}

impl Finding {
    /// The place that it is shown at first.
    #[must_use]
    pub fn place(&self) -> Option<&super::Place> {
        self.evidence.iter().find_map(|evidence| match evidence {
            Evidence::Place(place) => Some(place),
            Evidence::Measurement(_) => None,
        })
    }
}
