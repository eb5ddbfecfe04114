//! A rule: one promise of the text, what is looked at to tell whether it is kept, and what to do where it is not.

use super::{Evidence, Factor, Facts, Verdict};

/// How a rule comes to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By reading the codebase.
    Read,
    /// By watching a release run.
    Observe,
}

/// One rule. Its id never changes its meaning and is never given again.
pub struct Rule {
    /// `TF0901`: TF, the factor, a number. From 51 on it is an observed one.
    pub id: &'static str,
    /// `no-sigterm`.
    pub name: &'static str,
    /// The factor whose promise it is.
    pub factor: Factor,
    /// What is well where it passes, as a fragment.
    pub passes: &'static str,
    /// The most that it ever says.
    pub level: Verdict,
    /// The promise of the text, in our words.
    pub promise: &'static str,
    /// What it looks at.
    pub looks_at: &'static str,
    /// What it is known not to see, or to see wrongly.
    pub blind_spots: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// The observed rule that knows where this one does not.
    pub settled_by: Option<&'static str>,
    /// The judgement.
    pub(super) judge: fn(&Facts) -> Judgement,
}

impl Rule {
    /// How it comes to know.
    #[must_use]
    pub fn method(&self) -> Method {
        let observed = self.id.get(4..).and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number > 50);
        if observed { Method::Observe } else { Method::Read }
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

/// What a rule says of an app.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judgement {
    /// The promise is kept; what shows it, where something does.
    Pass(Vec<Evidence>),
    /// What was found.
    Found(Vec<Found>),
    /// What was found, and what is well beside it.
    Mixed(Vec<Found>, Vec<Evidence>),
    /// It cannot be told, and why.
    Unknown(String),
    /// The rule speaks of something that this app does not have, and what that is.
    NotApplicable(String),
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) verdict: Verdict,
    pub(super) message: String,
    pub(super) evidence: Vec<Evidence>,
}

impl Found {
    pub(super) fn new(verdict: Verdict, message: impl Into<String>) -> Self {
        Self { verdict, message: message.into(), evidence: Vec::new() }
    }

    pub(super) fn at(mut self, evidence: impl Into<Evidence>) -> Self {
        self.evidence.push(evidence.into());
        self
    }
}

impl Judgement {
    pub(super) const KEPT: Self = Self::Pass(Vec::new());

    /// What was found, or that all is well.
    pub(super) fn of(found: Vec<Found>) -> Self {
        if found.is_empty() { Self::KEPT } else { Self::Found(found) }
    }

    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(why.into())
    }

    pub(super) fn not_applicable(why: impl Into<String>) -> Self {
        Self::NotApplicable(why.into())
    }
}
