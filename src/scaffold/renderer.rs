//! Puts answers into texts. A name that nobody answered is an error with its file and line, never an empty text; a
//! value is put in as it is and never read as a template itself.

use super::condition::Condition;
use super::spelling::SPELLINGS;
use super::{Answers, Error};
use handlebars::{Context, Handlebars, RenderError, RenderErrorReason, TemplateErrorReason};
use serde_json::Value;

/// Renders the files of one template with one set of answers.
pub(super) struct Renderer<'a> {
    template: &'a str,
    engine: Handlebars<'static>,
    answers: Context,
}

impl<'a> Renderer<'a> {
    /// A renderer for the template of this name.
    pub(super) fn new(template: &'a str, answers: &Answers) -> Result<Self, Error> {
        let mut engine = Handlebars::new();
        engine.set_strict_mode(true);
        engine.register_escape_fn(handlebars::no_escape);
        engine.register_helper("if", Box::new(Condition::If));
        engine.register_helper("unless", Box::new(Condition::Unless));
        for (name, spelling) in SPELLINGS {
            engine.register_helper(name, Box::new(spelling));
        }
        let answers = Context::wraps(Value::Object(answers.values().clone()))
            .map_err(|cause| Error::Template { place: template.to_owned(), reason: cause.to_string() })?;
        Ok(Self { template, engine, answers })
    }

    /// The text with the answers put in. `stored` is the file that it comes from, for errors.
    pub(super) fn render(&self, stored: &str, text: &str) -> Result<String, Error> {
        self.engine.render_template_with_context(text, &self.answers).map_err(|cause| self.error(stored, &cause))
    }

    fn error(&self, stored: &str, cause: &RenderError) -> Error {
        let (line, reason) = match cause.reason() {
            RenderErrorReason::TemplateError(cause) => {
                let reason = match cause.reason() {
                    TemplateErrorReason::InvalidSyntax(_) => {
                        r"the braces are not handlebars; `\{{` writes them as they are".to_owned()
                    }
                    other => other.to_string(),
                };
                (cause.pos().map(|(line, _)| line), reason)
            }
            reason => (cause.line_no, words(reason)),
        };
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        Error::Template { place: format!("{}/{stored}{line}", self.template), reason }
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
    use crate::scaffold::{Answers, Asking, Error, Template};

    const MANIFEST: &str = "
        [template]
        name = 'x'
        version = '1.0.0'
        description = 'd'
        [[vars]]
        name = 'description'
        type = 'string'
        default = 'say \"{{name}}\" & <go>'
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
        let template = Template::read("x", vec![("template.toml".to_owned(), MANIFEST.as_bytes().into())])?;
        let answers = Answers::gather(&template, &[], "my-shop", Asking::Never)?;
        Renderer::new("x", &answers)?.render("a.hbs", text)
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
