//! A question at the terminal. Every type is asked as one line of text: nothing hides the cursor, so nothing has to
//! bring it back when Ctrl-C ends the program. A secret is not shown while it is typed.

use super::Error;
use super::variable::{Given, Kind, Variable};
use crate::report::Printable;
use dialoguer::{Input, Password};
use serde_json::Value;

/// Asks until the answer is of the variable's type. An empty line takes the default.
///
/// # Errors
/// Where the terminal is gone.
pub fn ask(variable: &Variable, default: Option<&Given>) -> Result<Value, Error> {
    let check = |text: &String| variable.read(&text.as_str().into()).map(drop).map_err(|refusal| refusal.reason);
    if let Some(help) = &variable.help {
        // Where stderr is gone, the question itself will say so.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{}\n", Printable(help)).as_bytes());
    }
    let text = if variable.secret {
        Password::new().with_prompt(words(variable)).validate_with(check).interact()
    } else {
        let mut input = Input::<String>::new().with_prompt(words(variable)).validate_with(check);
        if matches!(variable.kind, Kind::List | Kind::MultiChoice(_) | Kind::String) {
            input = input.allow_empty(true);
        }
        if let Some(default) = default {
            input = input.default(Printable(default.to_string()).to_string());
        }
        input.interact_text()
    };
    let unanswered = |cause| Error::Unanswered { variable: variable.name.clone(), cause };
    let text = text.map_err(|dialoguer::Error::IO(cause)| unanswered(cause))?;
    variable.read(&text.into()).map_err(|refusal| unanswered(std::io::Error::other(refusal.reason)))
}

fn words(variable: &Variable) -> String {
    let question = Printable(variable.prompt.as_ref().unwrap_or(&variable.name));
    match &variable.kind {
        Kind::Choice(choices) => format!("{question} ({})", Printable(choices.join(", "))),
        Kind::MultiChoice(choices) => format!("{question} (any of {}, with commas)", Printable(choices.join(", "))),
        Kind::List => format!("{question} (with commas)"),
        Kind::Bool => format!("{question} (true, false)"),
        _ => question.to_string(),
    }
}
