//! twelve.toml as it is typed. [`read`] turns it into the normalised declaration; every refusal names its line and
//! column.

use super::procfile::process_name;
use super::twelve_toml_config::TypedConfig;
use super::{
    AdminProcess, AppName, BuildSettings, Command, Declaration, Error, MOST_PROCESSES, ProcessType, Restart, Rule,
    Sandbox, Schedule, StopSignal,
};
use crate::config::Variable;
use crate::report::nearest;
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;
use toml::Spanned;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Typed {
    app: TypedApp,
    build: TypedBuild,
    processes: IndexMap<Spanned<String>, TypedProcess>,
    admin: IndexMap<Spanned<String>, TypedAdmin>,
    config: Option<TypedConfig>,
    sandbox: Option<TypedSandbox>,
    allow: BTreeMap<String, Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct TypedApp {
    name: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct TypedBuild {
    package: Option<String>,
    bins: Option<Spanned<Vec<String>>>,
    assets: Vec<String>,
    out_assets: Vec<String>,
    features: Vec<String>,
    targets: Option<Spanned<Vec<String>>>,
    system_libraries: Vec<String>,
    max_glibc: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedProcess {
    command: Spanned<String>,
    port: Option<Spanned<TypedPort>>,
    ready: Option<Spanned<String>>,
    start_timeout: Option<Spanned<String>>,
    stop_timeout: Option<Spanned<String>>,
    stop_signal: Option<Spanned<String>>,
    restart: Option<Restart>,
    count: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TypedPort {
    Whether(bool),
    Name(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedAdmin {
    command: Spanned<String>,
    #[serde(default)]
    before_deploy: bool,
    schedule: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypedSandbox {
    #[serde(default)]
    writable: Vec<Spanned<String>>,
}

/// Where in twelve.toml a rule was broken.
pub(super) struct Place<'a> {
    text: &'a str,
}

impl Place<'_> {
    /// The rule with its line and column, both from 1, columns in characters.
    pub(super) fn at(&self, span: Range<usize>, rule: Rule) -> Error {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Error::Malformed { place: format!("twelve.toml:{line}:{column}"), rule: rule.rule, hint: rule.hint }
    }

    /// A value parsed by its own rule.
    pub(super) fn parsed<T: FromStr<Err = Rule>>(&self, value: &Spanned<String>) -> Result<T, Error> {
        value.get_ref().parse().map_err(|rule| self.at(value.span(), rule))
    }
}

/// The normalised declaration of a twelve.toml; an empty text declares an app with the package's name.
pub(super) fn read(text: &str, package: &str) -> Result<Declaration, Error> {
    let place = Place { text };
    let typed: Typed =
        toml::from_str(text).map_err(|cause| place.at(cause.span().unwrap_or(0..0), advised(cause.message())))?;
    let app = match &typed.app.name {
        Some(name) => place.parsed::<AppName>(name)?,
        None => package.parse()?,
    };
    let processes =
        typed.processes.iter().map(|(name, process)| process_type(&place, name, process)).collect::<Result<_, _>>()?;
    let admin = typed.admin.iter().map(|(name, admin)| admin_process(&place, name, admin)).collect::<Result<_, _>>()?;
    let allow =
        typed.allow.into_iter().map(|(rule, reason)| exception(&place, rule, reason)).collect::<Result<_, _>>()?;
    Ok(Declaration {
        app,
        build: typed.build.normalised(&place)?,
        processes,
        admin,
        contract: typed.config.map(|config| config.contract(&place)).transpose()?,
        sandbox: typed.sandbox.map(|sandbox| sandbox.normalised(&place)).transpose()?,
        allow,
    })
}

impl TypedBuild {
    fn normalised(self, place: &Place<'_>) -> Result<BuildSettings, Error> {
        let numbers = |text: &str| text.split('.').all(|part| part.parse::<u16>().is_ok()) && text.contains('.');
        if let Some(version) = self.max_glibc.as_ref().filter(|version| !numbers(version.get_ref())) {
            let rule = format!("`{}` is no version of GLIBC", version.get_ref().escape_debug());
            return Err(place.at(version.span(), Rule::with_hint(rule, "write `max-glibc = \"2.36\"`")));
        }
        // To name none and to say nothing are two things, and only the second means the default.
        let binaries = "name the binaries that the app needs, or take `bins` out: then all of the package's are built";
        let targets = "name the targets that it is built for, or take `targets` out: then it is built for the host";
        for (list, rule, hint) in
            [(&self.bins, "`bins` names no binary", binaries), (&self.targets, "`targets` names no target", targets)]
        {
            if let Some(none) = list.as_ref().filter(|list| list.get_ref().is_empty()) {
                return Err(place.at(none.span(), Rule::with_hint(rule, hint)));
            }
        }
        Ok(BuildSettings {
            package: self.package,
            bins: self.bins.map(Spanned::into_inner).unwrap_or_default(),
            assets: self.assets,
            out_assets: self.out_assets,
            features: self.features,
            targets: self.targets.map(Spanned::into_inner).unwrap_or_default(),
            system_libraries: self.system_libraries,
            max_glibc: self.max_glibc.map(Spanned::into_inner),
        })
    }
}

impl TypedSandbox {
    fn normalised(self, place: &Place<'_>) -> Result<Sandbox, Error> {
        for path in &self.writable {
            let text = path.get_ref().as_str();
            let whole = text.starts_with('/') && text.split('/').all(|part| part != "." && part != "..");
            if !whole || text.trim_matches('/').is_empty() || text.contains(char::is_control) {
                let rule = format!("`{}` is no path from the root to a place that may be written", text.escape_debug());
                let hint = "write `writable = [\"/var/lib/shop\"]`; the release itself is read-only, TMPDIR is always writable";
                return Err(place.at(path.span(), Rule::with_hint(rule, hint)));
            }
        }
        Ok(Sandbox { writable: self.writable.into_iter().map(Spanned::into_inner).collect() })
    }
}

fn process_type(place: &Place<'_>, name: &Spanned<String>, typed: &TypedProcess) -> Result<ProcessType, Error> {
    let checked = process_name(name.get_ref()).map_err(|rule| place.at(name.span(), rule))?;
    let mut process = ProcessType::new(checked, place.parsed::<Command>(&typed.command)?);
    if let Some(port) = &typed.port {
        process.port = match port.get_ref() {
            TypedPort::Whether(true) => Some("PORT".to_owned()),
            TypedPort::Whether(false) => None,
            TypedPort::Name(name) => Some(variable_name(name).map_err(|rule| place.at(port.span(), rule))?),
        };
    }
    if let Some(ready) = &typed.ready {
        let path = ready.get_ref();
        if !path.starts_with('/') || path.contains(|one: char| one.is_whitespace() || one.is_control()) {
            return Err(place.at(
                ready.span(),
                Rule::with_hint("`ready` is the path of an HTTP request", "write `ready = \"/readyz\"`"),
            ));
        }
        if process.port.is_none() {
            return Err(place.at(
                ready.span(),
                Rule::with_hint("`ready` asks a port, and this process type has none", "add `port = \"PORT\"`"),
            ));
        }
        process.ready = Some(path.clone());
    }
    let milliseconds = |value: &Spanned<String>| {
        super::duration::milliseconds(value.get_ref()).map_err(|rule| place.at(value.span(), rule))
    };
    if let Some(timeout) = &typed.start_timeout {
        process.start_timeout = milliseconds(timeout)?;
    }
    if let Some(timeout) = &typed.stop_timeout {
        process.stop_timeout = milliseconds(timeout)?;
    }
    if let Some(signal) = &typed.stop_signal {
        process.stop_signal = place.parsed::<StopSignal>(signal)?;
    }
    process.restart = typed.restart.unwrap_or_default();
    if let Some(count) = &typed.count {
        if *count.get_ref() > MOST_PROCESSES {
            let rule = format!("{} processes of a type are more than {MOST_PROCESSES}", count.get_ref());
            let hint = "declare another type, or start the app several times with its own `--port` each";
            return Err(place.at(count.span(), Rule::with_hint(rule, hint)));
        }
        process.count = *count.get_ref();
    }
    Ok(process)
}

fn admin_process(place: &Place<'_>, name: &Spanned<String>, typed: &TypedAdmin) -> Result<AdminProcess, Error> {
    let checked = process_name(name.get_ref()).map_err(|rule| place.at(name.span(), rule))?;
    // Kept as it was typed; that it can be read is known before it is released.
    typed.schedule.as_ref().map(|schedule| place.parsed::<Schedule>(schedule)).transpose()?;
    Ok(AdminProcess {
        name: checked.to_owned(),
        command: place.parsed(&typed.command)?,
        before_deploy: typed.before_deploy,
        schedule: typed.schedule.as_ref().map(|schedule| schedule.get_ref().clone()),
    })
}

fn exception(place: &Place<'_>, rule: String, reason: Spanned<String>) -> Result<(String, String), Error> {
    if reason.get_ref().trim().is_empty() {
        return Err(place.at(reason.span(), Rule::new(format!("the exception `{rule}` has no reason"))));
    }
    Ok((rule, reason.into_inner()))
}

/// The name of a variable, where a text is one.
pub(super) fn variable_name(name: &str) -> Result<String, Rule> {
    if Variable::is_name(name) {
        return Ok(name.to_owned());
    }
    Err(Rule::new(format!(
        "`{}` is no name of a variable: a letter or _ first, then letters, digits and _",
        name.escape_debug()
    )))
}

/// A parser's message, with the nearest known key where it names an unknown one.
fn advised(message: &str) -> Rule {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((unknown, known)) if message.starts_with("unknown variant") => {
            let rule = format!("`{unknown}` is none of the values that stand here");
            Rule::with_hint(rule, format!("write one of {}", known.join(", ")))
        }
        Some((unknown, known)) if message.starts_with("unknown ") => match nearest(unknown, known.iter().copied()) {
            Some(near) => Rule::with_hint(format!("unknown key `{unknown}`"), format!("did you mean `{near}`?")),
            None => Rule::with_hint(format!("unknown key `{unknown}`"), format!("known here: {}", known.join(", "))),
        },
        _ => Rule::new(message.trim_end().replace('\n', ", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::app::Error;

    fn refusal(text: &str) -> (String, String, Option<String>) {
        match read(text, "shop") {
            Err(Error::Malformed { place, rule, hint }) => (place, rule, hint),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn process_types_keep_the_order_of_declaration() {
        let text =
            "[processes.web]\ncommand = 'a'\n[processes.alpha]\ncommand = 'b'\n[processes.mail]\ncommand = 'c'\n";
        let names: Vec<_> = read(text, "shop").expect("good").processes.into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["web", "alpha", "mail"]);
    }

    #[test]
    fn an_empty_text_declares_the_package() {
        let declaration = read("", "shop").expect("good");
        assert_eq!(declaration.app.as_str(), "shop");
        assert_eq!(declaration.contract, None);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_the_nearest() {
        let (place, rule, hint) = refusal("[app]\nname = 'shop'\n\n[processes.web]\ncommand = 'a'\nprot = 'PORT'\n");
        assert_eq!(place, "twelve.toml:6:1");
        assert_eq!(rule, "unknown key `prot`");
        assert_eq!(hint.as_deref(), Some("did you mean `port`?"));
    }

    #[test]
    fn a_list_that_names_nothing_is_not_the_default() {
        for (list, what) in [("bins", "binary"), ("targets", "target")] {
            let (place, rule, hint) = refusal(&format!("[build]\n{list} = []\n"));
            assert_eq!(
                (place, rule),
                (format!("twelve.toml:2:{}", list.len() + 4), format!("`{list}` names no {what}"))
            );
            assert!(hint.is_some_and(|hint| hint.contains(&format!("take `{list}` out"))));
        }
    }

    #[test]
    fn a_shell_line_is_refused_where_it_stands() {
        let (place, rule, hint) = refusal("[processes.web]\ncommand = 'a && b'\n");
        assert_eq!(place, "twelve.toml:2:11");
        assert!(rule.contains("`&` is not quoted"), "{rule}");
        assert!(hint.expect("a hint").contains("sh -c"));
    }

    #[test]
    fn a_port_is_a_name_or_true() {
        let port = |text: &str| {
            let text = format!("[processes.web]\ncommand = 'a'\nport = {text}\n");
            read(&text, "shop").map(|declaration| declaration.processes[0].port.clone())
        };
        assert_eq!(port("true").expect("good").as_deref(), Some("PORT"));
        assert_eq!(port("false").expect("good"), None);
        assert_eq!(port("'SERVER_PORT'").expect("good").as_deref(), Some("SERVER_PORT"));
        assert!(port("'no-name'").is_err());
        assert!(port("8080").is_err());
    }

    #[test]
    fn a_count_that_could_not_run_is_refused_where_it_stands() {
        let (place, rule, hint) = refusal("[processes.web]\ncommand = 'a'\ncount = 1000\n");
        assert_eq!((place.as_str(), rule.as_str()), ("twelve.toml:3:9", "1000 processes of a type are more than 100"));
        assert!(hint.expect("a hint").contains("--port"));
        let most = read("[processes.web]\ncommand = 'a'\ncount = 100\n", "shop").expect("good");
        assert_eq!(most.processes[0].count, 100);
    }

    #[test]
    fn a_writable_path_starts_at_the_root_and_is_not_the_root() {
        for bad in ["data", "", "/", "//", "/srv/../etc", "./x"] {
            let (place, rule, _) = refusal(&format!("[sandbox]\nwritable = ['{bad}']\n"));
            assert_eq!(place, "twelve.toml:2:13");
            assert_eq!(rule, format!("`{bad}` is no path from the root to a place that may be written"));
        }
        let declaration = read("[sandbox]\nwritable = ['/var/lib/shop']\n", "shop").expect("good");
        assert_eq!(declaration.sandbox.expect("declared").writable, ["/var/lib/shop"]);
    }

    #[test]
    fn a_ceiling_that_is_no_version_is_refused_where_it_stands() {
        for bad in ["x", " 2.3", "2", "2.x", ""] {
            let (place, rule, _) = refusal(&format!("[build]\nmax-glibc = '{bad}'\n"));
            assert_eq!((place.as_str(), rule), ("twelve.toml:2:13", format!("`{bad}` is no version of GLIBC")));
        }
        let declaration = read("[build]\nmax-glibc = '2.36'\n", "shop").expect("good");
        assert_eq!(declaration.build.max_glibc.as_deref(), Some("2.36"));
    }

    #[test]
    fn an_unknown_type_is_a_value_and_no_key() {
        let (_, rule, hint) = refusal("[config.vars.X]\ntype = 'foo'\n");
        assert_eq!(rule, "`foo` is none of the values that stand here");
        assert!(hint.expect("a hint").contains("service-url"));
    }

    #[test]
    fn an_exception_without_a_reason_is_refused() {
        let (place, rule, _) = refusal("[allow]\nTF1001 = ' '\n");
        assert_eq!(place, "twelve.toml:2:10");
        assert_eq!(rule, "the exception `TF1001` has no reason");
    }
}
