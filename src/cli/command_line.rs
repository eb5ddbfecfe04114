//! What was typed, read; and the tree of all commands, in whose pages each line can be typed where it is read.

use super::failure::{self, UsageError};
use super::{Arguments, ExitCode, misspelt};
use crate::report::{Audience, as_called, is_elsewhere};
use clap::error::{ContextKind, ContextValue};
use clap::{ColorChoice, Command, CommandFactory, Error, FromArgMatches};
use std::ffi::OsString;

/// All commands.
pub(super) fn tree() -> Command {
    let tree = Arguments::command();
    if cfg!(feature = "codebase") { tree } else { spelled(tree) }
}

fn spelled(command: Command) -> Command {
    let command = match command.get_after_help().map(ToString::to_string) {
        Some(text) => command.after_help(as_called(&text).into_owned()),
        None => command,
    };
    command.mut_subcommands(spelled)
}

/// The arguments in these words, of which the first is the program.
pub(super) fn read(words: &[OsString]) -> Result<Arguments, Error> {
    let matches = tree().color(colour(words)).try_get_matches_from(words).map_err(misspelt::told)?;
    Arguments::from_arg_matches(&matches).map_err(|refusal| refusal.format(&mut tree()))
}

/// The colour of help, and of what is said where no arguments can be read: clap itself takes note of `--color` in neither.
fn colour(words: &[OsString]) -> ColorChoice {
    let typed = words.windows(2).find_map(|pair| match pair {
        [option, value] if option == "--color" => value.to_str(),
        [_, word] => word.to_str()?.strip_prefix("--color="),
        _ => None,
    });
    match typed {
        Some("never") => ColorChoice::Never,
        Some("always") => ColorChoice::Always,
        _ => ColorChoice::Auto,
    }
}

/// Says why there are no arguments, or the help that was asked for.
pub(super) fn refused(refusal: &Error) -> ExitCode {
    match refusal.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(command)) if is_elsewhere(command) => {
            let message = format!("`{command}` is not in this program, which is made for servers");
            let hint = format!("type it where the code is: `cargo twelve {command}` is in the whole program");
            failure::render(&UsageError { message, hint }.into(), Audience::Human)
        }
        _ => refusal.exit(),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::tree;
    use crate::report::OPTIONAL;

    #[test]
    fn a_command_that_may_be_elsewhere_is_known_to_be_here_or_not() {
        for (command, is_here) in OPTIONAL {
            assert_eq!(tree().find_subcommand(command).is_some(), is_here, "{command}");
        }
    }
}
