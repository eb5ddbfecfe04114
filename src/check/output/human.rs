//! The report at a terminal: a line a factor, then each finding with the line that it stands on.

use crate::check::{Evidence, Excuse, Factor, Finding, Measurement, Place, Report, Rule, RuleResult, Verdict};
use crate::report::{Counted, Printable, Size, palette};
use annotate_snippets::{AnnotationKind, Level, Origin, Snippet};
use anstyle::Style;
use std::fmt::Write;

const HEAD: Style = Style::new().bold();

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Fail => palette::BAD,
        Verdict::Warn => palette::CAREFUL,
        Verdict::Note => palette::PLAIN,
        Verdict::Pass => palette::GOOD,
        Verdict::Unknown | Verdict::NotApplicable => palette::FAINT,
    }
}

/// The page, with styles that the stream takes out where nobody wants them. Results from `least` on are shown with
/// what they rest on.
#[must_use]
pub fn human(report: &Report, least: Verdict) -> String {
    let mut page = String::new();
    let count = Report::count(report.results.iter());
    let name = report
        .version
        .as_ref()
        .map_or_else(|| report.package.clone(), |version| format!("{} {version}", report.package));
    let of = if report.folder.is_empty() { String::new() } else { format!(" in {}", report.folder) };
    // Writing to a String never fails.
    let _ = writeln!(
        page,
        "{HEAD}{}{HEAD:#}{}: {}, {}",
        Printable(&name),
        Printable(&of),
        Counted(report.files, "file"),
        Counted(report.lines, "line")
    );
    for result in report
        .results
        .iter()
        .filter(|result| result.verdict >= least || result.findings.iter().any(|one| one.verdict >= least))
    {
        write_result(&mut page, result, least);
    }
    page.push('\n');
    for factor in Factor::ALL {
        write_factor(&mut page, report, factor);
    }
    for unread in &report.unread {
        let _ = writeln!(page, "\nnot read: {}:{}: {}", Printable(&unread.path), unread.line, Printable(&unread.rule));
    }
    for unused in &report.unused {
        let _ = writeln!(
            page,
            "\nunused exception: {}:{}: {} finds nothing there any more",
            Printable(&unused.path),
            unused.line,
            Printable(&unused.rule)
        );
    }
    let _ = write!(page, "\n{HEAD}{} of {} applicable checks pass{HEAD:#}", count.pass, count.applicable);
    let excused = report.findings().filter(|(_, finding)| finding.excused.is_some()).count();
    let more = [(count.unknown, "unknown"), (excused, "excused")];
    for (number, word) in more.into_iter().filter(|(number, _)| *number > 0) {
        let _ = write!(page, "; {number} {word}");
    }
    page.push('\n');
    page
}

fn write_factor(page: &mut String, report: &Report, factor: Factor) {
    let (verdict, count) = (report.verdict(factor), Report::count(report.of(factor)));
    let style = style(verdict);
    let mut ids: Vec<&str> =
        report.of(factor).filter(|one| one.verdict >= Verdict::Note).map(|one| one.rule.id).collect();
    ids.truncate(5);
    let counted = match (count.applicable, count.unknown) {
        (0, 0) => "-".to_owned(),
        (0, unknown) => format!("{unknown} unknown"),
        (applicable, _) => format!("{} of {applicable}", count.pass),
    };
    let line = format!(
        "{:>4}  {:<20} {style}{:<14}{style:#} {counted:<10} {}",
        factor.numeral(),
        factor.title(),
        verdict.word(),
        ids.join(" ")
    );
    let _ = writeln!(page, "{}", line.trim_end());
}

fn write_result(page: &mut String, result: &RuleResult, least: Verdict) {
    for finding in result.findings.iter().filter(|finding| finding.verdict >= least) {
        write_finding(page, result.rule, finding);
    }
    if result.findings.is_empty() {
        let style = style(result.verdict);
        let why = result.why.as_deref().unwrap_or(result.rule.passes);
        let _ = writeln!(
            page,
            "\n{style}{}{style:#}[{}]: {}: {}",
            result.verdict.word(),
            result.rule.id,
            result.rule.name,
            Printable(why)
        );
        for evidence in &result.shown_by {
            match evidence {
                Evidence::Place(place) => {
                    _ = writeln!(page, "  --> {}:{}:{}", Printable(&place.path), place.line, place.column);
                }
                Evidence::Measurement(one) => _ = writeln!(page, "  --> {}", measured(one)),
            }
        }
    }
}

fn write_finding(page: &mut String, rule: &Rule, finding: &Finding) {
    let excuse = match &finding.excused {
        None => String::new(),
        Some(Excuse::Allowed(reason)) => format!(" (allowed: {reason})"),
        Some(Excuse::Known) => " (in the baseline)".to_owned(),
    };
    let level = match finding.verdict {
        Verdict::Fail => Level::ERROR,
        Verdict::Warn => Level::WARNING,
        _ => Level::NOTE,
    };
    let message = Printable(format!("{}{excuse}", finding.message)).to_string();
    let mut group =
        level.with_name(finding.verdict.word()).primary_title(message).id(rule.id).elements(None::<Origin<'_>>);
    for evidence in &finding.evidence {
        group = match evidence {
            Evidence::Place(place) if place.text.is_empty() => {
                group.element(Origin::path(Printable(&place.path).to_string()))
            }
            Evidence::Place(place) => group.element(snippet(place)),
            Evidence::Measurement(one) => group.element(Level::NOTE.with_name("measured").message(measured(one))),
        };
    }
    if finding.excused.is_none() && finding.verdict >= Verdict::Warn {
        group = group.element(Level::HELP.with_name("fix").message(rule.fix));
    }
    let _ = writeln!(page, "\n{}", palette::snippets().render(&[group]));
}

fn snippet(place: &Place) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let bytes = |column: usize| place.text.char_indices().nth(column - 1).map_or(place.text.len(), |(at, _)| at);
    let span = bytes(place.column)..bytes(place.end_column.max(place.column + 1));
    Snippet::source(place.text.as_str())
        .line_start(place.line)
        .path(Printable(&place.path).to_string())
        .annotation(AnnotationKind::Primary.span(span).label(place.label.as_str()))
}

/// A measurement as one line.
pub(super) fn measured(one: &Measurement) -> String {
    let value = if one.unit == "bytes" {
        Size(one.value).to_string()
    } else {
        format!("{} {}", one.value, one.unit).trim_end().to_owned()
    };
    let limit = one.limit.map(|limit| format!(" (at most {limit})")).unwrap_or_default();
    let details = if one.details.is_empty() { String::new() } else { format!(": {}", one.details.join(", ")) };
    Printable(format!("{}: {} {value}{limit}{details}", one.process, one.what)).to_string()
}
