//! Renders every failure: what went wrong, why, and what to type next. A cause is worded by its own folder's error;
//! this file adds the exit code and the hint.

mod app;
mod artifact;
#[cfg(feature = "build")]
mod build;
#[cfg(feature = "check")]
mod check;
#[cfg(feature = "codebase")]
mod codebase;
mod config;
#[cfg(feature = "export")]
mod export;
mod machine;
#[cfg(feature = "export")]
mod oci;
mod release;
#[cfg(target_os = "linux")]
mod run;
#[cfg(feature = "scaffold")]
mod scaffold;
mod store;

use super::exit_code::ExitCode;
use super::surroundings::Surroundings;
use crate::report::palette::{BAD, PLAIN};
use crate::report::{Audience, Stream, as_called};
use anstream::AutoStream;
use std::io::Write;

/// The code that a failure ends the program with, and what to type next.
#[derive(Debug)]
pub(crate) struct Advice {
    /// The exit code.
    pub(crate) code: ExitCode,
    /// The next step, as a fragment.
    hint: Option<String>,
}

/// There is no way to make one without a next step, but for [`Advice::told`].
impl Advice {
    /// A code and a hint.
    pub(crate) fn hint(code: ExitCode, hint: impl Into<String>) -> Self {
        Self { code, hint: Some(as_called(&hint.into()).into_owned()) }
    }

    /// A code alone, where the next step stands before it already: in what cargo printed, in what `run` said of itself, or
    /// where the user has stopped it.
    #[cfg(any(feature = "build", all(feature = "check", target_os = "linux")))]
    pub(crate) fn told(code: ExitCode, hint: Option<String>) -> Self {
        Self { code, hint }
    }

    /// A fault of this program.
    pub(crate) fn fault() -> Self {
        Self::hint(
            ExitCode::Internal,
            "this is a fault of cargo-twelve: report it with the command, this message and `cargo twelve --version`",
        )
    }
}

/// A command line that says something that clap cannot know to be wrong.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct UsageError {
    /// What is wrong, as a fragment.
    pub(crate) message: String,
    /// What to type instead.
    pub(crate) hint: String,
}

/// A failure as it is said.
pub(crate) struct Rendered {
    /// The code that it ends the program with.
    pub(crate) code: ExitCode,
    /// Where it is said.
    pub(crate) stream: Stream,
    /// What is said there.
    pub(crate) bytes: Vec<u8>,
}

/// Says what went wrong and gives the exit code.
pub(crate) fn render(error: &anyhow::Error, audience: Audience) -> ExitCode {
    let Rendered { code, stream, bytes } = rendered(error, audience);
    if matches!(code, ExitCode::HungUp | ExitCode::Interrupted | ExitCode::Terminated) && Surroundings::draws() {
        // cargo was stopped in the middle of its bar, and the terminal has echoed the key behind it.
        let _ = std::io::stderr().write_all(b"\r\x1b[K");
    }
    // Where the stream is gone there is nobody left to tell; the exit code still speaks.
    let _ = match stream {
        Stream::Stdout => std::io::stdout().write_all(&bytes),
        Stream::Stderr => std::io::stderr().write_all(&bytes),
    };
    code
}

/// What went wrong, for those who may not wait until it is said.
pub(crate) fn rendered(error: &anyhow::Error, audience: Audience) -> Rendered {
    let advice = advice(error);
    let (stream, bytes) = match audience {
        Audience::Human => (Stream::Stderr, for_people(error, &advice)),
        Audience::Json => (Stream::Stdout, for_programs(error, &advice)),
    };
    Rendered { code: advice.code, stream, bytes }
}

fn advice(error: &anyhow::Error) -> Advice {
    if let Some(usage) = error.downcast_ref::<UsageError>() {
        return Advice::hint(ExitCode::Usage, &usage.hint);
    }
    #[cfg(feature = "scaffold")]
    if let Some(error) = error.downcast_ref() {
        return scaffold::advice(error);
    }
    #[cfg(feature = "build")]
    if let Some(error) = error.downcast_ref() {
        return build::advice(error);
    }
    #[cfg(feature = "check")]
    if let Some(error) = error.downcast_ref() {
        return check::advice(error);
    }
    #[cfg(all(feature = "check", target_os = "linux"))]
    if let Some(refusal) = error.downcast_ref() {
        return check::refusal(refusal);
    }
    #[cfg(feature = "export")]
    if let Some(error) = error.downcast_ref() {
        return export::advice(error);
    }
    #[cfg(feature = "export")]
    if let Some(error) = error.downcast_ref() {
        return oci::advice(error);
    }
    #[cfg(feature = "codebase")]
    if let Some(error) = error.downcast_ref() {
        return codebase::advice(error);
    }
    #[cfg(target_os = "linux")]
    if let Some(error) = error.downcast_ref() {
        return run::advice(error);
    }
    #[cfg(all(target_os = "linux", feature = "codebase"))]
    if let Some(error) = error.downcast_ref() {
        return codebase::unwatched(error);
    }
    #[cfg(all(target_os = "linux", feature = "scaffold", feature = "build"))]
    if let Some(stopped) = error.downcast_ref::<super::tour::Stopped>() {
        return Advice::told(ExitCode::of_refusal(stopped.code), stopped.hint.clone());
    }
    if error.downcast_ref::<crate::app::CannotStart>().is_some() {
        let hint = "set them in the environment or in a file named with `--env-file`";
        return Advice::hint(ExitCode::Config, hint);
    }
    None.or_else(|| error.downcast_ref().map(app::advice))
        .or_else(|| error.downcast_ref().map(artifact::advice))
        .or_else(|| config_error(error).map(config::advice))
        .or_else(|| error.downcast_ref().map(store::advice))
        .or_else(|| error.downcast_ref().map(release::advice))
        .or_else(|| error.chain().find_map(|cause| cause.downcast_ref()).map(|cause| machine::advice(cause, None)))
        .unwrap_or_else(Advice::fault)
}

/// Why there is no config, also where a stage handed it on.
fn config_error(error: &anyhow::Error) -> Option<&crate::config::Error> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// Things as a list in a sentence, each in backticks.
fn listed<T: std::fmt::Display>(things: &[T]) -> String {
    things.iter().map(|thing| format!("`{thing}`")).collect::<Vec<_>>().join(", ")
}

fn message(error: &anyhow::Error) -> String {
    as_called(&error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")).into_owned()
}

fn for_people(error: &anyhow::Error, advice: &Advice) -> Vec<u8> {
    let mut out = AutoStream::new(Vec::new(), AutoStream::choice(&std::io::stderr()));
    // Writing to memory does not fail.
    let _ = writeln!(out, "{BAD}error{BAD:#}: {}", message(error));
    for detail in config_error(error).map(config::details).unwrap_or_default() {
        let _ = writeln!(out, "{detail}");
    }
    if let Some(hint) = &advice.hint {
        let _ = writeln!(out, "{PLAIN}hint{PLAIN:#}: {hint}");
    }
    out.into_inner()
}

fn for_programs(error: &anyhow::Error, advice: &Advice) -> Vec<u8> {
    let mut document = serde_json::json!({
        "format": 1,
        "error": { "code": u8::from(advice.code), "message": message(error), "hint": advice.hint },
    });
    if let Some((name, findings)) = config_error(error).and_then(config::field) {
        document["error"][name] = findings;
    }
    format!("{document}\n").into_bytes()
}
