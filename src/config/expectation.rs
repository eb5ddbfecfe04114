//! What a variable's value must look like, in words and by an example.

use super::contract::{Variable, VariableType};

impl Variable {
    /// What its value must be, as a fragment: ``a whole number from `1` to `10` ``.
    #[must_use]
    pub fn expectation(&self) -> String {
        let limits = &self.limits;
        let mut words = match self.kind {
            VariableType::String => "text".to_owned(),
            VariableType::Int => "a whole number".to_owned(),
            VariableType::Float => "a decimal number".to_owned(),
            VariableType::Bool => "`true` or `false`".to_owned(),
            VariableType::Port => "a port from 1 to 65535".to_owned(),
            VariableType::Url => "an absolute URL".to_owned(),
            VariableType::ServiceUrl => "the URL of a backing service".to_owned(),
            VariableType::Enum => alternatives(&limits.values),
            VariableType::Duration => "a duration in ms, s, m, h or d".to_owned(),
            VariableType::Bytes => "a number of bytes, or of KB, MB, GB, TB, KiB, MiB, GiB or TiB".to_owned(),
            VariableType::SocketAddr => "an IP address with a port".to_owned(),
            VariableType::Path => "a path".to_owned(),
            VariableType::Json => "a JSON document".to_owned(),
            VariableType::Email => "an e-mail address".to_owned(),
        };
        if !limits.schemes.is_empty() {
            words += &format!(" with the scheme {}", alternatives(&limits.schemes));
        }
        words += &range("", limits.min.as_deref(), limits.max.as_deref());
        let length = |length: Option<u64>| length.map(|length| length.to_string());
        words += &range(" characters", length(limits.min_len).as_deref(), length(limits.max_len).as_deref());
        if let Some(pattern) = &limits.pattern {
            words += &format!(" that matches `{pattern}`");
        }
        words
    }

    /// A value that would do: never one that anybody gave, and none where the limits leave too much open.
    #[must_use]
    pub fn example(&self) -> Option<String> {
        let limits = &self.limits;
        let scheme =
            |usual: &str, rest: &str| format!("{}{rest}", limits.schemes.first().map_or(usual, String::as_str));
        let usual = match self.kind {
            VariableType::String => None,
            VariableType::Int => Some("10".to_owned()),
            VariableType::Float => Some("0.5".to_owned()),
            VariableType::Bool => Some("true".to_owned()),
            VariableType::Port => Some("8080".to_owned()),
            VariableType::Url => Some(scheme("https", "://example.org/")),
            VariableType::ServiceUrl => Some(scheme("postgres", "://user:password@localhost/name")),
            VariableType::Enum => limits.values.first().cloned(),
            VariableType::Duration => Some("30s".to_owned()),
            VariableType::Bytes => Some("64MiB".to_owned()),
            VariableType::SocketAddr => Some("127.0.0.1:8080".to_owned()),
            VariableType::Path => Some("/var/lib/app".to_owned()),
            VariableType::Json => Some("{\"name\": 1}".to_owned()),
            VariableType::Email => Some("ops@example.org".to_owned()),
        };
        [&self.default, &usual, &limits.min, &limits.max]
            .into_iter()
            .flatten()
            .find(|text| !text.is_empty() && self.admits(text))
            .cloned()
    }
}

fn alternatives(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

fn range(unit: &str, least: Option<&str>, most: Option<&str>) -> String {
    match (least, most) {
        (None, None) => String::new(),
        (Some(least), None) => format!(" of at least {least}{unit}"),
        (None, Some(most)) => format!(" of at most {most}{unit}"),
        (Some(least), Some(most)) => format!(" of {least} to {most}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Limits, Variable, VariableType};

    fn variable(kind: VariableType, limits: Limits) -> Variable {
        Variable { limits, ..Variable::new("X", kind) }
    }

    #[test]
    fn the_words_tell_the_type_and_every_limit() {
        let text = |value: &str| Some(value.to_owned());
        for (kind, limits, words) in [
            (
                VariableType::Int,
                Limits { min: text("1"), max: text("9"), ..Limits::default() },
                "a whole number of 1 to 9",
            ),
            (
                VariableType::String,
                Limits { min_len: Some(32), pattern: text("[a-z]+"), ..Limits::default() },
                "text of at least 32 characters that matches `[a-z]+`",
            ),
            (
                VariableType::ServiceUrl,
                Limits { schemes: vec!["postgres".to_owned(), "postgresql".to_owned()], ..Limits::default() },
                "the URL of a backing service with the scheme `postgres` or `postgresql`",
            ),
            (
                VariableType::Enum,
                Limits { values: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], ..Limits::default() },
                "`a`, `b` or `c`",
            ),
        ] {
            assert_eq!(variable(kind, limits).expectation(), words);
        }
    }

    #[test]
    fn an_example_meets_the_limits_or_is_not_given() {
        let with_min = variable(VariableType::Int, Limits { min: Some("100".to_owned()), ..Limits::default() });
        assert_eq!(with_min.example().as_deref(), Some("100"));
        let patterned =
            variable(VariableType::Path, Limits { pattern: Some("[0-9]+".to_owned()), ..Limits::default() });
        assert_eq!(patterned.example(), None);
        let schemed = variable(VariableType::Url, Limits { schemes: vec!["wss".to_owned()], ..Limits::default() });
        assert_eq!(schemed.example().as_deref(), Some("wss://example.org/"));
    }
}
