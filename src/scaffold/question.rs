//! A question at the terminal. Every type is asked as one line of text: nothing hides the cursor, so nothing has to
//! bring it back when Ctrl-C ends the program.

use super::Error;
use super::variable::{Kind, Variable};
use dialoguer::Input;
use serde_json::Value;

/// Asks until the answer is of the variable's type. An empty line takes the default.
///
/// # Errors
/// Where the terminal is gone.
pub fn ask(variable: &Variable, default: Option<&str>) -> Result<Value, Error> {
    let check = |text: &String| variable.read(text).map(drop).map_err(|refusal| refusal.reason);
    let mut input = Input::<String>::new().with_prompt(words(variable)).validate_with(check);
    if let Some(default) = default {
        input = input.default(default.to_owned());
    }
    let unanswered = |cause| Error::Unanswered { variable: variable.name.clone(), cause };
    let text = input.interact_text().map_err(|dialoguer::Error::IO(cause)| unanswered(cause))?;
    variable.read(&text).map_err(|refusal| unanswered(std::io::Error::other(refusal.reason)))
}

fn words(variable: &Variable) -> String {
    let question = variable.prompt.as_ref().unwrap_or(&variable.name);
    match &variable.kind {
        Kind::Choice(choices) => format!("{question} ({})", choices.join(", ")),
        Kind::Bool => format!("{question} (true, false)"),
        _ => question.clone(),
    }
}
