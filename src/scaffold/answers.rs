//! The answers to a template's questions, all of them and nothing else. Where they come from, first to last: what was
//! offered (the command line, a file, the environment, the user's defaults, in that order), a person at the terminal,
//! the template's default.

use super::manifest::NAME;
use super::offer::{Offer, Origin};
use super::renderer::Renderer;
use super::variable::{Given, Refusal, Variable};
use super::{Error, ServiceName, Template};
use crate::report::shell_word;
use serde_json::{Map, Value};
use std::fmt;

/// One answer a variable, each of its variable's type.
#[derive(Debug, Clone)]
pub struct Answers(Map<String, Value>);

/// Puts one question, with what holds where the answer is empty.
type Asked<'a> = dyn FnMut(&Variable, Option<&Given>) -> Result<Value, Error> + 'a;

/// Whether there is somebody to ask.
pub enum Asking<'a> {
    /// Nobody: defaults are taken, and a question without one is an error.
    Never,
    /// Somebody, who is asked this way.
    With(&'a mut Asked<'a>),
}

impl Answers {
    /// Answers every question of the template. Of several offers for one question the first holds; `folder` is the
    /// name of the project's folder, which is the service's name unless another is offered.
    ///
    /// # Errors
    /// Where an answer fits no question or is of another type, and where questions stay open: then all of them.
    pub fn gather(template: &Template, offers: &[Offer], folder: &str, mut asking: Asking<'_>) -> Result<Self, Error> {
        for (index, offer) in offers.iter().enumerate().filter(|(_, offer)| offer.origin.is_meant_for_this()) {
            template.variable(&offer.name)?;
            let twice = |other: &Offer| other.name == offer.name && other.origin == offer.origin;
            if offers[..index].iter().any(twice) {
                return Err(Error::SetTwice { name: offer.name.clone() });
            }
        }
        let renderer = Renderer::new(template.name());
        let (mut answers, mut missing) = (Map::new(), Vec::new());
        for variable in template.variables() {
            let offer = offers.iter().find(|offer| offer.name == variable.name);
            if !is_asked(variable, &renderer, &answers)? {
                if let (Some(Offer { origin: Origin::Flag, .. }), Some(when)) = (offer, &variable.when) {
                    return Err(Error::NotAsked { name: variable.name.clone(), when: when.clone() });
                }
                answers.insert(variable.name.clone(), variable.unasked());
                continue;
            }
            let default = default_of(variable, &renderer, &answers)?;
            let answer = match offer {
                Some(Offer { given, origin, .. }) => Some(read(variable, given, origin)?),
                None => open_question(variable, default.as_ref(), folder, &mut asking)?,
            };
            if answer.is_none() {
                missing.push(variable.name.clone());
            }
            answers.insert(variable.name.clone(), answer.unwrap_or_else(|| variable.unasked()));
        }
        if missing.is_empty() { Ok(Self(answers)) } else { Err(Error::Missing { variables: missing }) }
    }

    /// The answers as templates see them.
    pub(super) fn values(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The answers that may be written down: those to secret questions are left out.
    pub(super) fn without_secrets<'a>(&'a self, template: &'a Template) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let open = template.variables().iter().filter(|variable| !variable.secret);
        open.filter_map(|variable| Some((variable.name.as_str(), self.0.get(&variable.name)?)))
    }
}

/// As it would be typed, the name of the service left out: what a trial of a template shows, whose answers are all made up.
impl fmt::Display for Answers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().filter(|(name, _)| name.as_str() != NAME);
        let texts = shown.map(|(name, value)| match value {
            Value::String(text) => format!("{name}={}", shell_word(text)),
            other => format!("{name}={other}"),
        });
        formatter.write_str(&texts.collect::<Vec<_>>().join(" "))
    }
}

fn is_asked(variable: &Variable, renderer: &Renderer<'_>, answers: &Map<String, Value>) -> Result<bool, Error> {
    let Some(when) = &variable.when else { return Ok(true) };
    renderer.holds("template.toml", when, &renderer.answers(answers)?)
}

/// The default, with earlier answers put in.
fn default_of(
    variable: &Variable,
    renderer: &Renderer<'_>,
    answers: &Map<String, Value>,
) -> Result<Option<Given>, Error> {
    match &variable.default {
        Some(Given::Text(text)) if text.contains("{{") => {
            renderer.render("template.toml", text, &renderer.answers(answers)?).map(Given::Text).map(Some)
        }
        other => Ok(other.clone()),
    }
}

/// The answer to a question that nothing was offered for; none where only its user can give one.
fn open_question(
    variable: &Variable,
    default: Option<&Given>,
    folder: &str,
    asking: &mut Asking<'_>,
) -> Result<Option<Value>, Error> {
    if variable.name == NAME {
        return match (read(variable, &folder.into(), &Origin::Flag), asking) {
            (Err(_), Asking::With(ask)) => {
                ask(variable, ServiceName::nearest(folder).map(Given::Text).as_ref()).map(Some)
            }
            (answer, _) => answer.map(Some),
        };
    }
    match (asking, default) {
        (Asking::With(ask), default) => ask(variable, default).map(Some),
        (Asking::Never, Some(default)) => read(variable, default, &Origin::Flag).map(Some),
        (Asking::Never, None) => Ok(None),
    }
}

fn read(variable: &Variable, given: &Given, origin: &Origin) -> Result<Value, Error> {
    variable.read(given).map_err(|Refusal { reason, nearest }| Error::InvalidValue {
        variable: variable.name.clone(),
        value: if variable.secret { "the secret".to_owned() } else { given.to_string() },
        origin: Box::new(origin.clone()),
        reason,
        nearest,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Answers, Asking, Offer};
    use crate::scaffold::offer::Origin;
    use crate::scaffold::{Error, Given, Template, Variable};
    use serde_json::json;

    const MANIFEST: &str = "
        [template]
        name = 'x'
        version = '1.0.0'
        description = 'd'
        [[vars]]
        name = 'port'
        type = 'port'
        default = 5000
        [[vars]]
        name = 'greeting'
        type = 'string'
        [[vars]]
        name = 'region'
        type = 'choice'
        choices = ['north', 'south']
    ";

    /// Answers from the command line alone, for the tests of this room.
    pub(in crate::scaffold) fn answered(
        template: &Template,
        given: &[(&str, &str)],
        folder: &str,
    ) -> Result<Answers, Error> {
        let offers: Vec<Offer> = given.iter().map(|(name, text)| Offer::flag(*name, *text)).collect();
        Answers::gather(template, &offers, folder, Asking::Never)
    }

    fn gather(given: &[(&str, &str)], folder: &str, asking: Asking<'_>) -> Result<Answers, Error> {
        let offers: Vec<Offer> = given.iter().map(|(name, text)| Offer::flag(*name, *text)).collect();
        Answers::gather(&Template::of("x", &[("template.toml", MANIFEST)])?, &offers, folder, asking)
    }

    #[test]
    fn what_was_typed_comes_first_and_then_the_default() -> Result<(), Error> {
        let answers = gather(&[("greeting", "hi"), ("region", "north")], "shop", Asking::Never)?;
        let expected = json!({ "name": "shop", "port": 5000, "greeting": "hi", "region": "north" });
        assert_eq!(json!(answers.values()), expected);
        Ok(())
    }

    #[test]
    fn of_several_offers_the_first_holds_and_a_default_for_all_templates_may_fit_none() -> Result<(), Error> {
        let offer = |origin: &Origin, name: &str, text: &str| Offer {
            origin: origin.clone(),
            name: name.to_owned(),
            given: text.into(),
        };
        let (file, defaults) = (Origin::File("a.toml".to_owned()), Origin::Defaults("answers.toml".to_owned()));
        let offers = [
            offer(&Origin::Flag, "greeting", "typed"),
            offer(&file, "greeting", "filed"),
            offer(&file, "region", "south"),
            offer(&Origin::Environment("TWELVE_ANSWER_PORT".to_owned()), "port", "80"),
            offer(&defaults, "port", "81"),
            offer(&defaults, "colour", "blue"),
        ];
        let template = Template::of("x", &[("template.toml", MANIFEST)])?;
        let answers = Answers::gather(&template, &offers, "shop", Asking::Never)?;
        assert_eq!(
            json!(answers.values()),
            json!({ "name": "shop", "port": 80, "greeting": "typed", "region": "south" })
        );
        let offers = [offer(&file, "colour", "blue")];
        assert!(Answers::gather(&template, &offers, "shop", Asking::Never).is_err(), "a file is for one template");
        Ok(())
    }

    #[test]
    fn all_open_questions_are_listed_at_once() {
        let error = gather(&[], "shop", Asking::Never).expect_err("two are open");
        assert_eq!(error.to_string(), "no value for `greeting`, `region`");
    }

    #[test]
    fn a_person_is_asked_only_what_is_open_and_offered_the_default() -> Result<(), Error> {
        let mut asked = Vec::new();
        let mut ask = |variable: &Variable, default: Option<&Given>| {
            asked.push((variable.name.clone(), default.map(Given::to_string)));
            Ok(json!("answer"))
        };
        gather(&[("region", "south")], "shop", Asking::With(&mut ask))?;
        gather(&[("region", "south"), ("port", "1")], "My Shop", Asking::With(&mut ask))?;
        let some = |text: &str| Some(text.to_owned());
        let name = |text: &str| text.to_owned();
        let expected = [
            (name("port"), some("5000")),
            (name("greeting"), None),
            (name("name"), some("my-shop")),
            (name("greeting"), None),
        ];
        assert_eq!(asked, expected);
        Ok(())
    }

    #[test]
    fn a_question_is_asked_under_its_condition_and_its_default_uses_earlier_answers() -> Result<(), Error> {
        let manifest = "
            [template]
            name = 'x'
            version = '1.0.0'
            description = 'd'
            [[vars]]
            name = 'queue'
            type = 'bool'
            default = false
            [[vars]]
            name = 'table'
            type = 'string'
            default = '{{snake name}}_jobs'
            when = 'queue'
        ";
        let template = Template::of("x", &[("template.toml", manifest)])?;
        let with = answered(&template, &[("queue", "true")], "my-shop")?;
        assert_eq!(json!(with.values()), json!({ "name": "my-shop", "queue": true, "table": "my_shop_jobs" }));
        let without = answered(&template, &[], "my-shop")?;
        assert_eq!(json!(without.values()), json!({ "name": "my-shop", "queue": false, "table": "" }));
        let error = answered(&template, &[("table", "x")], "my-shop").expect_err("nobody asked");
        assert_eq!(error.to_string(), "`table` is a question only where `queue` is true");
        Ok(())
    }

    #[test]
    fn a_misspelt_variable_is_refused_with_the_one_that_was_meant() {
        let error = gather(&[("greting", "hi")], "shop", Asking::Never).expect_err("no such variable");
        assert!(matches!(error, Error::UnknownVariable { nearest: Some(near), .. } if near == "greeting"));
    }

    #[test]
    fn one_question_takes_one_answer() {
        let error = gather(&[("port", "1"), ("port", "2")], "shop", Asking::Never).expect_err("two answers");
        assert_eq!(error.to_string(), "`port` is set twice");
    }
}
