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
    let bar = if full > 0 { bar(one, full) } else { String::new() };
    let _ = writeln!(
        page,
        "<div class=\"measured\"><p><code>{}</code> {} <b>{}</b></p>{bar}{details}</div>",
        Escaped(&one.process),
        Prose(&one.what),
        shown(one.value, one.unit)
    );
}

/// A bar with a tick at each power of ten: small times would not be seen on a straight scale.
fn bar(one: &Measurement, full: u64) -> String {
    let share = |value: u64| ((value as f64 + 1.0).ln() / (full as f64 + 1.0).ln() * 100.0).clamp(1.0, 100.0);
    let over = if one.limit.is_some_and(|limit| one.value > limit) { " over" } else { "" };
    let powers = std::iter::successors(Some(10_u64), |power| power.checked_mul(10)).take_while(|power| *power < full);
    let ticks: String = powers
        .map(|power| format!("<rect class=\"tick\" x=\"{:.1}\" width=\".4\" height=\"6\"/>", share(power)))
        .collect();
    let (value, full) = (shown(one.value, one.unit), shown(full, one.unit));
    let width = share(one.value);
    format!(
        "<svg class=\"bar{over}\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{value} of {full}, by powers of ten\">\
         <title>{value} of {full}; each stroke is ten times the one before</title>\
         <rect class=\"full\" width=\"100\" height=\"6\"/><rect class=\"value\" width=\"{width:.1}\" height=\"6\"/>{ticks}</svg>\
         <span class=\"limit\">{full}</span>"
    )
}

/// A number with its unit; a second and more in seconds.
fn shown(value: u64, unit: &str) -> String {
    match unit {
        "ms" if value >= 10_000 || value >= 1000 && value % 1000 < 100 => format!("{} s", value / 1000),
        "ms" if value >= 1000 => format!("{}.{} s", value / 1000, value % 1000 / 100),
        _ if value == 1 && unit.ends_with("es") && unit != "files" => format!("1 {}", unit.trim_end_matches("es")),
        _ if value == 1 && unit.ends_with('s') && unit != "ms" => format!("1 {}", unit.trim_end_matches('s')),
        _ => format!("{value} {unit}").trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_number_is_said_as_people_say_it() {
        let all = [
            (148, "ms"),
            (1, "ms"),
            (1480, "ms"),
            (2000, "ms"),
            (30_000, "ms"),
            (1, "files"),
            (1, "processes"),
            (0, ""),
            (2, "requests"),
        ];
        let said = ["148 ms", "1 ms", "1.4 s", "2 s", "30 s", "1 file", "1 process", "0", "2 requests"];
        assert_eq!(all.map(|(value, unit)| shown(value, unit)), said);
    }
}
