//! YAML as exporters write it: blocks in the order that they were given, and every text that a reader could take for
//! something else between double quotes. A small writer for a fixed shape; nothing is read here.

use crate::config::double_quoted;
use std::fmt;

/// A node of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Yaml {
    Null,
    Text(String),
    Whole(u64),
    Flag(bool),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

/// Plain words that one version of YAML or the other reads as no text (1.1: bool, null; 1.2: the core schema).
const TAKEN: [&str; 11] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"];

/// Those pairs that are there, in their order.
pub(super) fn map<const N: usize>(pairs: [(&str, Option<Yaml>); N]) -> Yaml {
    Yaml::Map(pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

impl Yaml {
    /// A list of nodes.
    pub(super) fn list<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(T::into).collect())
    }

    /// Pairs of names and texts.
    pub(super) fn texts<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.into(), Self::Text(value.into()))).collect())
    }

    /// The pairs of a map, and those of another behind them.
    pub(super) fn and(self, more: Self) -> Self {
        match (self, more) {
            (Self::Map(mut pairs), Self::Map(more)) => {
                pairs.extend(more);
                Self::Map(pairs)
            }
            (one, _) => one,
        }
    }

    /// The same for a reader that puts variables in where a `$` stands (Compose), so that every text stays as it is.
    pub(super) fn without_interpolation(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.replace('$', "$$")),
            Self::List(items) => Self::list(items.into_iter().map(Self::without_interpolation)),
            Self::Map(pairs) => {
                Self::Map(pairs.into_iter().map(|(key, value)| (key, value.without_interpolation())).collect())
            }
            other => other,
        }
    }

    /// Whether it is written behind its key, on the same line.
    fn is_flat(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(pairs) => pairs.is_empty(),
            Self::Null | Self::Text(_) | Self::Whole(_) | Self::Flag(_) => true,
        }
    }

    /// Writes it where a line has begun already: `indent` is that of the lines that follow.
    fn write(&self, formatter: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        match self {
            Self::Text(text) if is_plain(text) => writeln!(formatter, "{text}"),
            Self::Text(text) => writeln!(formatter, "{}", double_quoted(text)),
            Self::Null => writeln!(formatter, "null"),
            Self::Whole(number) => writeln!(formatter, "{number}"),
            Self::Flag(flag) => writeln!(formatter, "{flag}"),
            Self::List(items) if items.is_empty() => writeln!(formatter, "[]"),
            Self::Map(pairs) if pairs.is_empty() => writeln!(formatter, "{{}}"),
            Self::List(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                let margin = if index == 0 { 0 } else { indent };
                write!(formatter, "{:margin$}- ", "")?;
                item.write(formatter, indent + 2)
            }),
            Self::Map(pairs) => pairs.iter().enumerate().try_for_each(|(index, (key, value))| {
                let margin = if index == 0 { 0 } else { indent };
                let key = Self::Text(key.clone()).scalar();
                write!(formatter, "{:margin$}{key}:", "")?;
                if value.is_flat() {
                    formatter.write_str(" ")?;
                } else {
                    write!(formatter, "\n{:1$}", "", indent + 2)?;
                }
                value.write(formatter, indent + 2)
            }),
        }
    }

    fn scalar(&self) -> String {
        self.to_string().trim_end_matches('\n').to_owned()
    }
}

/// Whether every reader takes a text as it stands for the text that it is.
fn is_plain(text: &str) -> bool {
    let word = |one: char| one.is_ascii_alphanumeric() || "-_./@:".contains(one);
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(word)
        && !text.ends_with(':')
        && !TAKEN.iter().any(|taken| text.eq_ignore_ascii_case(taken))
}

impl fmt::Display for Yaml {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, 0)
    }
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Yaml {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u16> for Yaml {
    fn from(number: u16) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u32> for Yaml {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u64> for Yaml {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

#[cfg(test)]
mod tests {
    use super::{Yaml, map};

    #[test]
    fn blocks_stand_below_their_keys() {
        let document = map([
            ("kind", Some("Pod".into())),
            ("absent", None),
            ("empty", Some(Yaml::List(Vec::new()))),
            ("none", Some(map([]))),
            ("count", Some(3_u32.into())),
            ("list", Some(Yaml::list([map([("a", Some("x".into())), ("b", Some(Yaml::list(["v", "z"])))])]))),
            ("map", Some(map([("deep", Some(map([("flag", Some(true.into()))])))]))),
        ]);
        let text = "kind: Pod\nempty: []\nnone: {}\ncount: 3\nlist:\n  - a: x\n    b:\n      - v\n      - z\n\
                    map:\n  deep:\n    flag: true\n";
        assert_eq!(document.to_string(), text);
    }

    #[test]
    fn what_could_be_taken_for_something_else_is_quoted() {
        for plain in ["shop", "/readyz", "localhost:5000/shop@sha256:ab", "SIGTERM", "OnFailure"] {
            assert_eq!(Yaml::from(plain).to_string(), format!("{plain}\n"));
        }
        for taken in [
            "",
            " ",
            "1",
            "1e3",
            "0x1",
            "1:20",
            "true",
            "No",
            "OFF",
            "y",
            "~",
            "NULL",
            "-",
            "- x",
            "a: b",
            "a:",
            "a #b",
            "#",
            "*",
            "&a",
            "!x",
            "%",
            "@x",
            "{",
            "[",
            "é",
            ".inf",
            "=",
            "<<",
            "2001-01-01",
            "a, b",
        ] {
            assert!(Yaml::from(taken).to_string().starts_with('"'), "{taken}");
        }
        assert_eq!(Yaml::from("a\"\\\n\u{1b}").to_string(), "\"a\\\"\\\\\\n\\U0000001b\"\n");
        assert_eq!(map([("on", Some("x".into()))]).to_string(), "\"on\": x\n");
    }
}
