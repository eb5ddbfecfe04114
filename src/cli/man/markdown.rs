//! The commands as one page of Markdown: `docs/reference/commands.md`.

use clap::{Arg, Command};
use std::fmt::Write;

/// The page about a command and all below it. What every command takes is told once.
pub(super) fn page(command: &Command) -> String {
    let mut page = String::new();
    let all = command.get_name() == "cargo-twelve";
    if all {
        page.push_str("# Commands\n\nMade by `cargo twelve man --as markdown`. On a server, which has no cargo, write `cargo-twelve` for `cargo twelve`.\n");
        page.push_str("\n## Options of every command\n\n");
        arguments(&mut page, command.get_arguments().filter(|argument| argument.is_global_set()));
        for command in visible(command) {
            section(&mut page, command, "cargo twelve");
        }
    } else {
        section(&mut page, command, "cargo twelve");
    }
    page
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

fn section(page: &mut String, command: &Command, above: &str) {
    let name = format!("{above} {}", command.get_name());
    // Writing to memory does not fail.
    let _ = write!(page, "\n## {name}\n\n{}\n", about(command));
    let usage = command.clone().render_usage().to_string();
    let _ = write!(page, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: ").trim());
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_global_set() && !argument.is_hide_set() && argument.get_id() != "help")
        .collect();
    if !own.is_empty() {
        page.push('\n');
        arguments(page, own.into_iter());
    }
    if let Some(text) = command.get_after_help() {
        examples(page, &text.to_string());
    }
    for command in visible(command) {
        section(page, command, &name);
    }
}

/// Examples and what is indented keep their lines; what else is told under them is a paragraph.
fn examples(page: &mut String, text: &str) {
    let mut parts = text.split("\n\n");
    let first = parts.next().unwrap_or_default();
    let lines: Vec<&str> = first.lines().map(|line| line.trim_start_matches("Example: ").trim_start()).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| *line != "Examples:").collect();
    let _ = write!(page, "\n```console\n{}\n```\n", lines.join("\n"));
    for part in parts {
        let _ = match part.starts_with("  ") {
            true => write!(page, "\n```text\n{part}\n```\n"),
            false => write!(page, "\n{}\n", part.replace('\n', " ")),
        };
    }
}

fn about(command: &Command) -> String {
    command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default()
}

fn arguments<'a>(page: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    page.push_str("| | |\n| --- | --- |\n");
    for argument in arguments {
        let _ =
            writeln!(page, "| `{}` | {} |", spelled(argument).replace('|', "\\|"), told(argument).replace('|', "\\|"));
    }
}

/// `-p, --package <NAME>`, `[RELEASE]...`
fn spelled(argument: &Arg) -> String {
    // What clap writes, but for the padding with which its help aligns long options.
    let mut spelled = Vec::new();
    spelled.extend(argument.get_short().map(|short| format!("-{short}")));
    spelled.extend(argument.get_long().map(|long| format!("--{long}")));
    let takes = argument.get_action().takes_values();
    let optional = argument.get_num_args().is_some_and(|range| range.min_values() == 0);
    let values = argument.get_value_names().unwrap_or_default();
    let value = values.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" ");
    match (argument.is_positional(), takes, optional) {
        (true, ..) if argument.is_required_set() => value,
        (true, ..) => format!("[{}]", value.trim_matches(['<', '>'])),
        (false, true, true) => format!("{}[={value}]", spelled.join(", ")),
        (false, true, false) => format!("{} {value}", spelled.join(", ")),
        (false, false, _) => spelled.join(", "),
    }
}

fn told(argument: &Arg) -> String {
    let mut told = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<_> = argument.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    if argument.get_action().takes_values() && !values.is_empty() {
        let each = values.iter().map(|value| match value.get_help() {
            Some(help) => format!("`{}` ({})", value.get_name(), help.to_string().trim_end_matches('.')),
            None => format!("`{}`", value.get_name()),
        });
        let _ = write!(told, ": {}", each.collect::<Vec<_>>().join(", "));
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() {
        let _ = write!(told, " [default: {}]", defaults.join(", "));
    }
    if let Some(variable) = argument.get_env() {
        let _ = write!(told, " [env: {}]", variable.to_string_lossy());
    }
    told
}
