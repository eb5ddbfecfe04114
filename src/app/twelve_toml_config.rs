//! The `[config]` table of twelve.toml as it is typed.

use super::twelve_toml::{Place, variable_name};
use super::{Error, Rule};
use crate::config::{Contract, Key, Limits, Variable, VariableType};
use indexmap::IndexMap;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TypedConfig {
    passthrough: Vec<Spanned<String>>,
    vars: IndexMap<Spanned<String>, Spanned<TypedVariable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedVariable {
    #[serde(rename = "type")]
    kind: VariableType,
    required: Option<bool>,
    #[serde(default)]
    secret: bool,
    default: Option<Spanned<TypedScalar>>,
    #[serde(default)]
    allow_empty: bool,
    #[serde(default)]
    from_file: bool,
    version: Option<Spanned<String>>,
    doc: Option<String>,
    #[serde(default)]
    values: Vec<String>,
    schemes: Option<Spanned<Vec<String>>>,
    min: Option<Spanned<TypedScalar>>,
    max: Option<Spanned<TypedScalar>>,
    min_len: Option<Spanned<u64>>,
    max_len: Option<u64>,
    pattern: Option<Spanned<String>>,
}

/// A value that may be written with or without quotes: the environment holds only text.
#[derive(Deserialize)]
#[serde(untagged)]
enum TypedScalar {
    Text(String),
    Whole(i64),
    Decimal(f64),
    Whether(bool),
}

impl TypedScalar {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Whether(value) => value.to_string(),
        }
    }
}

impl TypedConfig {
    /// The normalised contract.
    pub(super) fn contract(self, place: &Place<'_>) -> Result<Contract, Error> {
        let passthrough =
            self.passthrough.into_iter().map(|pattern| passing(place, &pattern)).collect::<Result<_, _>>()?;
        let variables =
            self.vars.iter().map(|(name, typed)| variable(place, name, typed.get_ref())).collect::<Result<_, _>>()?;
        let contract = Contract { passthrough, variables };
        let files = contract.variables.iter().filter(|variable| variable.from_file);
        for file_variable in files.map(|variable| format!("{}_FILE", variable.name)) {
            if let Some((name, _)) = self.vars.iter().find(|(name, _)| *name.get_ref() == file_variable) {
                let rule = format!("`{file_variable}` is read by `from-file` already");
                return Err(place.at(name.span(), Rule::with_hint(rule, "remove it, or the `from-file` of the other")));
            }
        }
        Ok(contract)
    }
}

fn passing(place: &Place<'_>, pattern: &Spanned<String>) -> Result<String, Error> {
    let text = pattern.get_ref();
    let prefix = text.strip_suffix('*').unwrap_or(text);
    variable_name(prefix).map_err(|_| {
        let rule = format!("`{}` is neither a name nor a prefix that ends in `*`", text.escape_debug());
        place.at(pattern.span(), Rule::with_hint(rule, "write `RUST_LOG` or `OTEL_*`"))
    })?;
    Ok(text.clone())
}

fn variable(place: &Place<'_>, name: &Spanned<String>, typed: &TypedVariable) -> Result<Variable, Error> {
    let checked = variable_name(name.get_ref()).map_err(|rule| place.at(name.span(), rule))?;
    let refuse = |rule: Rule| Err(place.at(name.span(), rule));
    if (typed.kind == VariableType::Enum) == typed.values.is_empty() {
        return refuse(Rule::with_hint(
            format!("`{checked}`: an enum, and nothing else, has `values`"),
            "write `type = \"enum\"` with `values = [\"json\", \"text\"]`",
        ));
    }
    if typed.secret && typed.default.is_some() {
        return refuse(Rule::with_hint(
            format!("`{checked}` is a secret, and its default would stand in the codebase for all to read"),
            "remove `default`; add `required = false` where the app can do without it",
        ));
    }
    if let Some(version) = &typed.version {
        version_rule(&checked, typed.kind, version.get_ref()).map_err(|rule| place.at(version.span(), rule))?;
    }
    let variable = typed.normalised(checked);
    match variable.soundness() {
        Ok(()) => Ok(variable),
        Err(unsound) => {
            let span = typed.span(unsound.key).unwrap_or(name.span());
            Err(place.at(span, Rule { rule: unsound.rule, hint: unsound.hint }))
        }
    }
}

/// A version is that of a backing service, and becomes the tag of its image.
fn version_rule(name: &str, kind: VariableType, version: &str) -> Result<(), Rule> {
    if kind != VariableType::ServiceUrl {
        let rule = format!("`{name}`: `version` belongs to a backing service");
        return Err(Rule::with_hint(rule, "remove it, or write `type = \"service-url\"`"));
    }
    let good = |one: char| one.is_ascii_alphanumeric() || "._-".contains(one);
    let first = version.starts_with(|first: char| first.is_ascii_alphanumeric());
    if first && version.chars().all(good) && version.len() <= 128 {
        return Ok(());
    }
    let rule = format!("`{name}`: `{}` is no version", version.escape_debug());
    Err(Rule::with_hint(rule, "write `version = \"16\"`"))
}

impl TypedVariable {
    fn normalised(&self, name: String) -> Variable {
        let text = |scalar: &Option<Spanned<TypedScalar>>| scalar.as_ref().map(|scalar| scalar.get_ref().text());
        Variable {
            name,
            kind: self.kind,
            required: self.required.unwrap_or(self.default.is_none()),
            secret: self.secret,
            default: text(&self.default),
            allow_empty: self.allow_empty,
            from_file: self.from_file,
            version: self.version.as_ref().map(|version| version.get_ref().clone()),
            doc: self.doc.clone(),
            limits: Limits {
                values: self.values.clone(),
                schemes: self.schemes.as_ref().map(|schemes| schemes.get_ref().clone()).unwrap_or_default(),
                min: text(&self.min),
                max: text(&self.max),
                min_len: self.min_len.as_ref().map(|length| *length.get_ref()),
                max_len: self.max_len,
                pattern: self.pattern.as_ref().map(|pattern| pattern.get_ref().clone()),
            },
        }
    }

    /// Where a key's value stands.
    fn span(&self, key: Key) -> Option<Range<usize>> {
        match key {
            Key::Default => self.default.as_ref().map(Spanned::span),
            Key::Min => self.min.as_ref().map(Spanned::span),
            Key::Max => self.max.as_ref().map(Spanned::span),
            Key::MinLen => self.min_len.as_ref().map(Spanned::span),
            Key::Schemes => self.schemes.as_ref().map(Spanned::span),
            Key::Pattern => self.pattern.as_ref().map(Spanned::span),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::app::twelve_toml::read;
    use crate::app::{Declaration, Error};

    fn declared(keys: &str) -> Result<Declaration, Error> {
        read(&format!("[config.vars.X]\n{keys}\n"), "shop")
    }

    fn refusal(keys: &str) -> (String, String) {
        match declared(keys) {
            Err(Error::Malformed { place, rule, .. }) => (place, rule),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_version_is_that_of_a_backing_service() {
        let service = "type = 'service-url'\nschemes = ['postgres']\n";
        let version = |version: &str| declared(&format!("{service}version = '{version}'"));
        let contract = version("16.4-alpine").expect("good").contract.expect("declared");
        assert_eq!(contract.variables[0].version.as_deref(), Some("16.4-alpine"));
        for bad in ["", "-1", "16:1", "a b", "16@sha256"] {
            assert!(version(bad).is_err(), "{bad}");
        }
        let (place, rule) = refusal("type = 'string'\nversion = '16'");
        assert_eq!(
            (place.as_str(), rule.as_str()),
            ("twelve.toml:3:11", "`X`: `version` belongs to a backing service")
        );
    }

    #[test]
    fn a_default_that_its_own_type_refuses_is_found_where_it_stands() {
        let (place, rule) = refusal("type = 'port'\ndefault = 'http'");
        assert_eq!(place, "twelve.toml:3:11");
        assert_eq!(rule, "`X`: its default `http` is not a port from 1 to 65535");
        assert!(declared("type = 'port'\ndefault = 8080").is_ok());
        assert!(declared("type = 'float'\ndefault = 0.5\nmin = 0\nmax = 1").is_ok());
    }

    #[test]
    fn limits_that_contradict_themselves_are_found_where_they_stand() {
        for (keys, place) in [
            ("type = 'int'\nmin = 5\nmax = 4", "twelve.toml:3:7"),
            ("type = 'string'\nmax = 4", "twelve.toml:3:7"),
            ("type = 'duration'\nmax = 4", "twelve.toml:3:7"),
            ("type = 'string'\nmin-len = 4\nmax-len = 3", "twelve.toml:3:11"),
            ("type = 'url'\nschemes = ['https://']", "twelve.toml:3:11"),
            ("type = 'string'\npattern = '('", "twelve.toml:3:11"),
        ] {
            assert_eq!(refusal(keys).0, place, "{keys}");
        }
    }

    #[test]
    fn a_name_that_from_file_reads_is_not_declared_again() {
        let (place, rule) = refusal("type = 'string'\nfrom-file = true\n[config.vars.X_FILE]\ntype = 'path'");
        assert_eq!(place, "twelve.toml:4:14");
        assert_eq!(rule, "`X_FILE` is read by `from-file` already");
    }
}
