//! The answers to a template's questions, all of them and nothing else. Where they come from, first to last: what was
//! typed on the command line, a person at the terminal, the template's default.

use super::manifest::NAME;
use super::variable::{Refusal, Variable};
use super::{Error, ServiceName, Template};
use serde_json::{Map, Value};

/// One answer a variable, each of its variable's type.
#[derive(Debug, Clone)]
pub struct Answers(Map<String, Value>);

/// Puts one question, with the text that holds where the answer is empty.
type Asked<'a> = dyn FnMut(&Variable, Option<&str>) -> Result<Value, Error> + 'a;

/// Whether there is somebody to ask.
pub enum Asking<'a> {
    /// Nobody: defaults are taken, and a question without one is an error.
    Never,
    /// Somebody, who is asked this way.
    With(&'a mut Asked<'a>),
}

impl Answers {
    /// Answers every question of the template. `given` is what was typed, as names and texts; `folder` is the name of
    /// the project's folder, which is the service's name unless another is given.
    ///
    /// # Errors
    /// Where an answer fits no question or is of another type, and where questions stay open: then all of them.
    pub fn gather(
        template: &Template,
        given: &[(String, String)],
        folder: &str,
        mut asking: Asking<'_>,
    ) -> Result<Self, Error> {
        let mut answers = Map::new();
        for (name, text) in given {
            let variable = template.variable(name)?;
            if answers.insert(name.clone(), read(variable, text)?).is_some() {
                return Err(Error::SetTwice { name: name.clone() });
            }
        }
        let mut missing = Vec::new();
        for variable in template.variables() {
            if answers.contains_key(&variable.name) {
                continue;
            }
            match open_question(variable, folder, &mut asking)? {
                Some(answer) => drop(answers.insert(variable.name.clone(), answer)),
                None => missing.push(variable.name.clone()),
            }
        }
        if missing.is_empty() { Ok(Self(answers)) } else { Err(Error::Missing { variables: missing }) }
    }

    /// The answers as templates see them.
    pub(super) fn values(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// The answer to a question that the command line left open; none where only its user can give one.
fn open_question(variable: &Variable, folder: &str, asking: &mut Asking<'_>) -> Result<Option<Value>, Error> {
    if variable.name == NAME {
        return match (read(variable, folder), asking) {
            (Err(_), Asking::With(ask)) => ask(variable, ServiceName::nearest(folder).as_deref()).map(Some),
            (answer, _) => answer.map(Some),
        };
    }
    match (asking, &variable.default) {
        (Asking::With(ask), default) => ask(variable, default.as_deref()).map(Some),
        (Asking::Never, Some(default)) => read(variable, default).map(Some),
        (Asking::Never, None) => Ok(None),
    }
}

fn read(variable: &Variable, text: &str) -> Result<Value, Error> {
    variable.read(text).map_err(|Refusal { reason, nearest }| Error::InvalidValue {
        variable: variable.name.clone(),
        value: text.to_owned(),
        reason,
        nearest,
    })
}

#[cfg(test)]
mod tests {
    use super::{Answers, Asking};
    use crate::scaffold::{Error, Template};
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

    fn gather(given: &[(&str, &str)], folder: &str, asking: Asking<'_>) -> Result<Answers, Error> {
        let template = Template::read("x", vec![("template.toml".to_owned(), MANIFEST.as_bytes().into())])?;
        let given: Vec<_> = given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Answers::gather(&template, &given, folder, asking)
    }

    #[test]
    fn what_was_typed_comes_first_and_then_the_default() -> Result<(), Error> {
        let answers = gather(&[("greeting", "hi"), ("region", "north")], "shop", Asking::Never)?;
        let expected = json!({ "name": "shop", "port": 5000, "greeting": "hi", "region": "north" });
        assert_eq!(json!(answers.values()), expected);
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
        let mut ask = |variable: &crate::scaffold::Variable, default: Option<&str>| {
            asked.push((variable.name.clone(), default.map(str::to_owned)));
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
