//! A question that a template asks, and what counts as an answer. Every answer is checked here, wherever it comes
//! from: the command line, a default of the template, or a person at a terminal.

use super::ServiceName;
use serde::Deserialize;
use serde_json::Value;

/// One question.
#[derive(Debug, Clone)]
pub struct Variable {
    /// What templates and `--set` call it.
    pub name: String,
    /// What counts as an answer.
    pub kind: Kind,
    /// The answer where nobody gives another.
    pub default: Option<String>,
    /// The question in words; without it, the name.
    pub prompt: Option<String>,
}

/// The type of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    String,
    /// A whole number that fits into 64 bits with a sign.
    Int,
    /// Yes or no.
    Bool,
    /// One of these.
    Choice(Vec<String>),
    /// 1 to 65535.
    Port,
    /// A name that cargo takes for a package.
    CrateName,
}

/// The type as template.toml spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum KindName {
    String,
    Int,
    Bool,
    Choice,
    Port,
    CrateName,
}

/// Why a text is no answer, and a text near to it that would be one.
#[derive(Debug)]
pub struct Refusal {
    /// What the answer must be, as a fragment.
    pub reason: String,
    /// A text near to it that would do.
    pub nearest: Option<String>,
}

impl Variable {
    /// The answer that a text gives.
    ///
    /// # Errors
    /// Where the text is of another type.
    pub fn read(&self, text: &str) -> Result<Value, Refusal> {
        match &self.kind {
            // A line break in a value could end a comment or a string of the file that it is put into.
            Kind::String if text.chars().any(char::is_control) => {
                Err("it is one line without control characters".into())
            }
            Kind::String => Ok(text.into()),
            Kind::Int => text.parse::<i64>().map(Value::from).map_err(|_| "it is a whole number".into()),
            Kind::Bool => match text {
                "true" | "yes" | "y" => Ok(true.into()),
                "false" | "no" | "n" => Ok(false.into()),
                _ => Err("it is true or false".into()),
            },
            Kind::Choice(choices) if choices.iter().any(|choice| choice == text) => Ok(text.into()),
            Kind::Choice(choices) => Err(Refusal {
                reason: format!("it is one of {}", choices.join(", ")),
                nearest: nearest(text, choices).map(str::to_owned),
            }),
            Kind::Port => match text.parse::<u16>() {
                Ok(port) if port > 0 => Ok(port.into()),
                _ => Err("it is a port, 1 to 65535".into()),
            },
            Kind::CrateName => match text.parse::<ServiceName>() {
                Ok(name) => Ok(name.as_str().into()),
                Err(reason) => Err(Refusal { reason, nearest: ServiceName::nearest(text) }),
            },
        }
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Self {
        Self { reason: reason.to_owned(), nearest: None }
    }
}

/// The word that was probably meant: few slips away, for its length.
pub(super) fn nearest<'a>(typed: &str, known: &'a [String]) -> Option<&'a str> {
    known
        .iter()
        .map(|word| (strsim::osa_distance(typed, word), word.as_str()))
        .filter(|(distance, word)| *distance <= 1 + word.chars().count() / 4)
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Variable, nearest};
    use serde_json::json;

    fn variable(kind: Kind) -> Variable {
        Variable { name: "x".to_owned(), kind, default: None, prompt: None }
    }

    #[test]
    fn an_answer_has_the_type_of_its_variable() {
        let choice = Kind::Choice(vec!["json".to_owned(), "text".to_owned()]);
        for (kind, text, value) in [
            (Kind::String, "say \"hi\" {{name}}", json!("say \"hi\" {{name}}")),
            (Kind::Int, "-7", json!(-7)),
            (Kind::Bool, "yes", json!(true)),
            (Kind::Bool, "false", json!(false)),
            (choice, "json", json!("json")),
            (Kind::Port, "65535", json!(65535)),
            (Kind::CrateName, "shop", json!("shop")),
        ] {
            assert_eq!(variable(kind).read(text).ok(), Some(value), "{text}");
        }
    }

    #[test]
    fn an_answer_of_another_type_is_refused() {
        let choice = Kind::Choice(vec!["json".to_owned()]);
        for (kind, text) in [
            (Kind::String, "two\nlines"),
            (Kind::Int, "1.5"),
            (Kind::Bool, "1"),
            (choice, "jsom"),
            (Kind::Port, "0"),
            (Kind::Port, "65536"),
            (Kind::CrateName, "fn"),
        ] {
            assert!(variable(kind).read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_word_that_was_meant_is_found_and_no_other() {
        let known = ["description", "port", "name"].map(str::to_owned);
        assert_eq!(nearest("descripton", &known), Some("description"));
        assert_eq!(nearest("prot", &known), Some("port"));
        assert_eq!(nearest("database", &known), None);
    }
}
