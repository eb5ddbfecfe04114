//! `cargo twelve man`: a manual page for each command, from the same tree as the help.

mod markdown;
mod roff;

use super::ExitCode;
use super::failure::UsageError;
use super::surroundings::Surroundings;
use crate::report::{Event, data, nearest};
use anyhow::Context;
use clap::{Args, Command, ValueEnum};
use std::io;
use std::path::{Path, PathBuf};

/// Print a manual page, or write those of all commands
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo twelve man run | man -l -
  cargo twelve man --to /usr/local/share/man/man1
  cargo twelve man --as markdown > commands.md")]
pub(crate) struct Arguments {
    /// The command: `run`, `env check` [default: the page about all of them]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write a page for each command into this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["command", "markup"])]
    to: Option<PathBuf>,
    /// The form of the page
    #[arg(id = "markup", long = "as", value_enum, value_name = "MARKUP", default_value_t = Markup::Roff)]
    markup: Markup,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Markup {
    /// For man(1)
    Roff,
    /// One page about all commands, or one of them, in Markdown
    Markdown,
}

/// Prints or writes them.
pub(crate) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    // A page's name has no space: `man cargo-twelve-run`.
    let mut tree = super::command_line::tree().name("cargo-twelve");
    tree.build();
    if let Some(folder) = &arguments.to {
        let folder = surroundings.resolve(folder);
        std::fs::create_dir_all(&folder)
            .and_then(|()| write(&tree, &folder))
            .with_context(|| format!("no pages can be written to `{}`", folder.display()))?;
        surroundings.reporter.tell(&Event::note(format!("`man -M` or MANPATH finds them in `{}`", folder.display())));
        return Ok(ExitCode::Done);
    }
    let command = found(&tree, &arguments.command)?;
    let page = match arguments.markup {
        Markup::Markdown => markdown::page(command),
        Markup::Roff => String::from_utf8(roff::page(command)?)?,
    };
    data::text(&page)?;
    Ok(ExitCode::Done)
}

/// A page for the command and for each below it.
fn write(command: &Command, folder: &Path) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    std::fs::write(folder.join(format!("{name}.1")), roff::page(command)?)?;
    command.get_subcommands().filter(|below| !below.is_hide_set()).try_for_each(|below| write(below, folder))
}

fn found<'a>(tree: &'a Command, words: &[String]) -> Result<&'a Command, UsageError> {
    words.iter().try_fold(tree, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            UsageError {
                message: format!("there is no command `{word}`"),
                hint: match nearest(word, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`cargo twelve --help` lists them".to_owned(),
                },
            }
        })
    })
}
