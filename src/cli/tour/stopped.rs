//! A step of the tour whose command did not do what it was asked.

use serde_json::Value;
use std::process::Output;

/// The command, and what it said of itself: its cause, its code and its hint are those of the tour.
#[derive(Debug, thiserror::Error)]
#[error("`cargo twelve {words}` ended with {status}: {said}")]
pub(crate) struct Stopped {
    words: String,
    status: std::process::ExitStatus,
    said: String,
    /// Its exit code.
    pub(crate) code: u8,
    /// What it says to type next.
    pub(crate) hint: Option<String>,
}

impl Stopped {
    /// Reads what the command said: JSON where it was asked for it, else words on stderr.
    pub(super) fn heard(words: &[&str], output: &Output) -> Self {
        let error = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find_map(|mut line| line.get_mut("error").map(Value::take));
        let text = |key: &str| error.as_ref().and_then(|error| error[key].as_str()).map(str::to_owned);
        let heard = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
        Self {
            words: words.join(" "),
            status: output.status,
            said: text("message").unwrap_or_else(|| String::from_utf8_lossy(heard).trim().to_owned()),
            code: output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or_default(),
            hint: text("hint"),
        }
    }
}
