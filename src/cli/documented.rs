//! One source for help: every command and option says what it is, and every example is a line that the program takes.

use super::Arguments;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory, Parser};
use std::path::{Path, PathBuf};

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

/// The lines of the examples, each as it is parsed.
fn examples(command: &Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    lines(&text.replace("Example: ", ""))
}

/// The lines of a text that call the program, each without the remark behind it and without what a shell does besides.
fn lines(text: &str) -> Vec<String> {
    let text = text.split("\\\n").map(str::trim).collect::<Vec<_>>().join(" ");
    text.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("cargo twelve ") || line.starts_with("cargo-twelve "))
        .map(|line| {
            let ends = ["  ", " # ", " | ", " > ", " && "];
            let ends = ends.iter().filter_map(|end| line.find(end)).filter(|at| is_outside_quotes(line, *at));
            line[..ends.min().unwrap_or(line.len())].to_owned()
        })
        .collect()
}

/// What the program says of this line.
fn parsed(line: &str) -> Result<Result<(), clap::Error>, crate::app::Rule> {
    let words: crate::app::Command = line.replace("sha256:...", &format!("sha256:{:064}", 0)).parse()?;
    let words = words.expand(|name| Some(name.to_owned())).unwrap_or_default();
    // `cargo twelve x` reaches the program as `cargo-twelve twelve x`.
    Ok(Arguments::try_parse_from(super::normalised(words.into_iter().map(Into::into))).map(drop))
}

/// All documents, those that a template makes among them.
fn documents() -> std::io::Result<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    let mut folders = vec![root.join("docs"), root.join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.to_string_lossy().into_owned();
            match path.is_dir() {
                true => folders.push(path),
                false if name.ends_with(".md") || name.ends_with(".md.hbs") => found.push(path),
                false => {}
            }
        }
    }
    Ok(found)
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
fn no_example_or_usage_is_wider_than_a_terminal() {
    // A terminal would wrap it in the middle of a word, and who copies it would type half a line.
    for (name, command) in commands() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples = help.split("\n\n").next().unwrap_or_default();
        let usage = command.clone().render_usage().to_string();
        for line in examples.lines().chain(usage.lines()) {
            assert!(line.chars().count() <= 80, "`{name}`: {line}");
        }
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
            if let Err(error) = parsed(&line)? {
                assert_eq!(error.kind(), ErrorKind::DisplayHelp, "`{line}`: {error}");
            }
        }
    }
    Ok(())
}

/// The lines of a document's blocks that call the program, and what its prose quotes of the kind, which may be a command's mere name.
fn calls(document: &str) -> (Vec<String>, Vec<String>) {
    let (mut typed, mut quoted) = (Vec::new(), Vec::new());
    // Between two fences lies a block; outside of them, between two backticks, what is quoted.
    for (index, part) in document.split("```").enumerate() {
        if index % 2 == 1 {
            typed.extend(part.strip_prefix("sh\n").map(lines).unwrap_or_default());
            continue;
        }
        for span in part.split('`').skip(1).step_by(2) {
            let span = span.replace('\n', " ").replace(" COMMAND", " run").replace(" R ", " v1 ").replace(" ...", "");
            // Of `systemd|docker` the first.
            let words: Vec<&str> = span.split(' ').filter_map(|word| word.split('|').next()).collect();
            quoted.extend(lines(&words.join(" ")));
        }
    }
    (typed, quoted)
}

/// Lines of blocks are run besides, where they can be (`tests/scenes/documents.rs`).
#[test]
fn every_command_that_a_document_names_is_understood() -> anyhow::Result<()> {
    let unfinished = [ErrorKind::MissingRequiredArgument, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand];
    let mut found = (0, 0);
    for document in documents()? {
        let (typed, quoted) = calls(&std::fs::read_to_string(&document)?);
        found = (found.0 + typed.len(), found.1 + quoted.len());
        for (line, is_quoted) in typed.iter().map(|line| (line, false)).chain(quoted.iter().map(|line| (line, true))) {
            if let Err(error) = parsed(line)? {
                let is_fine = error.kind() == ErrorKind::DisplayHelp || is_quoted && unfinished.contains(&error.kind());
                assert!(is_fine, "{}: `{line}`: {error}", document.display());
            }
        }
    }
    assert!(found.0 > 150 && found.1 > 40, "found no more than {found:?} lines and quotations");
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
