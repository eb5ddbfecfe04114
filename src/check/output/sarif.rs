//! SARIF 2.1.0 (OASIS, 27 March 2020): what code hosts and editors read. Paths are relative to the codebase's root,
//! and a result keeps its fingerprint when lines move.

use crate::check::{Evidence, Excuse, Finding, Method, Report, Rule, Verdict, catalogue};
use serde_json::{Value, json};

/// The log of one run.
#[must_use]
pub fn sarif(report: &Report) -> Value {
    let rules: Vec<&Rule> = catalogue::rules().collect();
    let index = |rule: &Rule| rules.iter().position(|one| one.id == rule.id);
    let results: Vec<Value> =
        report.findings().map(|(rule, finding)| result(rule, index(rule), finding, &report.folder)).collect();
    let unread: Vec<Value> = report
        .unread
        .iter()
        .map(|unread| {
            json!({
                "level": "warning",
                "message": { "text": format!("not read: {}", unread.rule) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": artifact(&unread.path),
                    "region": { "startLine": unread.line.max(1) },
                } }],
            })
        })
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-twelve",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": unread }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": { "text": format!("{}.", rule.passes) },
        "fullDescription": { "text": rule.promise },
        // The whole text goes along: an address of ours would have to be known, and reached. That of the promise is.
        "help": { "text": catalogue::explanation(rule), "markdown": catalogue::markdown(rule) },
        "helpUri": rule.factor.page(),
        "defaultConfiguration": { "level": level(rule.level) },
        "properties": {
            "factor": rule.factor.title(),
            "observed": rule.method() == Method::Observe,
            "tags": ["twelve-factor", rule.factor.title()],
        },
    })
}

fn result(rule: &Rule, index: Option<usize>, finding: &Finding, folder: &str) -> Value {
    let places: Vec<Value> = finding
        .evidence
        .iter()
        .filter_map(|evidence| match evidence {
            Evidence::Place(place) => Some(place),
            Evidence::Measurement(_) => None,
        })
        .map(|place| {
            let mut location = json!({ "artifactLocation": artifact(&place.path) });
            if !place.text.is_empty() {
                location["region"] = json!({
                    "startLine": place.line,
                    "startColumn": place.column,
                    "endColumn": place.end_column,
                    "snippet": { "text": place.text },
                });
            }
            json!({ "physicalLocation": location, "message": { "text": place.label } })
        })
        .collect();
    // Code hosts show no result without a file; a measurement belongs to the package.
    let manifest = crate::codebase::beside(folder, "Cargo.toml");
    let own = json!({ "physicalLocation": { "artifactLocation": artifact(&manifest) } });
    let (first, related) = places.split_first().map_or((own, &[][..]), |(first, rest)| (first.clone(), rest));
    let measured: Vec<String> = finding
        .evidence
        .iter()
        .filter_map(|evidence| match evidence {
            Evidence::Measurement(one) => Some(super::human::measured(one)),
            Evidence::Place(_) => None,
        })
        .collect();
    let text = std::iter::once(finding.message.clone()).chain(measured).collect::<Vec<_>>().join("; ");
    let suppressions: Vec<Value> = match &finding.excused {
        None => Vec::new(),
        Some(Excuse::Allowed(reason)) => vec![json!({ "kind": "inSource", "justification": reason })],
        Some(Excuse::Known) => vec![json!({ "kind": "external", "justification": "in the baseline" })],
    };
    json!({
        "ruleId": rule.id,
        "ruleIndex": index,
        "level": level(finding.verdict),
        "message": { "text": text },
        "locations": [first],
        "relatedLocations": related,
        "partialFingerprints": { "words/v1": finding.fingerprint.to_string() },
        "suppressions": suppressions,
    })
}

/// A path as a relative URI.
fn artifact(path: &str) -> Value {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}

fn level(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "error",
        Verdict::Warn => "warning",
        Verdict::Note => "note",
        Verdict::Pass | Verdict::Unknown | Verdict::NotApplicable => "none",
    }
}
