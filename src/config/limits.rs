//! A value held against its type and its limits, and the limits held against themselves when the contract is read.

use super::contract::{Limits, Variable};
use super::value_type::Amount;
use regex_lite::Regex;

/// The key of a declaration that contradicts the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// `default`
    Default,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `min-len`
    MinLen,
    /// `schemes`
    Schemes,
    /// `pattern`
    Pattern,
}

/// Why a declaration can never be met, or never be what was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Unsound {
    /// The key that stands in the way.
    pub key: Key,
    /// The rule, as a fragment.
    pub rule: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Variable {
    /// Whether a value that is not empty, or may be, meets the type and every limit. A pattern that does not compile
    /// admits nothing; [`Variable::soundness`] finds it when the contract is read.
    #[must_use]
    pub fn admits(&self, text: &str) -> bool {
        if text.is_empty() && self.allow_empty {
            return true;
        }
        let limits = &self.limits;
        self.kind.admits(text, limits) && self.is_in_range(text) && self.has_length(text) && {
            limits.pattern.as_deref().is_none_or(|pattern| whole_match(pattern).is_ok_and(|whole| whole.is_match(text)))
        }
    }

    fn is_in_range(&self, text: &str) -> bool {
        let bound = |limit: &Option<String>| limit.as_deref().and_then(|limit| self.kind.amount(limit));
        let Some(amount) = self.kind.amount(text) else {
            return !self.kind.is_measured();
        };
        bound(&self.limits.min).is_none_or(|least| amount >= least)
            && bound(&self.limits.max).is_none_or(|most| amount <= most)
    }

    fn has_length(&self, text: &str) -> bool {
        let length = text.chars().count() as u64;
        self.limits.min_len.is_none_or(|least| length >= least) && self.limits.max_len.is_none_or(|most| length <= most)
    }

    /// Whether the declaration makes sense by itself.
    ///
    /// # Errors
    /// Where a limit is not written as the type is, does not belong to it, or contradicts another; where the pattern
    /// does not compile; where the default is not admitted.
    pub fn soundness(&self) -> Result<(), Unsound> {
        let name = &self.name;
        let refuse = |key, rule: String, hint: &str| Err(Unsound { key, rule, hint: Some(hint.to_owned()) });
        let least = self.bound(Key::Min, self.limits.min.as_deref())?;
        let most = self.bound(Key::Max, self.limits.max.as_deref())?;
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return refuse(Key::Min, format!("`{name}`: `min` is more than `max`"), "swap them");
        }
        if self.limits.min_len.zip(self.limits.max_len).is_some_and(|(least, most)| least > most) {
            return refuse(Key::MinLen, format!("`{name}`: `min-len` is more than `max-len`"), "swap them");
        }
        self.schemes_are_sound()?;
        if let Some(Err(cause)) = self.limits.pattern.as_deref().map(whole_match) {
            let rule = format!("`{name}`: `pattern` is no regular expression: {cause}");
            return refuse(
                Key::Pattern,
                rule,
                "it is matched against the whole value, in the syntax of the crate regex",
            );
        }
        match self.default.as_deref() {
            Some("") if !self.allow_empty => {
                let rule = format!("`{name}`: its default is empty, and empty counts as missing");
                refuse(Key::Default, rule, "add `allow-empty = true`, or write `required = false` in its place")
            }
            Some(default) if !self.admits(default) => {
                let rule = format!("`{name}`: its default `{}` is not {}", default.escape_debug(), self.expectation());
                refuse(Key::Default, rule, "a default meets its own contract")
            }
            _ => Ok(()),
        }
    }

    fn bound(&self, key: Key, limit: Option<&str>) -> Result<Option<Amount>, Unsound> {
        let Some(limit) = limit else {
            return Ok(None);
        };
        let (word, name) = (if key == Key::Min { "min" } else { "max" }, &self.name);
        if !self.kind.is_measured() {
            let rule = format!("`{name}`: `{word}` belongs to numbers, durations and sizes");
            return Err(Unsound { key, rule, hint: Some(format!("a text's length has `{word}-len`")) });
        }
        let amount = self.kind.amount(limit);
        if amount.is_none() {
            let typed = Self { limits: Limits::default(), ..self.clone() };
            let rule = format!("`{name}`: `{word}` is `{}`, not {}", limit.escape_debug(), typed.expectation());
            return Err(Unsound {
                key,
                rule,
                hint: typed.example().map(|example| format!("write `{word} = \"{example}\"`")),
            });
        }
        Ok(amount)
    }

    fn schemes_are_sound(&self) -> Result<(), Unsound> {
        let refuse = |rule: String, hint: &str| Err(Unsound { key: Key::Schemes, rule, hint: Some(hint.to_owned()) });
        let (name, schemes) = (&self.name, &self.limits.schemes);
        if !schemes.is_empty() && !self.kind.has_scheme() {
            return refuse(format!("`{name}`: `schemes` belongs to URLs"), "write `type = \"service-url\"`");
        }
        let valid = |scheme: &&String| {
            scheme.starts_with(|first: char| first.is_ascii_lowercase())
                && scheme.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
        };
        match schemes.iter().find(|scheme| !valid(scheme)) {
            // RFC 3986, 3.1; parsers hand schemes on in lower case.
            Some(bad) => refuse(
                format!("`{name}`: `{}` is no scheme", bad.escape_debug()),
                "write it in lower case and without `://`: `postgres`",
            ),
            None => Ok(()),
        }
    }
}

/// The pattern, anchored at both ends. It is compiled alone first, so that its parentheses balance by themselves.
fn whole_match(pattern: &str) -> Result<Regex, regex_lite::Error> {
    Regex::new(pattern)?;
    Regex::new(&format!("^(?:{pattern})$"))
}

#[cfg(test)]
mod tests {
    use super::Key;
    use crate::config::{Limits, Variable, VariableType};

    fn variable(kind: VariableType, limits: Limits) -> Variable {
        Variable { limits, ..Variable::new("X", kind) }
    }

    fn text(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    #[test]
    fn limits_hold_at_both_ends() {
        let port = variable(VariableType::Port, Limits { min: text("1024"), max: text("2048"), ..Limits::default() });
        for (value, good) in [("1023", false), ("1024", true), ("2048", true), ("2049", false)] {
            assert_eq!(port.admits(value), good, "{value}");
        }
        let size = variable(VariableType::Bytes, Limits { max: text("1MiB"), ..Limits::default() });
        assert!(size.admits("1024KiB") && !size.admits("1025KiB"));
    }

    #[test]
    fn a_length_counts_characters_and_not_bytes() {
        let short = variable(VariableType::String, Limits { min_len: Some(3), max_len: Some(4), ..Limits::default() });
        assert!(!short.admits("üü") && short.admits("üüü") && short.admits("üüüü") && !short.admits("üüüüü"));
    }

    #[test]
    fn a_pattern_matches_the_whole_value() {
        let key = variable(VariableType::String, Limits { pattern: text("a|ab"), ..Limits::default() });
        assert!(key.admits("a") && key.admits("ab") && !key.admits("abc") && !key.admits("xa") && !key.admits("a\n"));
    }

    #[test]
    fn an_empty_value_is_one_only_where_that_is_declared() {
        let mut key = variable(VariableType::Int, Limits::default());
        assert!(!key.admits(""));
        key.allow_empty = true;
        assert!(key.admits(""));
    }

    #[test]
    fn a_contract_that_contradicts_itself_is_refused_at_the_key() {
        use VariableType::{Float, Int, Port, ServiceUrl, String};
        for (kind, limits, key) in [
            (String, Limits { min: text("1"), ..Limits::default() }, Key::Min),
            (Int, Limits { max: text("ten"), ..Limits::default() }, Key::Max),
            (Float, Limits { min: text("2"), max: text("1.5"), ..Limits::default() }, Key::Min),
            (String, Limits { min_len: Some(2), max_len: Some(1), ..Limits::default() }, Key::MinLen),
            (Port, Limits { schemes: vec!["http".to_owned()], ..Limits::default() }, Key::Schemes),
            (ServiceUrl, Limits { schemes: vec!["postgres://".to_owned()], ..Limits::default() }, Key::Schemes),
            (String, Limits { pattern: text("a)|(b"), ..Limits::default() }, Key::Pattern),
        ] {
            assert_eq!(variable(kind, limits).soundness().expect_err("unsound").key, key);
        }
    }

    #[test]
    fn a_default_meets_its_own_contract() {
        let with = |kind, default: &str| Variable { default: text(default), ..variable(kind, Limits::default()) };
        assert_eq!(with(VariableType::Port, "8080").soundness(), Ok(()));
        assert_eq!(with(VariableType::Port, "http").soundness().expect_err("unsound").key, Key::Default);
        assert_eq!(with(VariableType::String, "").soundness().expect_err("unsound").key, Key::Default);
    }
}
