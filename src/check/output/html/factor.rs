//! What is said of one factor: each rule, each finding with its code, each measurement with its bar.

use super::markup::{Escaped, Prose, glyph, slug};
use crate::check::{Evidence, Excuse, Factor, Finding, Measurement, Place, Report, RuleResult};
use std::fmt::Write;

/// Writes its section.
pub(super) fn write(page: &mut String, report: &Report, factor: Factor) {
    let (verdict, count) = (report.verdict(factor), Report::count(report.of(factor)));
    let (number, class) = (factor.number(), slug(verdict));
    let _ = write!(
        page,
        "<section class=\"factor {class}\" id=\"factor-{number}\" tabindex=\"-1\" aria-labelledby=\"title-{number}\">\n\
         <h2 id=\"title-{number}\"><span class=\"numeral\">{}</span> {} <span class=\"badge {class}\"><span aria-hidden=\"true\">{}</span> {}</span></h2>\n\
         <p class=\"promise\">{} {}</p>\n",
        factor.numeral(),
        factor.title(),
        glyph(verdict),
        verdict.word(),
        Escaped(factor.promise()),
        if count.applicable > 0 {
            format!("<span class=\"count\">{} of {}</span>", count.pass, count.applicable)
        } else {
            String::new()
        },
    );
    for result in report.of(factor).filter(|result| !result.findings.is_empty()) {
        rule(page, result);
    }
    let quiet: Vec<&RuleResult> = report.of(factor).filter(|result| result.findings.is_empty()).collect();
    if !quiet.is_empty() {
        let _ = writeln!(
            page,
            "<details class=\"quiet\"><summary>{} {}</summary>",
            quiet.len(),
            if quiet.len() == report.of(factor).count() { "rules" } else { "more rules" }
        );
        for result in quiet {
            rule(page, result);
        }
        page.push_str("</details>\n");
    }
    page.push_str("<p class=\"up\"><a href=\"#\">to the wheel</a></p>\n</section>\n");
}

fn rule(page: &mut String, result: &RuleResult) {
    let rule = result.rule;
    let class = slug(result.verdict);
    let _ = write!(
        page,
        "<article class=\"rule {class}\" id=\"{}\">\n<h3><span class=\"badge {class}\"><span aria-hidden=\"true\">{}</span> {}</span> <code>{}</code> {}</h3>\n",
        rule.id,
        glyph(result.verdict),
        result.verdict.word(),
        rule.id,
        Escaped(rule.name)
    );
    if result.findings.is_empty() {
        let why = result.why.as_deref().unwrap_or(rule.passes);
        let _ = writeln!(page, "<p>{}</p>", Prose(why));
        write_evidence(page, &result.shown_by);
    }
    for finding in &result.findings {
        write_finding(page, finding);
    }
    let _ = write!(
        page,
        "<details class=\"about\"><summary>About this rule</summary>\n<p>{}</p>\n<p><b>It looks at.</b> {}</p>\n<p><b>It does not see.</b> {}</p>\n<p><b>What to do.</b> {}</p>\n</details>\n</article>\n",
        Prose(rule.promise),
        Prose(rule.looks_at),
        Prose(rule.blind_spots),
        Prose(rule.fix)
    );
}

fn write_finding(page: &mut String, finding: &Finding) {
    let excuse = match &finding.excused {
        None => String::new(),
        Some(Excuse::Allowed(reason)) => format!(" <em>allowed: {}</em>", Prose(reason)),
        Some(Excuse::Known) => " <em>in the baseline</em>".to_owned(),
    };
    let _ = writeln!(page, "<div class=\"finding\"><p class=\"message\">{}{excuse}</p>", Prose(&finding.message));
    write_evidence(page, &finding.evidence);
    page.push_str("</div>\n");
}

fn write_evidence(page: &mut String, evidence: &[Evidence]) {
    for one in evidence {
        match one {
            Evidence::Place(place) => write_place(page, place),
            Evidence::Measurement(one) => write_measurement(page, one),
        }
    }
}

fn write_place(page: &mut String, place: &Place) {
    if place.text.is_empty() {
        let _ = writeln!(page, "<p class=\"place\"><code>{}</code> {}</p>", Escaped(&place.path), Prose(&place.label));
        return;
    }
    let part = |from: usize, to: usize| place.text.chars().skip(from).take(to.saturating_sub(from)).collect::<String>();
    let (start, end) = (place.column - 1, place.end_column - 1);
    let _ = writeln!(
        page,
        "<figure class=\"place\"><figcaption><code>{}:{}</code> {}</figcaption><pre tabindex=\"0\"><code><span class=\"line\">{}</span>{}<mark>{}</mark>{}</code></pre></figure>",
        Escaped(&place.path),
        place.line,
        Prose(&place.label),
        place.line,
        Escaped(&part(0, start)),
        Escaped(&part(start, end)),
        Escaped(&part(end, usize::MAX))
    );
}

/// A bar for what has a limit or is a time; a number for the rest.
fn write_measurement(page: &mut String, one: &Measurement) {
    let details = one.details.iter().map(|detail| format!("<li>{}</li>", Escaped(detail))).collect::<String>();
    let details = if details.is_empty() { details } else { format!("<ul>{details}</ul>") };
    let full = one.limit.filter(|limit| *limit > 0).unwrap_or(if one.unit == "ms" { 10_000 } else { 0 });
    let bar = if full > 0 {
        // Small times would not be seen on a straight scale.
        let share = |value: u64| (value as f64 + 1.0).ln() / (full as f64 + 1.0).ln();
        let width = (share(one.value) * 100.0).clamp(1.0, 100.0);
        let over = if one.limit.is_some_and(|limit| one.value > limit) { " over" } else { "" };
        format!(
            "<svg class=\"bar{over}\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{} of {full} {}, logarithmic\"><rect class=\"full\" width=\"100\" height=\"6\"/><rect class=\"value\" width=\"{width:.1}\" height=\"6\"/></svg><span class=\"limit\">{full} {}</span>",
            one.value, one.unit, one.unit
        )
    } else {
        String::new()
    };
    let _ = writeln!(
        page,
        "<div class=\"measured\"><p><code>{}</code> {} <b>{} {}</b></p>{bar}{details}</div>",
        Escaped(&one.process),
        Prose(&one.what),
        one.value,
        one.unit
    );
}
