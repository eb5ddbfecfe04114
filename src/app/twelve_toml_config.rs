//! The `[config]` table of twelve.toml as it is typed.

use super::twelve_toml::{Place, variable_name};
use super::{Error, Rule};
use crate::config::{Contract, Limits, Variable, VariableType};
use indexmap::IndexMap;
use serde::Deserialize;
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
    default: Option<TypedScalar>,
    #[serde(default)]
    allow_empty: bool,
    #[serde(default)]
    from_file: bool,
    doc: Option<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    schemes: Vec<String>,
    min: Option<TypedScalar>,
    max: Option<TypedScalar>,
    min_len: Option<u64>,
    max_len: Option<u64>,
    pattern: Option<String>,
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
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
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
            self.vars.into_iter().map(|(name, typed)| variable(place, &name, typed)).collect::<Result<_, _>>()?;
        Ok(Contract { passthrough, variables })
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

fn variable(place: &Place<'_>, name: &Spanned<String>, typed: Spanned<TypedVariable>) -> Result<Variable, Error> {
    let checked = variable_name(name.get_ref()).map_err(|rule| place.at(name.span(), rule))?;
    let refuse = |rule: Rule| Err(place.at(name.span(), rule));
    let typed = typed.into_inner();
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
    Ok(Variable {
        name: checked,
        kind: typed.kind,
        required: typed.required.unwrap_or(typed.default.is_none()),
        secret: typed.secret,
        default: typed.default.map(TypedScalar::text),
        allow_empty: typed.allow_empty,
        from_file: typed.from_file,
        doc: typed.doc,
        limits: Limits {
            values: typed.values,
            schemes: typed.schemes,
            min: typed.min.map(TypedScalar::text),
            max: typed.max.map(TypedScalar::text),
            min_len: typed.min_len,
            max_len: typed.max_len,
            pattern: typed.pattern,
        },
    })
}
