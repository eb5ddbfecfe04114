//! `cargo twelve template test PATH`: a project of every set of answers is made, compiled and tested, with one target
//! folder for all.

use crate::cli::ExitCode;
use crate::cli::reference::Reference;
use crate::cli::surroundings::Surroundings;
use crate::report::{Audience, Event, ScaffoldEvent, data};
use crate::scaffold::{Network, Trial, matrix};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// Make, compile and test a project of every two answers together
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo twelve template test ./templates/mine")]
pub(super) struct Arguments {
    /// The template: a folder, a built-in name, or the address of a repository
    #[arg(value_name = "TEMPLATE", default_value = ".")]
    template: String,

    #[command(flatten)]
    reference: Reference,

    /// Where everything is compiled [default: target/twelve/template-test]
    #[arg(long, value_name = "DIR")]
    target_dir: Option<PathBuf>,

    /// Ask rustfmt and clippy of each project too; a warning fails
    #[arg(long)]
    clippy: bool,

    /// Go on after a project that fails
    #[arg(long)]
    keep_going: bool,
}

pub(super) fn exec(arguments: &Arguments, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let template = arguments.reference.source(&arguments.template, surroundings)?.read(Network::Unattended)?;
    let target = match &arguments.target_dir {
        Some(folder) => surroundings.resolve(folder),
        None => surroundings.directory.join("target/twelve/template-test"),
    };
    let sets = matrix(&template, "sample")?;
    let folder = tempfile::tempdir()?;
    let project = folder.path().join("sample");
    let trial = Trial { cargo: surroundings.cargo(), project: &project, target: &target, form: arguments.clippy };
    let (mut results, mut failed) = (Vec::new(), 0);
    for (index, answers) in sets.iter().enumerate() {
        let start = Instant::now();
        let failure = trial.of(&template, answers)?;
        let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ok = failure.is_none();
        failed += usize::from(!ok);
        let (number, of) = (index + 1, sets.len());
        surroundings.reporter.tell(&Event::Scaffold(ScaffoldEvent::TemplateTried {
            number,
            of,
            answers: answers.to_string(),
            ok,
            milliseconds,
        }));
        if let Some(said) = &failure
            && surroundings.reporter.audience() == Audience::Human
        {
            data::text(said)?;
        }
        results.push(json!({ "answers": answers.to_string(), "ok": ok, "milliseconds": milliseconds }));
        if !ok && !arguments.keep_going {
            break;
        }
    }
    if surroundings.reporter.audience() == Audience::Json {
        let document: Value =
            json!({ "format": 1, "template": template.name(), "sets": sets.len(), "results": results });
        data::document(&document)?;
    }
    Ok(if failed == 0 { ExitCode::Done } else { ExitCode::Findings })
}
