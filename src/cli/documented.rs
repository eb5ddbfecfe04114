//! One source for help: every command and option says what it is, and every example is a line that the program takes.

use super::Arguments;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory, Parser};

/// Every command, with the words that name it.
fn commands() -> Vec<(String, Command)> {
    fn walk(command: &Command, name: &str, found: &mut Vec<(String, Command)>) {
        found.push((name.to_owned(), command.clone()));
        for below in command.get_subcommands() {
            walk(below, &format!("{name} {}", below.get_name()), found);
        }
    }
    let mut tree = Arguments::command();
    tree.build();
    let mut found = Vec::new();
    walk(&tree, "cargo twelve", &mut found);
    assert!(found.len() > 15, "the tree has {} commands", found.len());
    found
}

/// The lines of the examples, each without the remark behind it and without what a shell does with the output.
fn examples(command: &Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let text = text.split("\\\n").map(str::trim).collect::<Vec<_>>().join(" ");
    text.lines()
        .map(|line| line.trim_start_matches("Example: ").trim_start())
        .filter(|line| line.starts_with("cargo twelve"))
        .map(|line| line.split("  ").next().unwrap_or(line))
        .map(|line| {
            [" | ", " > "]
                .iter()
                .filter_map(|end| line.find(end))
                .find(|at| is_outside_quotes(line, *at))
                .map_or(line, |at| &line[..at])
        })
        .map(str::to_owned)
        .collect()
}

fn is_outside_quotes(line: &str, at: usize) -> bool {
    line[..at].matches('\'').count().is_multiple_of(2)
}

#[test]
fn every_command_has_an_example_of_its_own() {
    for (name, command) in commands() {
        assert!(command.get_about().is_some(), "`{name}` says nothing of itself");
        assert!(
            examples(&command).iter().any(|line| line.starts_with(&name)),
            "`{name}` has no example: add `#[command(after_help = \"Example: {name} ...\")]`"
        );
    }
}

#[test]
fn every_argument_and_option_has_help() {
    for (name, command) in commands() {
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "`{}` of `{name}` has no help", argument.get_id());
        }
    }
}

#[test]
fn every_example_is_understood() -> Result<(), crate::app::Rule> {
    for (_, command) in commands() {
        for line in examples(&command) {
            let words: crate::app::Command = line.parse()?;
            let words = words.expand(|name| Some(name.to_owned())).unwrap_or_default();
            // `cargo twelve x` reaches the program as `cargo-twelve twelve x`.
            match Arguments::try_parse_from(super::normalised(words.into_iter().map(Into::into))) {
                Ok(_) => {}
                Err(error) => assert_eq!(error.kind(), ErrorKind::DisplayHelp, "`{line}`: {error}"),
            }
        }
    }
    Ok(())
}

#[test]
fn a_heading_covers_its_own_options_alone() {
    // `next_help_heading` of a flattened struct would go on over whatever follows it.
    for (name, command) in commands() {
        for argument in command.get_arguments().filter(|argument| argument.get_help_heading() == Some("Trust")) {
            assert!(
                argument.get_id().as_str().contains("signers"),
                "`{}` of `{name}` is under Trust",
                argument.get_id()
            );
        }
    }
}
