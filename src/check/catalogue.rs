//! All rules, in the order of their ids, and the one text that explains them: `--explain`, docs/rules.md and the pages
//! of SARIF are made from it.

use super::{Error, Factor, Rule, Verdict};
use crate::report::nearest;
use std::fmt::Write;

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        super::codebase::RULES,
        super::dependencies::RULES,
        super::config::RULES,
        super::backing_services::RULES,
        super::build_release_run::RULES,
        super::processes::RULES,
        super::port_binding::RULES,
        super::concurrency::RULES,
        super::disposability::RULES,
        super::parity::RULES,
        super::logs::RULES,
        super::admin_processes::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The rule of an id or a name.
///
/// # Errors
/// Where there is none.
pub fn rule(asked: &str) -> Result<&'static Rule, Error> {
    let same = |rule: &&Rule| rule.id.eq_ignore_ascii_case(asked) || rule.name == asked;
    rules().find(same).ok_or_else(|| {
        let upper = asked.to_uppercase();
        let known = rules().flat_map(|rule| [rule.id, rule.name]);
        let nearest = nearest(&upper, rules().map(|rule| rule.id)).or_else(|| nearest(asked, known));
        Error::NoRule { id: asked.to_owned(), nearest }
    })
}

/// A rule's page.
#[must_use]
pub fn explanation(rule: &Rule) -> String {
    let factor = rule.factor;
    let method = match rule.method() {
        super::Method::Read => "reading the codebase",
        super::Method::Observe => "watching a release run (`check --run`)",
    };
    let mut text = format!("{} {}\n\n", rule.id, rule.name);
    let _ = writeln!(text, "Factor {}, {}: {}.", factor.numeral(), factor.title(), factor.promise());
    let _ = writeln!(text, "Says at most: {}. Knows it by {method}.\n", rule.level.word());
    for (heading, body) in parts(rule) {
        let _ = writeln!(text, "{heading}\n  {body}\n");
    }
    let _ = writeln!(text, "The text\n  {}\n", factor.page());
    let _ = write!(text, "An exception\n{}", exception(rule, "  "));
    text
}

fn parts(rule: &Rule) -> [(&'static str, &'static str); 4] {
    [
        ("The promise", rule.promise),
        ("What it looks at", rule.looks_at),
        ("What it does not see", rule.blind_spots),
        ("What to do", rule.fix),
    ]
}

/// What `--explain` says, as Markdown under a heading of somebody else's.
#[must_use]
pub fn markdown(rule: &Rule) -> String {
    let parts = parts(rule).map(|(heading, body)| format!("**{heading}.** {body}\n\n")).concat();
    format!("{parts}```toml\n{}```\n", exception(rule, ""))
}

fn exception(rule: &Rule, indent: &str) -> String {
    let mut text = format!("{indent}[allow]                       # twelve.toml\n{indent}{} = \"why\"\n", rule.id);
    if rule.method() == super::Method::Read {
        let _ = writeln!(text, "{indent}// twelve: allow({}, reason = \"why\")       above the line", rule.id);
    }
    text
}

/// docs/rules.md.
#[must_use]
pub fn book() -> String {
    let mut text = "# The rules of `cargo twelve check`\n\nMade from the same text as `cargo twelve check --explain RULE`.\n\n\
        A rule says *pass*, *fail* (a promise is broken), *warn* (very likely one is), *note* (a fact worth knowing that breaks\n\
        none; it counts as passed), *unknown* (it cannot be told) or *not applicable*; the last two never count. An id never\n\
        changes its meaning. From 51 on, a factor's rules watch a release run: `cargo twelve check --run --release-id R --env-file F`.\n"
        .to_owned();
    for factor in Factor::ALL {
        let _ = writeln!(
            text,
            "\n## {}. {}\n\n{}: [the text]({})\n",
            factor.numeral(),
            factor.title(),
            capital(factor.promise()),
            factor.page()
        );
        for rule in rules().filter(|rule| rule.factor == factor) {
            let level = if rule.level == Verdict::Fail { "fail" } else { rule.level.word() };
            let _ = writeln!(text, "### {} `{}` ({level})\n", rule.id, rule.name);
            for (heading, body) in parts(rule) {
                let _ = writeln!(text, "*{heading}.* {body}\n");
            }
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().collect::<String>() + characters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{book, rule, rules};
    use crate::check::Factor;
    use std::collections::BTreeSet;

    #[test]
    fn ids_and_names_are_unique_in_order_and_of_their_factor() {
        let ids: Vec<&str> = rules().map(|rule| rule.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        let names: BTreeSet<&str> = rules().map(|rule| rule.name).collect();
        assert_eq!(names.len(), ids.len());
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        for rule in rules() {
            assert_eq!(rule.id[2..4].parse(), Ok(rule.factor.number()), "{}", rule.id);
            assert!(rule.settled_by.is_none_or(|id| ids.contains(&id)), "{}", rule.id);
            for text in [rule.promise, rule.looks_at, rule.blind_spots, rule.fix] {
                assert!(text.len() > 10 && text.ends_with('.'), "{}: {text}", rule.id);
            }
        }
    }

    #[test]
    fn every_factor_has_rules() {
        for factor in Factor::ALL {
            assert!(rules().any(|rule| rule.factor == factor), "{factor:?}");
        }
    }

    #[test]
    fn a_rule_is_found_by_its_id_or_name_and_a_typing_mistake_is_advised() {
        assert_eq!(rule("tf0901").expect("known").name, "no-sigterm");
        assert_eq!(rule("no-sigterm").expect("known").id, "TF0901");
        assert!(rule("TF0991").is_err());
        assert!(matches!(rule("no-sigtem"), Err(crate::check::Error::NoRule { nearest: Some("no-sigterm"), .. })));
    }

    #[test]
    fn the_book_of_rules_is_what_the_rules_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
        assert_eq!(
            std::fs::read_to_string(path).unwrap_or_default(),
            book(),
            "cargo twelve check --rules > docs/rules.md"
        );
    }
}
