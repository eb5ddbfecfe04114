//! A question that a template asks, and what counts as an answer. Every answer is checked here, wherever it comes
//! from: the command line, a default of the template, or a person at a terminal.

use super::ServiceName;
use regex_lite::Regex;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// The most items of a list: two loops over lists then end in a moment.
const MOST_ITEMS: usize = 256;

/// One question.
#[derive(Debug, Clone)]
pub struct Variable {
    /// What templates and `--set` call it.
    pub name: String,
    /// What counts as an answer.
    pub kind: Kind,
    /// The answer where nobody gives another. A text may hold `{{...}}` with earlier answers.
    pub default: Option<Given>,
    /// The question in words; without it, the name.
    pub prompt: Option<String>,
    /// What a person should know before answering.
    pub help: Option<String>,
    /// The expression under which it is asked; without it, always.
    pub when: Option<String>,
    /// What a text, or each item of a list, must look like.
    pub validate: Option<Regex>,
    /// Whether the answer is kept out of the receipt and off the terminal.
    pub secret: bool,
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
    /// Any of these, in the order of the template.
    MultiChoice(Vec<String>),
    /// Lines of text.
    List,
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
    MultiChoice,
    List,
    Port,
    CrateName,
}

/// An answer as it was given, not yet of a type: typed on the command line, or as TOML has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "TypedGiven")]
pub enum Given {
    /// One text; of a list, its items with commas between them.
    Text(String),
    /// The items of a list.
    Items(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "an answer is a text, a whole number, true or false, or a list of texts")]
enum TypedGiven {
    Text(String),
    Whole(i64),
    Whether(bool),
    Items(Vec<String>),
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
    /// A question without conditions.
    pub(super) fn new(name: &str, kind: Kind) -> Self {
        let name = name.to_owned();
        Self { name, kind, default: None, prompt: None, help: None, when: None, validate: None, secret: false }
    }

    /// The answer that was given.
    ///
    /// # Errors
    /// Where it is of another type.
    pub fn read(&self, given: &Given) -> Result<Value, Refusal> {
        match (&self.kind, given) {
            (Kind::List | Kind::MultiChoice(_), Given::Text(text)) if text.trim().is_empty() => self.items(&[]),
            (Kind::List | Kind::MultiChoice(_), Given::Text(text)) => {
                self.items(&text.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>())
            }
            (Kind::List | Kind::MultiChoice(_), Given::Items(items)) => self.items(items),
            (_, Given::Text(text)) => self.one(text),
            (_, Given::Items(_)) => Err("it is one value and no list".into()),
        }
    }

    /// What stands for the answer where the question is not asked: templates see every variable always.
    pub(super) fn unasked(&self) -> Value {
        match &self.kind {
            Kind::String | Kind::CrateName => "".into(),
            Kind::Int | Kind::Port => 0.into(),
            Kind::Bool => false.into(),
            Kind::Choice(choices) => choices.first().cloned().unwrap_or_default().into(),
            Kind::List | Kind::MultiChoice(_) => Value::Array(Vec::new()),
        }
    }

    fn items(&self, items: &[String]) -> Result<Value, Refusal> {
        if items.len() > MOST_ITEMS {
            return Err(Refusal { reason: format!("it has at most {MOST_ITEMS} items"), nearest: None });
        }
        let Kind::MultiChoice(choices) = &self.kind else {
            return items.iter().map(|item| self.line(item)).collect::<Result<Vec<_>, _>>().map(Value::Array);
        };
        items.iter().try_for_each(|item| one_of(choices, item))?;
        Ok(choices.iter().filter(|choice| items.contains(choice)).cloned().map(Value::String).collect())
    }

    fn one(&self, text: &str) -> Result<Value, Refusal> {
        match &self.kind {
            Kind::Int => {
                self.fits(text)?;
                text.parse::<i64>().map(Value::from).map_err(|_| "it is a whole number".into())
            }
            Kind::Bool => match text {
                "true" | "yes" | "y" => Ok(true.into()),
                "false" | "no" | "n" => Ok(false.into()),
                _ => Err("it is true or false".into()),
            },
            Kind::Choice(choices) => one_of(choices, text).map(|()| text.into()),
            Kind::Port => match text.parse::<u16>() {
                Ok(port) if port > 0 => Ok(port.into()),
                _ => Err("it is a port, 1 to 65535".into()),
            },
            Kind::CrateName => match text.parse::<ServiceName>() {
                Ok(name) => Ok(name.as_str().into()),
                Err(reason) => Err(Refusal { reason, nearest: ServiceName::nearest(text) }),
            },
            Kind::String | Kind::List | Kind::MultiChoice(_) => self.line(text),
        }
    }

    fn line(&self, text: &str) -> Result<Value, Refusal> {
        // A line break in a value could end a comment or a string of the file that it is put into.
        if text.chars().any(char::is_control) {
            return Err("it is one line without control characters".into());
        }
        self.fits(text)?;
        Ok(text.into())
    }

    fn fits(&self, text: &str) -> Result<(), Refusal> {
        match &self.validate {
            Some(pattern) if !pattern.is_match(text) => {
                Err(Refusal { reason: format!("it must match `{pattern}`"), nearest: None })
            }
            _ => Ok(()),
        }
    }
}

fn one_of(choices: &[String], text: &str) -> Result<(), Refusal> {
    if choices.iter().any(|choice| choice == text) {
        return Ok(());
    }
    let reason = format!("it is one of {}", choices.join(", "));
    Err(Refusal { reason, nearest: nearest(text, choices).map(str::to_owned) })
}

impl From<TypedGiven> for Given {
    fn from(typed: TypedGiven) -> Self {
        match typed {
            TypedGiven::Text(text) => Self::Text(text),
            TypedGiven::Whole(number) => Self::Text(number.to_string()),
            TypedGiven::Whether(value) => Self::Text(value.to_string()),
            TypedGiven::Items(items) => Self::Items(items),
        }
    }
}

impl From<String> for Given {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// As it would be typed.
impl fmt::Display for Given {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Items(items) => formatter.write_str(&items.join(",")),
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
    use super::{Given, Kind, Variable, nearest};
    use regex_lite::Regex;
    use serde_json::json;

    fn variable(kind: Kind) -> Variable {
        Variable::new("x", kind)
    }

    #[test]
    fn an_answer_has_the_type_of_its_variable() {
        let words = vec!["json".to_owned(), "text".to_owned()];
        let (choice, several) = (Kind::Choice(words.clone()), Kind::MultiChoice(words));
        for (kind, text, value) in [
            (Kind::String, "say \"hi\" {{name}}", json!("say \"hi\" {{name}}")),
            (Kind::Int, "-7", json!(-7)),
            (Kind::Bool, "yes", json!(true)),
            (Kind::Bool, "false", json!(false)),
            (choice, "json", json!("json")),
            (Kind::Port, "65535", json!(65535)),
            (Kind::CrateName, "shop", json!("shop")),
            (Kind::List, "a, b,c", json!(["a", "b", "c"])),
            (Kind::List, " ", json!([])),
            (several, "text,json", json!(["json", "text"])),
        ] {
            assert_eq!(variable(kind).read(&text.into()).ok(), Some(value), "{text}");
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
            (Kind::List, "a,b\tc"),
            (Kind::MultiChoice(vec!["json".to_owned()]), "json,xml"),
        ] {
            assert!(variable(kind).read(&text.into()).is_err(), "{text:?}");
        }
        assert!(variable(Kind::Int).read(&Given::Items(vec!["1".to_owned()])).is_err());
        assert!(variable(Kind::List).read(&Given::Items(vec![String::new(); 257])).is_err());
    }

    #[test]
    fn a_pattern_holds_for_a_text_and_for_each_item_of_a_list() {
        let pattern = |kind| Variable { validate: Regex::new("^[a-z]+$").ok(), ..variable(kind) };
        assert!(pattern(Kind::String).read(&"ab".into()).is_ok());
        assert!(pattern(Kind::List).read(&"ab,cd".into()).is_ok());
        let refusal = pattern(Kind::List).read(&"ab,c1".into()).expect_err("a digit");
        assert_eq!(refusal.reason, "it must match `^[a-z]+$`");
    }

    #[test]
    fn the_word_that_was_meant_is_found_and_no_other() {
        let known = ["description", "port", "name"].map(str::to_owned);
        assert_eq!(nearest("descripton", &known), Some("description"));
        assert_eq!(nearest("prot", &known), Some("port"));
        assert_eq!(nearest("database", &known), None);
    }
}
