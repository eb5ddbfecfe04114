//! The wheel: a segment a factor, each a link to what is said of it. A link is what a keyboard and a screen reader
//! know already.

use super::markup::{glyph, slug};
use crate::check::{Count, Factor, Report};
use std::f64::consts::TAU;
use std::fmt::Write;

/// Radii of the ring, in the drawing's units.
const OUTER: f64 = 148.0;
const INNER: f64 = 84.0;
/// The gap between segments, in radians.
const GAP: f64 = 0.018;

/// Writes it.
pub(super) fn write(page: &mut String, report: &Report, count: Count) {
    page.push_str(
        "<nav aria-label=\"The twelve factors\">\n<svg class=\"wheel\" viewBox=\"-160 -160 320 320\" role=\"list\">\n",
    );
    for factor in Factor::ALL {
        segment(page, report, factor);
    }
    let _ = write!(
        page,
        "<text class=\"centre\" y=\"-2\">{}<tspan class=\"of\"> of {}</tspan></text>\n<text class=\"caption\" y=\"24\">checks pass</text>\n</svg>\n</nav>\n",
        count.pass, count.applicable
    );
}

fn segment(page: &mut String, report: &Report, factor: Factor) {
    let verdict = report.verdict(factor);
    let position = f64::from(u32::try_from(factor.number() - 1).unwrap_or(0));
    let at = |part: f64| TAU * (position + part) / 12.0 - TAU / 4.0;
    let point = |radius: f64, angle: f64| format!("{:.2} {:.2}", radius * angle.cos(), radius * angle.sin());
    let (start, middle, end) = (at(0.0) + GAP, at(0.5), at(1.0) - GAP);
    let path = format!(
        "M{} A{OUTER} {OUTER} 0 0 1 {} L{} A{INNER} {INNER} 0 0 0 {} Z",
        point(OUTER, start),
        point(OUTER, end),
        point(INNER, end),
        point(INNER, start)
    );
    let text = |radius: f64, class: &str, what: &str| {
        format!(
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{what}</text>",
            radius * middle.cos(),
            radius * middle.sin() + 5.0
        )
    };
    let (numeral, title) = (factor.numeral(), factor.title());
    let label = format!("{numeral}. {title}: {}", verdict.word());
    let _ = writeln!(
        page,
        "<a role=\"listitem\" class=\"segment {}\" href=\"#factor-{}\" aria-label=\"{label}\"><title>{label}</title><path d=\"{path}\"/>{}{}</a>",
        slug(verdict),
        factor.number(),
        text(128.0, "numeral", numeral),
        text(102.0, "sign", &glyph(verdict).to_string())
    );
}
