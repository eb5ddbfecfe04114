//! template.toml: what a template says of itself, the questions that it asks, and which of its files depend on the
//! answers. An unknown key is an error, so that a misspelt one is not silently without effect.

use super::Error;
use super::renderer::Renderer;
use super::variable::{Given, Kind, KindName, Refusal, Variable};
use regex_lite::Regex;
use semver::{Version, VersionReq};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// The variable that every template has without asking for it: the name of the service.
pub(super) const NAME: &str = "name";

/// The most questions that one template may ask.
const MOST_VARIABLES: usize = 100;

/// A template's own words, checked.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    /// Its name.
    pub(super) name: String,
    /// Its version, which a project remembers.
    pub(super) version: Version,
    /// What it makes, in one line.
    pub(super) description: String,
    /// The questions in the order of asking; the first is [`NAME`].
    pub(super) variables: Vec<Variable>,
    /// What is special about which file, by its stored path.
    pub(super) files: BTreeMap<String, FileRule>,
}

/// What is special about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileRule {
    /// Where it goes, where its own name does not say it.
    pub(super) to: Option<String>,
    /// The expression under which it is part of the project.
    pub(super) when: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedManifest {
    template: TypedTemplate,
    #[serde(default)]
    vars: Vec<Spanned<TypedVariable>>,
    #[serde(default)]
    files: Vec<Spanned<TypedFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedTemplate {
    name: Spanned<String>,
    version: Spanned<String>,
    description: String,
    requires_twelve: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedVariable {
    name: String,
    #[serde(rename = "type")]
    kind: KindName,
    default: Option<Given>,
    prompt: Option<String>,
    help: Option<String>,
    #[serde(default)]
    choices: Vec<String>,
    when: Option<String>,
    validate: Option<String>,
    #[serde(default)]
    secret: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedFile {
    path: String,
    to: Option<String>,
    when: Option<String>,
}

/// Where in which template's manifest, for errors.
struct Place<'a> {
    template: &'a str,
    text: &'a str,
}

impl Manifest {
    /// Reads the manifest of the template that messages call by this name. `stored` are the template's files.
    pub(super) fn read(template: &str, text: &str, stored: &[&str]) -> Result<Self, Error> {
        let place = Place { template, text };
        let typed: TypedManifest =
            toml::from_str(text).map_err(|cause| place.error(cause.span().unwrap_or_default(), cause.message()))?;
        let version = place.parsed(&typed.template.version, "`template.version`")?;
        place.fits_this_program(typed.template.requires_twelve.as_ref())?;
        let name = typed.template.name;
        if !is_word(name.get_ref(), '-') {
            let rule = format!("`{}` is no name for a template: a to z, then a to z, 0 to 9 and -", name.get_ref());
            return Err(place.error(name.span(), rule));
        }
        let variables = place.variables(typed.vars)?;
        let files = place.files(typed.files, stored)?;
        Ok(Self { name: name.into_inner(), version, description: typed.template.description, variables, files })
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
        Error::template(format!("{}/template.toml:{line}", self.template), reason)
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        text: &Spanned<String>,
        what: &str,
    ) -> Result<T, Error> {
        text.get_ref().parse().map_err(|cause| self.error(text.span(), format!("{what}: {cause}")))
    }

    fn fits_this_program(&self, requirement: Option<&Spanned<String>>) -> Result<(), Error> {
        let Some(typed) = requirement else { return Ok(()) };
        let requirement: VersionReq = self.parsed(typed, "`template.requires-twelve`")?;
        let ours = Version::parse(env!("CARGO_PKG_VERSION")).map_err(|cause| self.error(0..0, cause.to_string()))?;
        if requirement.matches(&ours) {
            return Ok(());
        }
        Err(self.error(typed.span(), format!("the template needs cargo-twelve {requirement}, and this is {ours}")))
    }

    fn variables(&self, all: Vec<Spanned<TypedVariable>>) -> Result<Vec<Variable>, Error> {
        let renderer = Renderer::new(self.template);
        let name = Some("The name of the service".to_owned());
        let mut variables = vec![Variable { prompt: name, ..Variable::new(NAME, Kind::CrateName) }];
        for typed in all {
            let span = typed.span();
            let wrong = |reason: String| self.error(span.clone(), reason);
            let variable = variable(typed.into_inner()).map_err(wrong)?;
            if variables.iter().any(|known| known.name == variable.name) {
                return Err(wrong(format!("`{}` is declared already", variable.name)));
            }
            if variables.len() >= MOST_VARIABLES {
                return Err(wrong(format!("a template asks at most {MOST_VARIABLES} questions")));
            }
            let known: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
            let texts = variable.when.iter().map(|when| (true, when)).chain(match &variable.default {
                Some(Given::Text(text)) if text.contains("{{") => Some((false, text)),
                _ => None,
            });
            for (condition, text) in texts {
                let names = renderer.names(text, condition).map_err(|reason| wrong(reason.to_string()))?;
                if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
                    return Err(wrong(format!("`{}` needs `{name}`, which is not asked before it", variable.name)));
                }
            }
            variables.push(variable);
        }
        Ok(variables)
    }

    fn files(&self, all: Vec<Spanned<TypedFile>>, stored: &[&str]) -> Result<BTreeMap<String, FileRule>, Error> {
        let renderer = Renderer::new(self.template);
        let mut files = BTreeMap::new();
        for typed in all {
            let span = typed.span();
            let wrong = |reason: String| self.error(span.clone(), reason);
            let TypedFile { path, to, when } = typed.into_inner();
            let below = path.strip_suffix('/').map(|folder| format!("{folder}/"));
            let named: Vec<&str> = match &below {
                Some(folder) => stored.iter().copied().filter(|file| file.starts_with(folder.as_str())).collect(),
                None => stored.iter().copied().filter(|file| *file == path).collect(),
            };
            if named.is_empty() {
                return Err(wrong(format!("the template has no file `{}`", path.escape_debug())));
            }
            if to.is_some() && below.is_some() {
                return Err(wrong("`to` is for one file, and this is a folder".to_owned()));
            }
            if let Some(when) = &when {
                renderer.names(when, true).map_err(|reason| wrong(reason.to_string()))?;
            }
            for file in named {
                let rule = FileRule { to: to.clone(), when: when.clone() };
                if files.insert(file.to_owned(), rule).is_some() {
                    return Err(wrong(format!("`{}` stands here a second time", file.escape_debug())));
                }
            }
        }
        Ok(files)
    }
}

/// a to z first, then those, digits, and one other character.
fn is_word(text: &str, other: char) -> bool {
    text.len() <= 60
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == other)
}

fn variable(typed: TypedVariable) -> Result<Variable, String> {
    let name = typed.name;
    if !is_word(&name, '_') {
        return Err(format!("`{}` is no name for a variable: a to z, then a to z, 0 to 9 and _", name.escape_debug()));
    }
    if matches!(typed.kind, KindName::Choice | KindName::MultiChoice) == typed.choices.is_empty() {
        return Err(format!("`{name}`: a choice, and nothing else, has `choices`"));
    }
    if let Some(choice) = typed.choices.iter().find(|choice| choice.contains(',') || choice.contains(char::is_control))
    {
        return Err(format!("`{name}`: the choice `{}` has a comma or a control character", choice.escape_debug()));
    }
    let texts = matches!(typed.kind, KindName::String | KindName::Int | KindName::List);
    if typed.validate.is_some() && !texts {
        return Err(format!("`{name}`: `validate` is for a string, an int or a list"));
    }
    if typed.secret && typed.kind != KindName::String {
        return Err(format!("`{name}`: a secret is a string"));
    }
    if typed.secret && typed.default.is_some() {
        return Err(format!("`{name}`: a secret has no default"));
    }
    let validate = typed.validate.map(|pattern| Regex::new(&pattern)).transpose();
    let validate = validate.map_err(|cause| format!("`{name}`: `validate` is no pattern: {cause}"))?;
    let kind = match typed.kind {
        KindName::String => Kind::String,
        KindName::Int => Kind::Int,
        KindName::Bool => Kind::Bool,
        KindName::Choice => Kind::Choice(typed.choices),
        KindName::MultiChoice => Kind::MultiChoice(typed.choices),
        KindName::List => Kind::List,
        KindName::Port => Kind::Port,
        KindName::CrateName => Kind::CrateName,
    };
    let (default, prompt, help) = (typed.default, typed.prompt, typed.help);
    let variable = Variable { name, kind, default, prompt, help, when: typed.when, validate, secret: typed.secret };
    let fixed =
        variable.default.as_ref().filter(|default| !matches!(default, Given::Text(text) if text.contains("{{")));
    if let Some(Err(Refusal { reason, .. })) = fixed.map(|default| variable.read(default)) {
        return Err(format!("the default of `{}` is none of its own type: {reason}", variable.name));
    }
    Ok(variable)
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    const HEAD: &str = "[template]\nname = \"x\"\nversion = \"1.0.0\"\ndescription = \"d\"\n";

    fn refusal(vars: &str) -> String {
        Manifest::read("x", &format!("{HEAD}{vars}"), &["a.txt", "b/c", "b/d"]).expect_err("refused").to_string()
    }

    #[test]
    fn a_manifest_names_the_service_first() {
        let vars = "[[vars]]\nname = \"port\"\ntype = \"port\"\ndefault = 5000\n";
        let manifest = Manifest::read("x", &format!("{HEAD}{vars}"), &["a.txt", "b/c", "b/d"]).expect("a manifest");
        assert_eq!(manifest.names(), ["name", "port"]);
        assert_eq!(manifest.variables[1].default, Some("5000".into()));
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
