//! A question at the terminal. Every type is asked as one line of text: nothing hides the cursor, so nothing has to
//! bring it back when Ctrl-C ends the program. A secret is not shown while it is typed.

use super::Error;
use super::unseen::unseen;
use super::variable::{Given, Kind, Variable};
use crate::report::Printable;
use dialoguer::{Input, Password};
use serde_json::Value;

/// The widest line that a question and the shortest answer take, in columns.
const WIDEST: usize = 72;

/// Asks until the answer is of the variable's type. An empty line takes the default.
///
/// # Errors
/// Where the terminal is gone.
pub fn ask(variable: &Variable, default: Option<&Given>) -> Result<Value, Error> {
    let check = |text: &String| variable.read(&text.as_str().into()).map(drop).map_err(|refusal| refusal.reason);
    let default = default.map(|default| Printable(default.to_string()).to_string());
    let (question, prompt) = prompt(variable, default.as_deref());
    for line in variable.help.iter().map(|help| Printable(help).to_string()).chain(question) {
        // Where stderr is gone, the question itself will say so.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes());
    }
    let text = if variable.secret {
        unseen(|| Password::new().with_prompt(prompt).validate_with(check).interact())
            .unwrap_or_else(|cause| Err(dialoguer::Error::IO(cause)))
    } else {
        let mut input = Input::<String>::new().with_prompt(prompt).validate_with(check);
        if matches!(variable.kind, Kind::List | Kind::MultiChoice(_) | Kind::String) {
            input = input.allow_empty(true);
        }
        if let Some(default) = default {
            input = input.default(default);
        }
        input.interact_text()
    };
    let unanswered = |cause| Error::Unanswered { variable: variable.name.clone(), cause };
    let text = text.map_err(|dialoguer::Error::IO(cause)| unanswered(cause))?;
    variable.read(&text.into()).map_err(|refusal| unanswered(std::io::Error::other(refusal.reason)))
}

/// The question in words, and what can be answered.
fn words(variable: &Variable) -> (String, String) {
    let question = Printable(variable.prompt.as_ref().unwrap_or(&variable.name)).to_string();
    let answers = match &variable.kind {
        Kind::Choice(choices) => format!(" ({})", Printable(choices.join(", "))),
        Kind::MultiChoice(choices) => format!(" (any of {}, with commas)", Printable(choices.join(", "))),
        Kind::List => " (with commas)".to_owned(),
        Kind::Bool => " (true, false)".to_owned(),
        _ => String::new(),
    };
    (question, answers)
}

/// What stands before the answer. A question that would fill the line is told on a line of its own: dialoguer wipes one line when
/// the answer is there, and would leave the first half of a question that the terminal has wrapped.
fn prompt(variable: &Variable, default: Option<&str>) -> (Option<String>, String) {
    let (question, answers) = words(variable);
    let brackets_and_colon = 5;
    let long =
        [&question, &answers, default.unwrap_or_default()].iter().map(|part| part.chars().count()).sum::<usize>();
    match long + brackets_and_colon > WIDEST {
        true => (Some(question), format!("{}{answers}", variable.name)),
        false => (None, question + &answers),
    }
}
