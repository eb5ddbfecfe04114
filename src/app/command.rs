//! A command: words, never a shell. POSIX quoting splits it; `$NAME` and `${NAME}` expand from the environment of the
//! process, as one word, never split again (POSIX.1-2017, Shell Command Language, 2.2 and 2.6.2, without field
//! splitting).

use super::Rule;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::{Chars, FromStr};

/// A command as it was declared, split into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Command {
    text: String,
    words: Vec<Word>,
}

/// One word: pieces that are joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word(Vec<Piece>);

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Literal(String),
    /// The value of an environment variable.
    Variable(String),
}

/// The words of a command for one process, or the variables that it lacks.
pub type Expansion = Result<Vec<String>, Vec<String>>;

impl Command {
    /// The command as it was declared.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether a variable stands in it.
    #[must_use]
    pub fn names(&self, variable: &str) -> bool {
        let mut pieces = self.words.iter().flat_map(|word| &word.0);
        pieces.any(|piece| matches!(piece, Piece::Variable(name) if name == variable))
    }

    /// The words with their variables replaced.
    ///
    /// # Errors
    /// The names of all variables that are not set: a word that silently vanishes is how `rm -rf "$DIR/"` goes wrong.
    pub fn expand(&self, lookup: impl Fn(&str) -> Option<String>) -> Expansion {
        let mut missing = Vec::new();
        let mut words = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let mut text = String::new();
            for piece in &word.0 {
                match piece {
                    Piece::Literal(literal) => text.push_str(literal),
                    Piece::Variable(name) => match lookup(name) {
                        Some(value) => text.push_str(&value),
                        None => missing.push(name.clone()),
                    },
                }
            }
            words.push(text);
        }
        if missing.is_empty() { Ok(words) } else { Err(missing) }
    }
}

impl Word {
    /// Its pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The word where it holds no variable.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.as_str()),
                Piece::Variable(_) => None,
            })
            .collect()
    }

    fn push(&mut self, character: char) {
        if let Some(Piece::Literal(text)) = self.0.last_mut() {
            text.push(character);
        } else {
            self.0.push(Piece::Literal(character.to_string()));
        }
    }
}

impl FromStr for Command {
    type Err = Rule;

    fn from_str(text: &str) -> Result<Self, Rule> {
        if text.contains('\0') {
            return Err(Rule::new("a command holds no NUL: no word of a process can"));
        }
        let words = Splitter { rest: text.chars(), words: Vec::new(), word: None }.split()?;
        match words.first().map(Word::literal) {
            None => Err(Rule::new("the command is empty")),
            Some(None) => Err(Rule::new("the first word of a command names a program and cannot be a variable")),
            Some(Some(_)) => Ok(Self { text: text.to_owned(), words }),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl TryFrom<String> for Command {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        text.parse()
    }
}

impl From<Command> for String {
    fn from(command: Command) -> Self {
        command.text
    }
}

struct Splitter<'a> {
    rest: Chars<'a>,
    words: Vec<Word>,
    word: Option<Word>,
}

impl Splitter<'_> {
    fn split(mut self) -> Result<Vec<Word>, Rule> {
        while let Some(character) = self.rest.next() {
            match character {
                ' ' | '\t' | '\n' => self.words.extend(self.word.take()),
                '\'' => self.single_quoted()?,
                '"' => self.double_quoted()?,
                '\\' => match self.rest.next() {
                    Some(next) => self.word().push(next),
                    None => return Err(Rule::new("a backslash ends the command")),
                },
                '$' => self.variable()?,
                '&' | '|' | ';' | '<' | '>' | '`' | '(' | ')' => return Err(operator(character)),
                _ => self.word().push(character),
            }
        }
        self.words.extend(self.word.take());
        Ok(self.words)
    }

    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_default()
    }

    fn single_quoted(&mut self) -> Result<(), Rule> {
        self.word();
        loop {
            match self.rest.next() {
                Some('\'') => return Ok(()),
                Some(character) => self.word().push(character),
                None => return Err(Rule::new("a single quote is not closed")),
            }
        }
    }

    fn double_quoted(&mut self) -> Result<(), Rule> {
        self.word();
        loop {
            match self.rest.next() {
                Some('"') => return Ok(()),
                Some('$') => self.variable()?,
                Some('`') => return Err(operator('`')),
                Some('\\') => match self.rest.next() {
                    Some(escaped @ ('"' | '\\' | '$' | '`')) => self.word().push(escaped),
                    Some(other) => {
                        self.word().push('\\');
                        self.word().push(other);
                    }
                    None => return Err(Rule::new("a double quote is not closed")),
                },
                Some(character) => self.word().push(character),
                None => return Err(Rule::new("a double quote is not closed")),
            }
        }
    }

    /// What follows a `$`: `NAME`, `{NAME}`; a `$` before anything else stands for itself, as POSIX leaves it.
    fn variable(&mut self) -> Result<(), Rule> {
        let after = self.rest.as_str();
        if after.starts_with('(') {
            return Err(operator('$'));
        }
        let braced = after.strip_prefix('{');
        let body = braced.unwrap_or(after);
        let end = body.find(|one: char| !(one.is_ascii_alphanumeric() || one == '_')).unwrap_or(body.len());
        let (name, tail) = body.split_at(end);
        let named = name.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_');
        let tail = match braced {
            None if !named => {
                self.word().push('$');
                return Ok(());
            }
            None => tail,
            Some(_) => match tail.strip_prefix('}') {
                Some(tail) if named => tail,
                _ => {
                    return Err(Rule::with_hint(
                        "`${` is not followed by a name and `}`",
                        "write `${NAME}`; defaults belong into `[config.vars.NAME]`",
                    ));
                }
            },
        };
        let name = name.to_owned();
        self.rest = tail.chars();
        self.word().0.push(Piece::Variable(name));
        Ok(())
    }
}

fn operator(character: char) -> Rule {
    let operator = if character == '$' { "$(".to_owned() } else { character.to_string() };
    Rule::with_hint(
        format!("a command is words, not a shell line: `{operator}` is not quoted"),
        "quote it, or write `sh -c '...'`",
    )
}

#[cfg(test)]
mod tests {
    use super::Command;

    fn words(text: &str) -> Vec<String> {
        let lookup = |name: &str| (name == "PORT").then(|| "80 80".to_owned());
        text.parse::<Command>().expect("a command").expand(lookup).expect("all variables are set")
    }

    fn rule(text: &str) -> String {
        text.parse::<Command>().expect_err("no command").rule
    }

    #[test]
    fn words_are_split_by_posix_quoting() {
        assert_eq!(words("shop serve"), ["shop", "serve"]);
        assert_eq!(words("  a\t'b c'  \"d e\" f\\ g "), ["a", "b c", "d e", "f g"]);
        assert_eq!(words("a '' \"\""), ["a", "", ""]);
        assert_eq!(words(r#"a "\"\\\$\`\n" '\n'"#), ["a", "\"\\$`\\n", "\\n"]);
        assert_eq!(words("a b'c'\"d\"e"), ["a", "bcde"]);
    }

    #[test]
    fn variables_expand_to_one_word_and_never_in_single_quotes() {
        assert_eq!(words("a $PORT ${PORT} x${PORT}y"), ["a", "80 80", "80 80", "x80 80y"]);
        assert_eq!(words(r#"a "$PORT" '$PORT' \$PORT $ $1"#), ["a", "80 80", "$PORT", "$PORT", "$", "$1"]);
    }

    #[test]
    fn every_variable_that_is_not_set_is_named() {
        let command = "a $ONE ${TWO}".parse::<Command>().expect("a command");
        assert_eq!(command.expand(|_| None), Err(vec!["ONE".to_owned(), "TWO".to_owned()]));
    }

    #[test]
    fn shell_operators_are_refused_with_the_way_out() {
        for bad in
            ["a && b", "a | b", "a; b", "a > f", "a < f", "a &", "a `b`", "a $(b)", "a \"$(b)\"", "a \"`b`\"", "(a)"]
        {
            let rule = bad.parse::<Command>().expect_err(bad);
            assert!(rule.rule.contains("not a shell line"), "{bad}: {}", rule.rule);
            assert!(rule.hint.expect("a hint").contains("sh -c '...'"));
        }
        assert_eq!(words("sh -c 'a && b | c; d > e'"), ["sh", "-c", "a && b | c; d > e"]);
    }

    #[test]
    fn a_nul_is_refused_before_it_is_released() {
        assert_eq!(rule("shop\0x"), "a command holds no NUL: no word of a process can");
    }

    #[test]
    fn unclosed_quotes_and_empty_commands_are_refused() {
        assert_eq!(rule(""), "the command is empty");
        assert_eq!(rule("a 'b"), "a single quote is not closed");
        assert_eq!(rule("a \"b"), "a double quote is not closed");
        assert_eq!(rule("a \\"), "a backslash ends the command");
        assert_eq!(rule("$PROGRAM x"), "the first word of a command names a program and cannot be a variable");
        assert!(rule("a ${B:-c}").contains("`${`"));
    }
}
