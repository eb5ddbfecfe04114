//! The text of a template, parsed and looked through before it is rendered. A template may come from anybody: what
//! could run without end (partials that call themselves, loops in loops in loops) or overflow the parser is refused,
//! and so is what reaches beyond the answers.

use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, PathSeg, Template, TemplateError, TemplateErrorReason};
use std::collections::BTreeSet;
use std::fmt;

/// How deep blocks may lie in blocks, and brackets in brackets: the parser calls itself for each.
const DEEPEST: usize = 24;

/// How many `{{else ...}}` one text may have: each lies inside the one before.
const MOST_ELSES: usize = 200;

/// How deep loops may lie in loops.
const DEEPEST_LOOP: usize = 2;

/// The most bytes of a text that is rendered.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// Why a text is no template, with its line where it is known.
#[derive(Debug)]
pub(super) struct Fault {
    /// The line, from 1.
    pub(super) line: Option<usize>,
    /// What is wrong, as a fragment.
    pub(super) reason: String,
}

/// A text that can be rendered, and the variables that it names.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The text.
    pub(super) template: Template,
    /// The variables.
    pub(super) names: BTreeSet<String>,
    /// The variables that are put in without a helper, each with its line.
    pub(super) bare: Vec<(String, Option<usize>)>,
}

/// As a fragment, without the line: whoever shows it knows the place.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

/// Parses a text.
pub(super) fn parse(text: &str) -> Result<Parsed, Fault> {
    if text.len() > MOST_BYTES {
        return Err(Fault { line: None, reason: format!("a text that is rendered has at most {MOST_BYTES} bytes") });
    }
    guard(text)?;
    let template = Template::compile(text).map_err(|cause| fault(&cause))?;
    let mut look = Look { names: BTreeSet::new(), bare: Vec::new(), line: None, locals: Vec::new(), loops: 0 };
    look.template(&template)?;
    Ok(Parsed { template, names: look.names, bare: look.bare })
}

/// Refuses what would take the parser too deep.
fn guard(text: &str) -> Result<(), Fault> {
    let (mut blocks, mut elses, mut brackets, mut inside) = (0_usize, 0_usize, 0_usize, false);
    let bytes = text.as_bytes();
    for (at, one) in bytes.iter().enumerate() {
        let rest = &bytes[at..];
        if rest.starts_with(b"{{") {
            inside = true;
            let word = text[at + 2..].trim_start_matches(['{', '~', ' ']);
            blocks += usize::from(word.starts_with('#'));
            blocks = blocks.saturating_sub(usize::from(word.starts_with('/')));
            elses += usize::from(word.starts_with("else") || word.starts_with('^'));
        } else if rest.starts_with(b"}}") {
            (inside, brackets) = (false, 0);
        }
        match one {
            b'(' | b'[' | b'{' if inside => brackets += 1,
            b')' | b']' | b'}' if inside => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        if blocks > DEEPEST || brackets > DEEPEST || elses > MOST_ELSES {
            let line = text[..at].matches('\n').count() + 1;
            return Err(Fault { line: Some(line), reason: "the braces lie too deep in each other".to_owned() });
        }
    }
    Ok(())
}

fn fault(cause: &TemplateError) -> Fault {
    let reason = match cause.reason() {
        TemplateErrorReason::InvalidSyntax(_) => {
            r"the braces are not handlebars; `\{{` writes them as they are".to_owned()
        }
        other => other.to_string(),
    };
    Fault { line: cause.pos().map(|(line, _)| line), reason }
}

/// Looks through a parsed text.
struct Look {
    names: BTreeSet<String>,
    bare: Vec<(String, Option<usize>)>,
    line: Option<usize>,
    /// Names that a block gives its items: `{{#each list as |item|}}`.
    locals: Vec<String>,
    loops: usize,
}

impl Look {
    fn template(&mut self, template: &Template) -> Result<(), Fault> {
        for (index, element) in template.elements.iter().enumerate() {
            let line = template.mapping.get(index).map(|mapping| mapping.0);
            self.line = line.or(self.line);
            self.element(element).map_err(|fault| Fault { line: fault.line.or(line), ..fault })?;
        }
        Ok(())
    }

    fn element(&mut self, element: &TemplateElement) -> Result<(), Fault> {
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => Ok(()),
            TemplateElement::Expression(helper)
            | TemplateElement::HtmlExpression(helper)
            | TemplateElement::HelperBlock(helper) => self.helper(helper),
            _ => Err(refused("partials and decorators")),
        }
    }

    fn helper(&mut self, helper: &HelperTemplate) -> Result<(), Fault> {
        let called = helper.block || !helper.params.is_empty() || !helper.hash.is_empty();
        let name = helper.name.as_name().unwrap_or_default();
        if !called {
            self.bare.push((name.to_owned(), self.line));
            return self.parameter(&helper.name);
        }
        if matches!(name, "with" | "lookup" | "log" | "raw") {
            return Err(refused(&format!("`{name}`")));
        }
        helper.params.iter().chain(helper.hash.values()).try_for_each(|parameter| self.parameter(parameter))?;
        let each = name == "each";
        let before = self.locals.len();
        if each {
            self.loops += 1;
            if self.loops > DEEPEST_LOOP {
                let reason = format!("loops lie at most {DEEPEST_LOOP} deep in each other");
                return Err(Fault { line: None, reason });
            }
            self.locals.push("this".to_owned());
        }
        self.locals.extend(helper.block_param.iter().flat_map(locals));
        helper.template.iter().try_for_each(|inner| self.template(inner))?;
        self.locals.truncate(before);
        self.loops -= usize::from(each);
        helper.inverse.iter().try_for_each(|inner| self.template(inner))
    }

    fn parameter(&mut self, parameter: &Parameter) -> Result<(), Fault> {
        match parameter {
            Parameter::Literal(_) => Ok(()),
            Parameter::Subexpression(inner) => self.element(inner.as_element()),
            Parameter::Name(name) => {
                self.name(name);
                Ok(())
            }
            // `@index`, `@first` and their like belong to a loop.
            Parameter::Path(Path::Local(_)) => Ok(()),
            Parameter::Path(Path::Relative((parts, raw))) => {
                let first = parts.iter().find_map(|part| match part {
                    PathSeg::Named(name) => Some(name.as_str()),
                    _ => None,
                });
                self.name(first.unwrap_or(raw));
                Ok(())
            }
            other => Err(refused(&format!("`{}`", other.as_name().unwrap_or("this expression")))),
        }
    }

    fn name(&mut self, name: &str) {
        if !self.locals.iter().any(|local| local == name) {
            self.names.insert(name.to_owned());
        }
    }
}

fn locals(parameter: &handlebars::template::BlockParam) -> Vec<String> {
    use handlebars::template::BlockParam::{Pair, Single};
    let named = |parameter: &Parameter| parameter.as_name().map(str::to_owned);
    match parameter {
        Single(one) => named(one).into_iter().collect(),
        Pair((one, other)) => [one, other].into_iter().filter_map(named).collect(),
        _ => Vec::new(),
    }
}

fn refused(what: &str) -> Fault {
    Fault { line: None, reason: format!("a template has no {what}") }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_variable_of_a_text_is_named_once() {
        let text = r#"{{a}} {{toml (kebab b)}} {{#if (eq c "x")}}{{d}}{{else}}{{e}}{{/if}}
            {{#each f as |one|}}{{one}}{{@index}}{{g}}{{this}}{{/each}} \{{h}}"#;
        let names: Vec<_> = parse(text).expect("parsed").names.into_iter().collect();
        assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g"]);
    }

    #[test]
    fn what_could_run_without_end_is_refused_with_its_line() {
        for (text, reason) in [
            ("a\n{{> x}}".to_owned(), "a template has no partials and decorators"),
            ("a\n{{#*inline \"x\"}}{{> x}}{{/inline}}{{> x}}".to_owned(), "a template has no partials"),
            ("a\n{{lookup a b}}".to_owned(), "a template has no `lookup`"),
            ("a\n{{#with a}}x{{/with}}".to_owned(), "a template has no `with`"),
            ("a\n{{#each a}}{{#each b}}{{#each c}}x{{/each}}{{/each}}{{/each}}".to_owned(), "loops lie at most 2"),
            (format!("a\n{}", "{{#if a}}".repeat(100_000)), "the braces lie too deep"),
            (format!("a\n{{{{a {}", "(a ".repeat(100_000)), "the braces lie too deep"),
            (format!("a\n{{{{a {}", "[".repeat(100_000)), "the braces lie too deep"),
            (format!("a\n{{{{a {}", "{\"a\":".repeat(100_000)), "the braces lie too deep"),
            (format!("a\n{{{{#if a}}}}{}{{{{/if}}}}", "{{else if a}}".repeat(10_000)), "the braces lie too deep"),
        ] {
            let fault = parse(&text).expect_err("refused");
            assert_eq!(fault.line, Some(2), "{}", fault.reason);
            assert!(fault.reason.starts_with(reason), "{}", fault.reason);
        }
        assert!(parse(&"x".repeat(super::MOST_BYTES + 1)).is_err());
    }
}
