//! A template looked through for its author: names that nobody declares, questions that nothing uses, values that are put
//! in without quotes, and files that cannot be read, for every two answers together.

use super::matrix::matrix;
use super::renderer::Renderer;
use super::syntax;
use super::template::Treatment;
use super::variable::Kind;
use super::{Error, Plan, Template};
use crate::report::Printable;
use std::collections::BTreeSet;

/// A text that breaks whatever it is put into without quotes.
const NASTY: &str = r#"it's "5" \ #{x} é */"#;

/// Something that the author of a template should mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file with its line, where it is known.
    pub place: String,
    /// What is wrong there.
    pub reason: String,
}

/// What looking through a template found.
#[derive(Debug)]
pub struct Examination {
    /// What is to be mended, sorted by place.
    pub faults: Vec<Fault>,
    /// How many sets of answers were tried.
    pub tried: usize,
}

/// Looks through a template.
///
/// # Errors
/// Where its answers cannot even be gathered.
pub fn examine(template: &Template) -> Result<Examination, Error> {
    let mut faults = BTreeSet::new();
    names(template, &mut faults);
    let mut tried = 0;
    for text in ["sample", NASTY] {
        for answers in matrix(template, text)? {
            tried += 1;
            match Plan::new(template, &answers) {
                Err(Error::Template { place, reason }) => drop(faults.insert(Fault { place, reason })),
                Err(other) => return Err(other),
                Ok(plan) => faults.extend(unreadable(&plan, text == NASTY)),
            }
        }
    }
    Ok(Examination { faults: faults.into_iter().collect(), tried })
}

/// Names that are not declared, questions that nothing uses, values without quotes.
fn names(template: &Template, faults: &mut BTreeSet<Fault>) {
    let renderer = Renderer::new(template.label());
    let known = |name: &str| template.variables().iter().find(|variable| variable.name == name);
    let mut used: BTreeSet<String> = BTreeSet::new();
    for variable in template.variables() {
        let default = variable.default.as_ref().map(ToString::to_string).filter(|text| text.contains("{{"));
        let texts = variable.when.iter().map(|when| (when.clone(), true)).chain(default.map(|text| (text, false)));
        used.extend(texts.filter_map(|(text, condition)| renderer.names(&text, condition).ok()).flatten());
    }
    for file in template.files() {
        let (path, treatment) = template.destination(file);
        let place = format!("{}/{}", template.label(), Printable(&file.stored));
        let mut texts = vec![path];
        if let Some(when) = template.condition(file) {
            used.extend(renderer.names(when, true).unwrap_or_default());
        }
        if treatment == Treatment::Rendered
            && let Ok(text) = std::str::from_utf8(&file.bytes)
        {
            texts.push(text.to_owned());
        }
        for text in texts {
            // What cannot be parsed is told where it is rendered.
            let Ok(parsed) = syntax::parse(&text) else { continue };
            for name in &parsed.names {
                if known(name).is_none() {
                    let reason = format!("there is no variable `{name}`");
                    faults.insert(Fault { place: place.clone(), reason });
                }
            }
            for (name, line) in parsed.bare {
                let free = known(&name).is_some_and(|variable| matches!(variable.kind, Kind::String | Kind::List));
                if let Some(helper) = helper(&file.stored).filter(|_| free) {
                    let place = line.map_or(place.clone(), |line| format!("{place}:{line}"));
                    let reason = format!("`{{{{{name}}}}}` stands without quotes: write `{{{{{helper} {name}}}}}`");
                    faults.insert(Fault { place, reason });
                }
            }
            used.extend(parsed.names);
        }
    }
    for variable in template.variables().iter().skip(1).filter(|variable| !used.contains(&variable.name)) {
        let place = format!("{}/template.toml", template.label());
        faults.insert(Fault { place, reason: format!("nothing uses the answer to `{}`", variable.name) });
    }
}

/// The helper that quotes for a kind of file.
fn helper(stored: &str) -> Option<&'static str> {
    let name = stored.strip_suffix(".hbs")?;
    match name.rsplit('.').next()? {
        "toml" => Some("toml"),
        "rs" => Some("rust_str"),
        "json" => Some("json"),
        "yml" | "yaml" => Some("yaml"),
        "sh" => Some("sh"),
        _ => None,
    }
}

/// Files that no reader of their kind can read.
fn unreadable(plan: &Plan, nasty: bool) -> Vec<Fault> {
    let with = if nasty { format!(", where a text is `{NASTY}`") } else { String::new() };
    plan.files()
        .iter()
        .filter_map(|file| {
            let reason = refusal(file.path.as_str(), &file.bytes)?;
            Some(Fault { place: file.path.to_string(), reason: format!("{}{with}", Printable(reason)) })
        })
        .collect()
}

fn refusal(path: &str, bytes: &[u8]) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let text = std::str::from_utf8(bytes).ok()?;
    match name.rsplit('.').next()? {
        "toml" | "lock" => toml::from_str::<toml::Table>(text).err().map(|cause| cause.message().replace('\n', ", ")),
        "json" => serde_json::from_str::<serde_json::Value>(text).err().map(|cause| cause.to_string()),
        "rs" => syn::parse_file(text).err().map(|cause| format!("line {}: {cause}", cause.span().start().line)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, examine};

    fn faults(files: &[(&str, &'static str)]) -> Vec<String> {
        let template = Template::of("x", files).expect("a template");
        let faults = examine(&template).expect("an examination").faults;
        faults.into_iter().map(|fault| format!("{}: {}", fault.place, fault.reason)).collect()
    }

    const MANIFEST: &str = "[template]\nname = 'x'\nversion = '1.0.0'\ndescription = 'd'\n\
        [[vars]]\nname = 'title'\ntype = 'string'\n[[vars]]\nname = 'on'\ntype = 'bool'\ndefault = false\n";

    #[test]
    fn a_good_template_has_no_fault() {
        let files = [("template.toml", MANIFEST), ("a.toml.hbs", "t = {{toml title}}\n{{#if on}}\nb = 1\n{{/if}}\n")];
        assert_eq!(faults(&files), [""; 0]);
        for name in crate::scaffold::built_in::names() {
            let template = Template::built_in(&name).expect("a template");
            let examination = examine(&template).expect("an examination");
            assert_eq!(examination.faults, [], "{name}");
            assert!(examination.tried > 8, "{name}");
        }
    }

    #[test]
    fn what_is_undeclared_unused_unquoted_or_unreadable_is_told_with_its_place() {
        let files = [
            ("template.toml", MANIFEST),
            ("a.toml.hbs", "t = 1\nx = \"{{title}}\"\n"),
            ("b.rs.hbs", "fn main() {\n{{#unless on}}\n}\n{{/unless}}\n"),
            ("c.md.hbs", "{{#if on}}{{#if on}}x{{else}}{{never}}{{/if}}{{/if}}"),
        ];
        let faults = faults(&files);
        for said in [
            "x/a.toml.hbs:2: `{{title}}` stands without quotes: write `{{toml title}}`",
            "x/c.md.hbs: there is no variable `never`",
        ] {
            assert!(faults.iter().any(|fault| fault == said), "{said}: {faults:?}");
        }
        assert!(
            faults.iter().any(|fault| fault.starts_with("a.toml: ") && fault.contains("where a text is")),
            "{faults:?}"
        );
        assert!(faults.iter().any(|fault| fault.starts_with("b.rs: line ")), "{faults:?}");
        let unused = [("template.toml", MANIFEST), ("a.md.hbs", "{{#if on}}x{{/if}}")];
        assert_eq!(super::tests::faults(&unused), ["x/template.toml: nothing uses the answer to `title`"]);
    }
}
