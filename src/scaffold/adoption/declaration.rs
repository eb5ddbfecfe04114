//! The text of twelve.toml for an existing crate: what its source shows, and nothing else.

use super::Found;
use crate::config::Guess;
use crate::scaffold::spelling::toml_text;
use std::fmt::Write as _;

/// Subcommands that start a service, the likeliest first.
const STARTS: [&str; 6] = ["serve", "server", "start", "run", "web", "daemon"];

/// Subcommands that do work in the background.
const WORKS: [&str; 3] = ["worker", "work", "jobs"];

/// Subcommands that bring a database's schema up to date.
const MIGRATES: [&str; 3] = ["migrate", "migrations", "db-migrate"];

/// Words in the names of ports that are not the app's own to listen on.
const OF_OTHERS: [&str; 26] = [
    "ADMIN",
    "AMQP",
    "CLICKHOUSE",
    "DATABASE",
    "DB",
    "DEBUG",
    "EXTERNAL",
    "FROM",
    "KAFKA",
    "MAIL",
    "MAX",
    "METRICS",
    "MIN",
    "MONGO",
    "MYSQL",
    "NATS",
    "ORIGIN",
    "PG",
    "POSTGRES",
    "PROXY",
    "PUBLIC",
    "REDIRECT",
    "REDIS",
    "REMOTE",
    "SMTP",
    "UPSTREAM",
];

/// twelve.toml, as far as the source shows it.
pub(super) fn text(found: &Found, has_procfile: bool) -> String {
    let mut text = String::from(
        "# What this app is, the same for every deploy. Values that differ between deploys are config: they come from the\n\
         # environment, and [config.vars] declares them.\n\n",
    );
    let name: String = found.package.to_lowercase().replace('_', "-").chars().take(40).collect();
    if name != found.package {
        let _ = writeln!(text, "[app]\nname = {}\n", toml_text(&name));
    }
    let _ = writeln!(text, "[build]\npackage = {}\n", toml_text(&found.package));
    let port = Port::of(found);
    if has_procfile {
        text.push_str("# The process types stand in the Procfile.\n\n");
    } else {
        processes(&mut text, found, port);
    }
    config(&mut text, found, port.map(Port::variable));
    text
}

fn processes(text: &mut String, found: &Found, port: Option<Port>) {
    let subcommand = |known: &[&str]| {
        let named: Vec<String> = found.subcommands.iter().map(|one| heck::AsKebabCase(one).to_string()).collect();
        known.iter().find(|word| named.iter().any(|one| one == *word)).map(|word| format!(" {word}"))
    };
    let (starts, works) = (subcommand(&STARTS), subcommand(&WORKS));
    for (index, bin) in found.bins.iter().enumerate() {
        let process = match (index, found.is_server) {
            (0, true) => "web".to_owned(),
            (0, false) => "worker".to_owned(),
            _ => bin.clone(),
        };
        let start = starts.as_ref().or(works.as_ref().filter(|_| !found.is_server)).filter(|_| index == 0);
        let option = if matches!(port, Some(Port::Option)) && index == 0 { " --port $PORT" } else { "" };
        let command = format!("{bin}{}{option}", start.map_or("", String::as_str));
        let _ = writeln!(text, "[processes.{process}]\ncommand = {}", toml_text(&command));
        if index > 0 {
            let _ = writeln!(text, "count = 0");
        }
        if let Some(port) = port.filter(|_| index == 0) {
            let _ = writeln!(text, "port = {}", toml_text(port.variable()));
        }
        text.push('\n');
    }
    let Some(first) = found.bins.first() else { return };
    let taken = |name: &str| found.bins.iter().skip(1).any(|bin| bin == name);
    if let Some(works) = works.filter(|_| found.is_server && !taken("worker")) {
        let command = toml_text(&format!("{first}{works}"));
        let _ = writeln!(text, "[processes.worker]\ncommand = {command}\ncount = 0\n");
    }
    if let Some(migrates) = subcommand(&MIGRATES).filter(|_| !taken("migrate")) {
        let command = toml_text(&format!("{first}{migrates}"));
        let _ = writeln!(text, "[admin.migrate]\ncommand = {command}\n# before-deploy = true\n");
    }
}

/// How an app is told its port.
#[derive(Clone, Copy)]
enum Port<'a> {
    /// By a variable that it reads.
    Variable(&'a str),
    /// By its option `--port`.
    Option,
}

impl<'a> Port<'a> {
    /// The variable of the process that holds it.
    fn variable(self) -> &'a str {
        match self {
            Self::Variable(name) => name,
            Self::Option => "PORT",
        }
    }

    /// PORT; else the one that tells a server its own port, where the names leave no doubt; else its framework's own;
    /// else an option.
    fn of(found: &'a Found) -> Option<Self> {
        if found.variables.contains_key("PORT") {
            return Some(Self::Variable("PORT"));
        }
        if !found.is_server {
            return None;
        }
        let own = |name: &&str| name.ends_with("_PORT") && !name.split('_').any(|word| OF_OTHERS.contains(&word));
        let names: Vec<&str> = found.variables.keys().map(String::as_str).filter(own).collect();
        // Among SERVER_PORT and SERVER_ADMIN_PORT, the one that the others lengthen.
        let shortest = |name: &&&str| names.iter().all(|other| other.starts_with(name.trim_end_matches("PORT")));
        let chosen = match names.as_slice() {
            [only] => Some(only),
            _ => names.iter().find(|name| name.ends_with("_HTTP_PORT")).or_else(|| names.iter().find(shortest)),
        };
        match chosen {
            Some(name) => Some(Self::Variable(name)),
            None if !names.is_empty() => None,
            None if found.dependencies.iter().any(|one| one == "rocket") => Some(Self::Variable("ROCKET_PORT")),
            // With subcommands it could be the option of another one.
            None => (found.port_option && found.subcommands.is_empty()).then_some(Self::Option),
        }
    }
}

fn config(text: &mut String, found: &Found, port: Option<&str>) {
    let open = !found.unnamed.is_empty();
    let mark = if open { "# " } else { "" };
    if open {
        let places: Vec<&str> = found.unnamed.iter().map(String::as_str).take(5).collect();
        let _ = writeln!(
            text,
            "# The source also reads variables whose names it does not tell ({}). With a [config] table only\n\
             # the names in it reach a process, so that none stands here yet: every name of the env file passes. Complete\n\
             # these, and take the marks away.\n#",
            places.join(", ")
        );
    }
    let patterns =
        std::iter::once("RUST_LOG".to_owned()).chain(found.prefixes.iter().map(|prefix| format!("{prefix}*")));
    let patterns: Vec<String> = patterns.map(|pattern| toml_text(&pattern)).collect();
    let _ = writeln!(text, "{mark}[config]\n{mark}passthrough = [{}]", patterns.join(", "));
    let uses = |crates: &[&str]| found.dependencies.iter().any(|known| crates.contains(&known.as_str()));
    for (name, place) in found.variables.iter().filter(|(name, _)| Some(name.as_str()) != port && *name != "RUST_LOG") {
        let _ = writeln!(text, "{}\n{mark}[config.vars.{name}]", mark.trim_end());
        for line in Guess::of(name, uses).lines() {
            let _ = writeln!(text, "{mark}{line}");
        }
        let _ = writeln!(text, "{mark}required = false\n{mark}doc = {}", toml_text(&format!("read in {place}")));
    }
}
