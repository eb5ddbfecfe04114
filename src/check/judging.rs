//! Asks every rule, lets what was observed settle what could not be told, and takes out what is excused.

use super::exceptions::Exceptions;
use super::{
    Baseline, Error, Evidence, Facts, Finding, Found, Judgement, Report, Rule, RuleResult, Verdict, catalogue,
};
use crate::artifact::Digest;
use std::collections::BTreeMap;

/// Judges the facts by all rules.
///
/// # Errors
/// Where an exception is written wrongly.
pub fn judge(facts: &Facts, baseline: Option<&Baseline>) -> Result<Report, Error> {
    let mut exceptions = Exceptions::of(facts, baseline)?;
    let mut occurrences = BTreeMap::new();
    let judged: Vec<_> = catalogue::rules().map(|rule| result(rule, facts, &mut occurrences)).collect();
    let mut results = settled(judged);
    for result in &mut results {
        for finding in &mut result.findings {
            finding.excused = exceptions.excuse(result.rule.id, finding);
        }
        let counted = result.findings.iter().filter(|finding| finding.excused.is_none());
        if !result.findings.is_empty() {
            result.verdict = counted.map(|finding| finding.verdict).max().unwrap_or(Verdict::Pass);
        }
    }
    let service = facts.service();
    Ok(Report {
        package: service.name.clone(),
        version: service.version.clone(),
        folder: service.folder.clone(),
        root: facts.tree.root().to_path_buf(),
        programs: facts.bins.iter().map(|bin| bin.name.clone()).collect(),
        commit: facts.tree.head(),
        release: facts.observations.first().map(|observation| observation.release.clone()),
        files: facts.sources.len(),
        lines: facts.sources.iter().map(super::source::Source::lines).sum(),
        unread: facts.unread.clone(),
        unused: exceptions.unused(!facts.observations.is_empty()),
        results,
    })
}

fn result(rule: &'static Rule, facts: &Facts, occurrences: &mut BTreeMap<Digest, usize>) -> RuleResult {
    let mut result = RuleResult { rule, verdict: Verdict::Pass, why: None, shown_by: Vec::new(), findings: Vec::new() };
    match (rule.judge)(facts) {
        Judgement::Pass(shown_by) => result.shown_by = shown_by,
        Judgement::Unknown(why) => (result.verdict, result.why) = (Verdict::Unknown, Some(why)),
        Judgement::NotApplicable(why) => (result.verdict, result.why) = (Verdict::NotApplicable, Some(why)),
        Judgement::Found(found) => result.find(found, occurrences),
        Judgement::Mixed(found, kept) => {
            result.shown_by = kept;
            result.find(found, occurrences);
        }
    }
    result
}

impl RuleResult {
    fn find(&mut self, found: Vec<Found>, occurrences: &mut BTreeMap<Digest, usize>) {
        self.findings = found.into_iter().map(|found| finding(self.rule, found, occurrences)).collect();
        self.verdict = self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Pass);
    }
}

fn finding(rule: &Rule, found: Found, occurrences: &mut BTreeMap<Digest, usize>) -> Finding {
    let Found { verdict, message, evidence } = found;
    let mut finding =
        Finding { verdict, message, evidence, fingerprint: Digest::of(rule.id.as_bytes()), excused: None };
    let words = match finding.place() {
        Some(place) => format!("{}\0{}\0{}", rule.id, place.path, place.text.trim()),
        // Numbers of a measurement change from run to run; what was measured does not.
        None => format!("{}\0{}", rule.id, measured(&finding.evidence)),
    };
    let count = occurrences.entry(Digest::of(words.as_bytes())).or_insert(0);
    finding.fingerprint = Digest::of(format!("{words}\0{count}").as_bytes());
    *count += 1;
    finding
}

fn measured(evidence: &[Evidence]) -> String {
    let all = evidence.iter().filter_map(|evidence| match evidence {
        Evidence::Measurement(one) => Some(format!("{}\0{}", one.process, one.what)),
        Evidence::Place(_) => None,
    });
    all.collect::<Vec<_>>().join("\0")
}

/// What was observed settles what could not be told.
fn settled(mut results: Vec<RuleResult>) -> Vec<RuleResult> {
    let observed: BTreeMap<&str, (Verdict, Vec<Evidence>)> = results
        .iter()
        .map(|result| {
            let evidence = result.findings.iter().flat_map(|finding| finding.evidence.clone());
            (result.rule.id, (result.verdict, result.shown_by.iter().cloned().chain(evidence).collect()))
        })
        .collect();
    for result in &mut results {
        let by = result.rule.settled_by.and_then(|id| Some((id, observed.get(id)?)));
        if let Some((id, (verdict, evidence))) = by.filter(|(_, (verdict, _))| verdict.counts())
            && result.verdict == Verdict::Unknown
        {
            if verdict.passes() {
                (result.verdict, result.shown_by) = (Verdict::Pass, evidence.clone());
                result.why = Some(format!("settled by {id}, which watched it"));
            } else {
                result.verdict = Verdict::NotApplicable;
                result.why = Some(format!("settled by {id}, which says {}", verdict.word()));
            }
        }
    }
    results
}
