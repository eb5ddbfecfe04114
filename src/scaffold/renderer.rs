//! Puts answers into texts. A name that nobody answered is an error with its file and line, never an empty text; a
//! value is put in as it is and never read as a template itself.

use super::Error;
use super::condition::Condition;
use super::spelling::SPELLINGS;
use super::syntax::{self, Fault, Parsed};
use handlebars::{Context, Handlebars, Output, RenderContext, RenderError, RenderErrorReason, Renderable, Template};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::io;

/// The most bytes that a text may become.
const MOST_BYTES: usize = 16 << 20;

/// Renders the texts of one template.
pub(super) struct Renderer<'a> {
    template: &'a str,
    engine: Handlebars<'static>,
}

/// What has been rendered of a text, up to a limit.
struct Bounded(String);

impl<'a> Renderer<'a> {
    /// A renderer for the template that messages call by this name.
    pub(super) fn new(template: &'a str) -> Self {
        let mut engine = Handlebars::new();
        engine.set_strict_mode(true);
        engine.register_escape_fn(handlebars::no_escape);
        engine.register_helper("if", Box::new(Condition::If));
        engine.register_helper("unless", Box::new(Condition::Unless));
        for (name, spelling) in SPELLINGS {
            engine.register_helper(name, Box::new(spelling));
        }
        Self { template, engine }
    }

    /// The answers, as a text sees them.
    pub(super) fn answers(&self, answers: &Map<String, Value>) -> Result<Context, Error> {
        Context::wraps(answers).map_err(|cause| Error::template(self.template, cause.to_string()))
    }

    /// The text with the answers put in. `stored` is the file that it comes from, for errors.
    pub(super) fn render(&self, stored: &str, text: &str, answers: &Context) -> Result<String, Error> {
        let Parsed { template, names, .. } = syntax::parse(text).map_err(|fault| self.fault(stored, fault))?;
        self.put_in(&template, answers).map_err(|cause| {
            // A helper of handlebars' own says that its parameter is missing, and not which variable that was.
            let missing = names.iter().find(|name| answers.data().get(name.as_str()).is_none());
            let reason = match (cause.reason(), missing) {
                (RenderErrorReason::ParamNotFoundForIndex(..), Some(name)) => format!("there is no variable `{name}`"),
                (reason, _) => words(reason),
            };
            self.fault(stored, Fault { line: cause.line_no, reason })
        })
    }

    /// Whether an expression is true: a variable, or a helper in parentheses, `(eq license "MIT")`.
    pub(super) fn holds(&self, stored: &str, expression: &str, answers: &Context) -> Result<bool, Error> {
        Ok(!self.render(stored, &condition(expression), answers)?.is_empty())
    }

    /// The variables that a text names; an expression, where it is a condition.
    pub(super) fn names(&self, text: &str, is_condition: bool) -> Result<BTreeSet<String>, Fault> {
        if !is_condition {
            return syntax::parse(text).map(|parsed| parsed.names);
        }
        if text.contains("{{") || text.contains("}}") || text.contains('\n') {
            return Err(Fault { line: None, reason: format!("`{}` is no expression", text.escape_debug()) });
        }
        syntax::parse(&condition(text)).map(|parsed| parsed.names)
    }

    fn put_in(&self, template: &Template, answers: &Context) -> Result<String, RenderError> {
        let mut out = Bounded(String::new());
        template.render(&self.engine, answers, &mut RenderContext::new(None), &mut out)?;
        Ok(out.0)
    }

    fn fault(&self, stored: &str, fault: Fault) -> Error {
        let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
        Error::template(format!("{}/{stored}{line}", self.template), fault.reason)
    }
}

fn condition(expression: &str) -> String {
    format!("{{{{#if {}}}}}1{{{{/if}}}}", expression.trim())
}

impl Output for Bounded {
    fn write(&mut self, text: &str) -> io::Result<()> {
        if self.0.len() + text.len() > MOST_BYTES {
            return Err(io::Error::other(format!("a file has at most {MOST_BYTES} bytes")));
        }
        self.0.push_str(text);
        Ok(())
    }
}

fn words(reason: &RenderErrorReason) -> String {
    match reason {
        RenderErrorReason::MissingVariable(Some(name)) => format!("there is no variable `{name}`"),
        RenderErrorReason::MissingVariable(None) => "there is no such variable".to_owned(),
        RenderErrorReason::HelperNotFound(name) => format!("there is no helper `{name}`"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Renderer;
    use crate::scaffold::answers::tests::answered;
    use crate::scaffold::{Error, Template};

    const MANIFEST: &str = "
        [template]
        name = 'x'
        version = '1.0.0'
        description = 'd'
        [[vars]]
        name = 'description'
        type = 'string'
        default = 'x'
        [[vars]]
        name = 'queue'
        type = 'bool'
        default = true
        [[vars]]
        name = 'workers'
        type = 'int'
        default = 0
    ";

    fn render(text: &str) -> Result<String, Error> {
        let template = Template::of("x", &[("template.toml", MANIFEST)])?;
        let renderer = Renderer::new("x");
        renderer.render(
            "a.hbs",
            text,
            &renderer
                .answers(answered(&template, &[("description", r#"say "{{name}}" & <go>"#)], "my-shop")?.values())?,
        )
    }

    fn refusal(text: &str) -> String {
        render(text).expect_err("refused").to_string()
    }

    #[test]
    fn values_are_put_in_as_they_are_and_never_rendered_again() -> Result<(), Error> {
        assert_eq!(render("{{description}}")?, "say \"{{name}}\" & <go>");
        assert_eq!(render("{{json description}}")?, r#""say \"{{name}}\" & <go>""#);
        assert_eq!(render("{{rust_str (snake name)}}")?, r#""my_shop""#);
        assert_eq!(render(r"\{{name}} {{workers}}")?, "{{name}} 0");
        Ok(())
    }

    #[test]
    fn a_condition_is_true_or_false() -> Result<(), Error> {
        assert_eq!(render("{{#if queue}}a{{else}}b{{/if}}")?, "a");
        assert_eq!(render("{{#unless queue}}a{{else}}b{{/unless}}")?, "b");
        assert_eq!(render("{{#if (eq name \"my-shop\")}}a{{/if}}")?, "a");
        assert_eq!(refusal("\n{{#if workers}}a{{/if}}"), "x/a.hbs:2: `if` takes true or false, not `0`");
        Ok(())
    }

    #[test]
    fn a_misspelt_variable_is_an_error_with_its_line_wherever_it_stands() {
        for text in [
            "\n\n{{nam}}",
            "\n\n{{toml nam}}",
            "\n\n{{toml (kebab nam)}}",
            "\n\n{{#if nam}}a{{/if}}",
            "\n\n{{#unless nam}}a{{/unless}}",
            "\n\n{{#if queue}}{{nam}}{{/if}}",
        ] {
            assert_eq!(refusal(text), "x/a.hbs:3: there is no variable `nam`", "{text}");
        }
        assert_eq!(refusal("\n{{tolm name}}"), "x/a.hbs:2: there is no helper `tolm`");
    }

    #[test]
    fn broken_braces_are_an_error_with_their_line() {
        assert!(refusal("a\nformat!(\"{{}}\")").starts_with("x/a.hbs:2: the braces"));
        assert!(refusal("a\n{{#if queue}}").starts_with("x/a.hbs:"));
        assert!(refusal("a\n{{#if queue}}x{{/unless}}").starts_with("x/a.hbs:2: "));
    }
}
