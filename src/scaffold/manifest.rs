//! template.toml: what a template says of itself, and the questions that it asks. An unknown key is an error, so that
//! a misspelt one is not silently without effect.

use super::Error;
use super::variable::{Kind, KindName, Refusal, Variable};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// The variable that every template has without asking for it: the name of the service.
pub(super) const NAME: &str = "name";

/// A template's own words, checked.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    /// Its version, which a project remembers.
    pub(super) version: semver::Version,
    /// What it makes, in one line.
    pub(super) description: String,
    /// The questions in the order of asking; the first is [`NAME`].
    pub(super) variables: Vec<Variable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedManifest {
    template: TypedTemplate,
    #[serde(default)]
    vars: Vec<Spanned<TypedVariable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedTemplate {
    name: String,
    version: Spanned<String>,
    description: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedVariable {
    name: String,
    #[serde(rename = "type")]
    kind: KindName,
    default: Option<TypedScalar>,
    prompt: Option<String>,
    #[serde(default)]
    choices: Vec<String>,
}

/// A default may be written with or without quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum TypedScalar {
    Text(String),
    Whole(i64),
    Whether(bool),
}

/// Where in which template's manifest, for errors.
struct Place<'a> {
    template: &'a str,
    text: &'a str,
}

impl Manifest {
    /// Reads the manifest of the template that is known by this name.
    pub(super) fn read(template: &str, text: &str) -> Result<Self, Error> {
        let place = Place { template, text };
        let typed: TypedManifest =
            toml::from_str(text).map_err(|cause| place.error(cause.span().unwrap_or_default(), cause.message()))?;
        if typed.template.name != template {
            return Err(place.error(0..0, format!("`template.name` is `{}`", typed.template.name.escape_debug())));
        }
        let version = typed.template.version;
        let version = version
            .get_ref()
            .parse()
            .map_err(|cause| place.error(version.span(), format!("`template.version`: {cause}")))?;
        let mut variables = vec![name_of_the_service()];
        for typed in typed.vars {
            let span = typed.span();
            let variable = variable(typed.into_inner()).map_err(|reason| place.error(span.clone(), reason))?;
            if variables.iter().any(|known| known.name == variable.name) {
                return Err(place.error(span, format!("`{}` is declared already", variable.name)));
            }
            variables.push(variable);
        }
        Ok(Self { version, description: typed.template.description, variables })
    }

    /// The names of all variables.
    pub(super) fn names(&self) -> Vec<String> {
        self.variables.iter().map(|variable| variable.name.clone()).collect()
    }
}

impl Place<'_> {
    fn error(&self, span: Range<usize>, reason: impl Into<String>) -> Error {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Error::Template { place: format!("{}/template.toml:{line}", self.template), reason: reason.into() }
    }
}

fn name_of_the_service() -> Variable {
    let prompt = Some("The name of the service".to_owned());
    Variable { name: NAME.to_owned(), kind: Kind::CrateName, default: None, prompt }
}

fn variable(typed: TypedVariable) -> Result<Variable, String> {
    let name = typed.name;
    let word = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
    if !word {
        return Err(format!("`{}` is no name for a variable: a to z, then a to z, 0 to 9 and _", name.escape_debug()));
    }
    if (typed.kind == KindName::Choice) == typed.choices.is_empty() {
        return Err(format!("`{name}`: a choice, and nothing else, has `choices`"));
    }
    let kind = match typed.kind {
        KindName::String => Kind::String,
        KindName::Int => Kind::Int,
        KindName::Bool => Kind::Bool,
        KindName::Choice => Kind::Choice(typed.choices),
        KindName::Port => Kind::Port,
        KindName::CrateName => Kind::CrateName,
    };
    let default = typed.default.map(|default| match default {
        TypedScalar::Text(text) => text,
        TypedScalar::Whole(number) => number.to_string(),
        TypedScalar::Whether(value) => value.to_string(),
    });
    let variable = Variable { name, kind, default, prompt: typed.prompt };
    if let Some(Err(Refusal { reason, .. })) = variable.default.as_ref().map(|default| variable.read(default)) {
        return Err(format!("the default of `{}` is none of its own type: {reason}", variable.name));
    }
    Ok(variable)
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    const HEAD: &str = "[template]\nname = \"x\"\nversion = \"1.0.0\"\ndescription = \"d\"\n";

    fn refusal(vars: &str) -> String {
        Manifest::read("x", &format!("{HEAD}{vars}")).expect_err("refused").to_string()
    }

    #[test]
    fn a_manifest_names_the_service_first() {
        let vars = "[[vars]]\nname = \"port\"\ntype = \"port\"\ndefault = 5000\n";
        let manifest = Manifest::read("x", &format!("{HEAD}{vars}")).expect("a manifest");
        assert_eq!(manifest.names(), ["name", "port"]);
        assert_eq!(manifest.variables[1].default.as_deref(), Some("5000"));
    }

    #[test]
    fn a_wrong_manifest_is_refused_with_its_line() {
        for (vars, place, reason) in [
            ("[[vars]]\nname = \"a\"\ntype = \"port\"\ndefalt = 1\n", "x/template.toml:8", "unknown field `defalt`"),
            ("[[vars]]\nname = \"a\"\ntype = \"colour\"\n", "x/template.toml:7", "unknown variant `colour`"),
            ("[[vars]]\nname = \"a\"\ntype = \"port\"\ndefault = 0\n", "x/template.toml:5", "the default of `a`"),
            ("\n[[vars]]\nname = \"name\"\ntype = \"string\"\n", "x/template.toml:6", "`name` is declared already"),
            ("[[vars]]\nname = \"a\"\ntype = \"choice\"\n", "x/template.toml:5", "has `choices`"),
            ("[[vars]]\nname = \"A b\"\ntype = \"int\"\n", "x/template.toml:5", "`A b` is no name"),
        ] {
            let refusal = refusal(vars);
            assert!(refusal.starts_with(place), "{refusal}");
            assert!(refusal.contains(reason), "{refusal}");
        }
    }
}
