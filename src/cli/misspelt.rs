//! A command that is not there: clap compares words as wholes and finds no `run` in `rnu`, so its silence is filled here.

use crate::report::nearest;
use clap::Command;
use clap::error::{ContextKind, ContextValue, Error};

/// The error, with the nearest command where clap has found none.
pub(super) fn told(mut error: Error) -> Error {
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && error.get(ContextKind::SuggestedSubcommand).is_none()
    {
        let tree = super::command_line::tree();
        let above = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
        let command = above.split_whitespace().filter_map(|word| tree.find_subcommand(word)).next().unwrap_or(&tree);
        if let Some(near) = nearest(word, command.get_subcommands().map(Command::get_name)) {
            let near = ContextValue::Strings(vec![near.to_owned()]);
            error.insert(ContextKind::SuggestedSubcommand, near);
        }
    }
    error
}
