//! The report as one page for a browser. All of it is in the file: it asks nobody for anything, and says so to the
//! browser, which then refuses on its behalf.

mod factor;
mod markup;
mod wheel;

use crate::check::{Factor, Report, Verdict};
use crate::report::Counted;
use markup::{Escaped, glyph, slug};
use std::fmt::Write;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The page.
#[must_use]
pub fn page(report: &Report) -> String {
    let mut page = String::with_capacity(64 << 10);
    let name = Escaped(&report.package);
    // Writing to a String never fails.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{name}: the twelve factors</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">To the findings</a>\n"
    );
    header(&mut page, report);
    page.push_str("<main id=\"findings\">\n");
    for factor in Factor::ALL {
        factor::write(&mut page, report, factor);
    }
    footnotes(&mut page, report);
    let version = env!("CARGO_PKG_VERSION");
    let _ = write!(
        page,
        "</main>\n<footer>Made by cargo-twelve {version}. A note counts as passed; unknown and not applicable never count.</footer>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    );
    page
}

fn header(page: &mut String, report: &Report) {
    let count = Report::count(report.results.iter());
    let version =
        report.version.as_deref().map(|version| format!(" <small>{}</small>", Escaped(version))).unwrap_or_default();
    let _ = write!(page, "<header>\n<h1>{}{version}</h1>\n<div class=\"lead\">\n", Escaped(&report.package));
    wheel::write(page, report, count);
    let _ = write!(
        page,
        "<div class=\"summary\">\n<p class=\"headline\"><strong>{} of {}</strong> applicable checks pass</p>\n<ul class=\"tally\">\n",
        count.pass, count.applicable
    );
    for verdict in [Verdict::Fail, Verdict::Warn, Verdict::Note, Verdict::Unknown, Verdict::NotApplicable] {
        let number = report.results.iter().filter(|result| result.verdict == verdict).count();
        if number > 0 {
            let _ = writeln!(
                page,
                "<li class=\"{}\"><span aria-hidden=\"true\">{}</span> {number} {}</li>",
                slug(verdict),
                glyph(verdict),
                verdict.word()
            );
        }
    }
    page.push_str("</ul>\n<dl>\n");
    let mut fact = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", Escaped(value));
        }
    };
    fact("programs", &report.programs.join(", "));
    fact("commit", report.commit.as_deref().and_then(|commit| commit.get(..12)).unwrap_or_default());
    fact("watched release", report.release.as_deref().unwrap_or_default());
    fact("read", &format!("{}, {}", Counted(report.files, "file"), Counted(report.lines, "line")));
    page.push_str(
        "</dl>\n<div class=\"choice\" role=\"group\" aria-label=\"What is shown\">\n\
         <button type=\"button\" data-show=\"found\" aria-pressed=\"false\">Findings only</button>\n\
         <button type=\"button\" data-show=\"all\" aria-pressed=\"true\">Every rule</button>\n</div>\n</div>\n</div>\n</header>\n",
    );
}

fn footnotes(page: &mut String, report: &Report) {
    if !report.unread.is_empty() {
        page.push_str("<section class=\"rest\">\n<h2>Not read</h2>\n<ul>\n");
        for unread in &report.unread {
            let _ = writeln!(
                page,
                "<li><code>{}:{}</code> {}</li>",
                Escaped(&unread.path),
                unread.line,
                Escaped(&unread.rule)
            );
        }
        page.push_str("</ul>\n</section>\n");
    }
    if !report.unused.is_empty() {
        page.push_str("<section class=\"rest\">\n<h2>Unused exceptions</h2>\n<ul>\n");
        for unused in &report.unused {
            let _ = writeln!(
                page,
                "<li><code>{}:{}</code> {}</li>",
                Escaped(&unused.path),
                unused.line,
                Escaped(&unused.rule)
            );
        }
        page.push_str("</ul>\n</section>\n");
    }
}
